//! A model that needs no network: it reads the sections of a prompt and answers in the tags it is asked for, by
//! counting words and picking sentences. It sees what any model sees, the text of the prompt, and nothing else; the
//! same prompt has the same answer.
//!
//! It is no language model. It shows that the agents, their prompts and their events work, without a key.

mod facet;
mod planning;
mod searching;
mod statement;
mod thinking;
mod writing;

use super::model::{ChatModel, Completion, ModelError, ModelFuture, Remedy, Request, usage};
use super::pace::Pace;
use super::prompt::section;
use super::text;

/// The name events show.
const NAME: &str = "offline-extractive";

/// The offline model.
pub struct OfflineModel {
    pace: Pace,
}

impl OfflineModel {
    /// A model that answers at this pace.
    pub fn new(pace: Pace) -> Self {
        Self { pace }
    }
}

impl ChatModel for OfflineModel {
    fn name(&self) -> &'static str {
        NAME
    }

    fn chat<'a>(&'a self, request: Request<'a>) -> ModelFuture<'a> {
        Box::pin(async move {
            let prompt = request.prompt;
            let text = answer(prompt)?;
            let usage = usage(text::estimated_tokens(prompt), text::estimated_tokens(&text));
            self.pace.answer(prompt, usage.completion_tokens).await;
            Ok(Completion {
                text,
                usage,
                is_estimated: true,
                attempts: 1,
                ..Completion::default()
            })
        })
    }
}

fn answer(prompt: &str) -> Result<String, ModelError> {
    let parts = match section(prompt, "task") {
        "judge" => planning::judge(prompt),
        "plan" => planning::plan(prompt),
        "sharpen" => planning::sharpen(prompt),
        "queries" => searching::queries(prompt),
        "select" => searching::select(prompt),
        "summarise" => searching::summarise(prompt),
        "merge" => searching::merge(prompt),
        "examine" => thinking::examine(prompt),
        "conclude" => thinking::conclude(prompt),
        "write" => writing::write(prompt),
        other => {
            return Err(ModelError {
                model: NAME.to_owned(),
                reason: format!("knows no task {other:?}: a prompt for it needs a section \"task\" it was made for"),
                remedy: Remedy::None,
            });
        }
    };
    let tagged: Vec<String> = parts
        .iter()
        .map(|(tag, part)| format!("<{tag}>\n{part}\n</{tag}>\n"))
        .collect();
    Ok(tagged.concat())
}

/// An answer: tags and what is in them.
type Answer = Vec<(&'static str, String)>;

//! The thinker: looks over everything found, has sums done and doubtful pages read again, and draws conclusions.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::searcher::read_result;
use super::{AgentError, Researchers, Work, material};
use crate::research_agent::citation;
use crate::research_agent::llm::Reply;
use crate::research_agent::memory::{Memory, View};
use crate::research_agent::prompt::Prompt;
use crate::research_agent::search::ReadPage;
use crate::research_agent::tools::ToolCall;

const AGENT: &str = "Thinker";

/// What is to be done before conclusions can be drawn.
struct ToDo {
    calculations: Vec<String>,
    doubts: Vec<Doubt>,
}

/// A statement that another contradicts.
#[derive(Deserialize)]
struct Doubt {
    /// The number of its source.
    source: u32,
    claim: String,
}

impl Researchers {
    pub(super) async fn think(&self, view: View<'_>) -> Result<Work, AgentError> {
        let findings = material(&view.findings());
        let today = self.today().await;
        let to_do = self.examine(view, &today, &findings).await?;
        let calculations = self.calculate(&to_do.calculations).await;
        let read_again = self.read_again(view, &to_do.doubts).await?;
        let prompt = thinking_prompt(
            view,
            &today,
            &findings,
            "conclude",
            "Draw conclusions from the material: how its parts compare, what the calculations show, and where sources \
             contradict each other. One statement a line; keep every [reference:n].",
            &["result"],
        )
        .section("calculations", &calculations)
        .section("read again", &read_again);
        let text = self
            .llm
            .ask_until(&prompt, |reply| Ok(reply.tag("result").to_owned()))
            .await?;
        Ok(Work {
            text,
            ..Work::default()
        })
    }

    async fn examine(&self, view: View<'_>, today: &str, findings: &str) -> Result<ToDo, AgentError> {
        let prompt = thinking_prompt(
            view,
            today,
            findings,
            "examine",
            "Look over the material. Which sums would show something (a JSON list of expressions)? Which statements \
             does another contradict (a JSON list of {\"source\": number, \"claim\": statement})?",
            &["calculations", "check"],
        );
        let read = |reply: &Reply| {
            Ok(ToDo {
                calculations: read_list(reply, "calculations")?,
                doubts: read_list(reply, "check")?,
            })
        };
        Ok(self.llm.ask_until(&prompt, read).await?)
    }

    /// One line a sum. A sum that cannot be done says why, and the conclusions do without it.
    async fn calculate(&self, expressions: &[String]) -> String {
        let mut lines = Vec::new();
        for expression in expressions {
            let call = ToolCall::new("calculator.run", json!({ "expression": expression }));
            let returned = self.tools.call(&call).await;
            lines.push(match returned.error {
                None => format!("{expression} = {}", text_of(&returned.result)),
                Some(error) => format!("{expression}: {error}"),
            });
        }
        lines.join("\n")
    }

    /// What the doubtful sources say, read once more. A page that does not load settles nothing.
    async fn read_again(&self, view: View<'_>, doubts: &[Doubt]) -> Result<String, AgentError> {
        let mut lines = Vec::new();
        for doubt in doubts {
            let Some(source) = view.memory().source(doubt.source) else {
                continue;
            };
            let call = ToolCall::new(
                "browser.read_page",
                json!({ "url": source.url, "purpose": doubt.claim }),
            );
            let returned = self.tools.call(&call).await;
            if let Some(page) = read_result::<ReadPage>(&call, returned)? {
                let cite = citation::cite(doubt.source);
                lines.extend(page.summary.lines().map(|statement| format!("{statement} {cite}")));
            }
        }
        Ok(lines.join("\n"))
    }

    async fn today(&self) -> String {
        text_of(&self.tools.call(&ToolCall::new("clock.today", json!({}))).await.result)
    }
}

fn thinking_prompt(
    view: View<'_>,
    today: &str,
    findings: &str,
    task: &str,
    instructions: &str,
    tags: &'static [&'static str],
) -> Prompt {
    Prompt::new(AGENT, task, instructions, tags)
        .section("goal", &view.node().goal)
        .section("today", today)
        .section("sources", &source_list(view.memory()))
        .section("material", findings)
}

fn read_list<T: DeserializeOwned>(reply: &Reply, tag: &str) -> Result<Vec<T>, String> {
    serde_json::from_str(reply.tag(tag)).map_err(|error| format!("<{tag}>: {error}"))
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn source_list(memory: &Memory) -> String {
    let lines: Vec<String> = (1..)
        .zip(memory.sources())
        .map(|(number, source): (u32, _)| format!("{} {} | {}", citation::cite(number), source.published, source.title))
        .collect();
    lines.join("\n")
}

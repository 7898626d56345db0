//! [`Llm`], the one place every call of a model goes through, with its price and its totals. It never builds a prompt
//! and never interprets what an answer means.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use event_core::{LlmCallCompleted, LlmCallStarted, TokenUsage, emits};

use super::model::{ChatModel, Completion, ModelError, Price, Request, usage};
use super::prompt::{self, Prompt};
use super::summary_of;

/// How often an answer that cannot be read is asked for.
const TRIES: u32 = 10;

/// Why a call of a model had no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum LlmError {
    /// The model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The answer lacks a tag it was asked for.
    #[error("{agent}: the answer has no <{tag}>")]
    MissingTag {
        /// The class of the agent that asked.
        agent: &'static str,
        /// The missing tag.
        tag: &'static str,
        /// The answer, which was paid for all the same.
        answer: Box<Answer>,
    },
    /// No answer in all tries meant anything.
    #[error("{agent}: no usable answer in {TRIES} tries, the last time because {reason}")]
    Unusable {
        /// The class of the agent that asked.
        agent: &'static str,
        /// What was wrong with the last answer.
        reason: String,
    },
}

/// What a model answered, and what that cost.
#[derive(Debug)]
pub struct Answer {
    completion: Completion,
    cost: Option<f64>,
}

impl Deref for Answer {
    type Target = Completion;

    fn deref(&self) -> &Completion {
        &self.completion
    }
}

impl LlmError {
    /// The answer that could not be used, if there was one: it has been paid for all the same.
    fn answer(&self) -> Option<&Answer> {
        match self {
            Self::MissingTag { answer, .. } => Some(answer),
            Self::Model(_) | Self::Unusable { .. } => None,
        }
    }
}

/// An answer whose tags were found.
#[derive(Debug)]
pub struct Reply {
    answer: Answer,
    tags: BTreeMap<&'static str, String>,
}

impl Reply {
    /// The part in `<tag>`; empty if it was not asked for.
    pub fn tag(&self, tag: &str) -> &str {
        self.tags.get(tag).map(String::as_str).unwrap_or_default()
    }
}

/// Every call of a model goes through here, whichever agent makes it.
pub struct Llm {
    model: Arc<dyn ChatModel>,
    price: Option<Price>,
    calls: AtomicU64,
    prompt_tokens: AtomicU64,
    completion_tokens: AtomicU64,
    is_estimated: AtomicBool,
}

impl Llm {
    /// Calls of `model`, estimated at `price` if one is known.
    pub fn new(model: Arc<dyn ChatModel>, price: Option<Price>) -> Self {
        Self {
            model,
            price,
            calls: AtomicU64::new(0),
            prompt_tokens: AtomicU64::new(0),
            completion_tokens: AtomicU64::new(0),
            is_estimated: AtomicBool::new(false),
        }
    }

    /// How many calls there were.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// The tokens of all calls.
    pub fn usage(&self) -> TokenUsage {
        usage(
            self.prompt_tokens.load(Ordering::Relaxed),
            self.completion_tokens.load(Ordering::Relaxed),
        )
    }

    /// Whether the tokens of some calls were estimated.
    pub fn is_estimated(&self) -> bool {
        self.is_estimated.load(Ordering::Relaxed)
    }

    /// What all calls cost: priced once from the sum, because adding many small costs in another order gives another
    /// last digit.
    pub fn cost(&self) -> Option<f64> {
        Some(self.price.as_ref()?.cost(self.usage()))
    }

    /// Seam 3: asks once. An answer that lacks a tag is an error; asking again is a call of its own.
    #[emits(
        LlmCallStarted {
            agent_class: prompt.agent(),
            model: self.model.name(),
            prompt_hash: &prompt.hash(),
            prompt_preview: Some(summary_of(prompt.text())),
        },
        |reply| LlmCallCompleted {
            token_usage: Some(reply.answer.usage),
            estimated: Some(reply.answer.is_estimated),
            cost_estimate: reply.answer.cost,
            truncated_result: Some(summary_of(&reply.answer.text)),
            truncated: Some(summary_of(&reply.answer.text).len() < reply.answer.text.len()),
            attempts: Some(reply.answer.attempts),
            cached: Some(reply.answer.is_cached),
            time_to_first: reply.answer.time_to_first.map(|time| time.as_secs_f64()),
        },
        err = |error| LlmCallCompleted {
            token_usage: error.answer().map(|answer| answer.usage),
            estimated: error.answer().map(|answer| answer.is_estimated),
            cost_estimate: error.answer().and_then(|answer| answer.cost),
            truncated_result: error.answer().map(|answer| summary_of(&answer.text)),
            ..Default::default()
        }
    )]
    pub async fn ask(&self, prompt: &Prompt) -> Result<Reply, LlmError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let completion = self.model.chat(Request::new(prompt.text())).await?;
        let answer = self.counted(completion);
        match prompt::read_tags(&answer.completion.text, prompt.tags()) {
            Ok(tags) => Ok(Reply { answer, tags }),
            Err(tag) => Err(LlmError::MissingTag {
                agent: prompt.agent(),
                tag,
                answer: Box::new(answer),
            }),
        }
    }

    fn counted(&self, completion: Completion) -> Answer {
        let usage = completion.usage;
        self.prompt_tokens.fetch_add(usage.prompt_tokens, Ordering::Relaxed);
        self.completion_tokens
            .fetch_add(usage.completion_tokens, Ordering::Relaxed);
        self.is_estimated.fetch_or(completion.is_estimated, Ordering::Relaxed);
        let cost = self.price.as_ref().map(|price| price.cost(usage));
        Answer { completion, cost }
    }

    /// Asks until `read` makes something of the answer, telling the model each time what was wrong with the last one.
    /// A model that cannot be asked at all is not asked again.
    pub async fn ask_until<T>(
        &self,
        prompt: &Prompt,
        read: impl Fn(&Reply) -> Result<T, String> + Send + Sync,
    ) -> Result<T, LlmError> {
        let mut reason = String::new();
        for attempt in 0..TRIES {
            let corrected = match attempt {
                0 => prompt.clone(),
                _ => prompt
                    .clone()
                    .section("your last answer", &format!("could not be used: {reason}")),
            };
            reason = match self.ask(&corrected).await {
                Ok(reply) => match read(&reply) {
                    Ok(value) => return Ok(value),
                    Err(reason) => reason,
                },
                Err(LlmError::Model(error)) => return Err(error.into()),
                Err(error) => error.to_string(),
            };
        }
        Err(LlmError::Unusable {
            agent: prompt.agent(),
            reason,
        })
    }
}

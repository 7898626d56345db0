//! The way to a language model: the trait a model implements, and [`Llm`], the one place every call goes through,
//! with its price and its totals. It never builds a prompt and never interprets what an answer means.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use event_core::{LlmCallCompleted, LlmCallStarted, TokenUsage, emits};

use super::prompt::{self, Prompt};
use super::summary_of;

/// How often an answer that cannot be read is asked for.
const TRIES: u32 = 10;

/// What [`ChatModel::chat`] returns.
pub type ModelFuture<'a> = Pin<Box<dyn Future<Output = Result<Completion, ModelError>> + Send + 'a>>;

/// A model that answers prompts.
pub trait ChatModel: Send + Sync {
    /// Its name, as events show it.
    fn name(&self) -> &str;

    /// Answers one prompt.
    fn chat<'a>(&'a self, prompt: &'a str) -> ModelFuture<'a>;
}

/// What a model answered.
#[derive(Clone, Debug)]
pub struct Completion {
    /// The answer, with its tags.
    pub text: String,
    /// Tokens of prompt and answer.
    pub usage: TokenUsage,
    /// The tokens were estimated from words, not counted by the model.
    pub is_estimated: bool,
    /// How many requests it took.
    pub attempts: u32,
}

/// A model could not be asked at all.
#[derive(Debug, thiserror::Error)]
#[error("model {model}: {reason}")]
pub struct ModelError {
    /// Which model.
    pub model: String,
    /// What went wrong.
    pub reason: String,
}

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

/// What a model's tokens cost, in US dollars per million.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// The model.
    pub model: &'static str,
    /// Tokens of prompts.
    pub prompt: f64,
    /// Tokens of answers.
    pub completion: f64,
}

/// List prices. The offline model costs nothing; what it would have cost is an estimate with one of these.
pub const PRICES: [Price; 3] = [
    Price {
        model: "gpt-4o-mini",
        prompt: 0.15,
        completion: 0.60,
    },
    Price {
        model: "gpt-4o",
        prompt: 2.50,
        completion: 10.00,
    },
    Price {
        model: "claude-sonnet",
        prompt: 3.00,
        completion: 15.00,
    },
];

impl Price {
    /// The price of `model`, if it is in [`PRICES`].
    pub fn of(model: &str) -> Option<Self> {
        PRICES.into_iter().find(|price| price.model == model)
    }

    /// What `usage` costs.
    pub fn cost(self, usage: TokenUsage) -> f64 {
        let millions = |tokens: u64| f64::from(u32::try_from(tokens).unwrap_or(u32::MAX)) / 1e6;
        self.prompt * millions(usage.prompt_tokens) + self.completion * millions(usage.completion_tokens)
    }
}

/// An answer whose tags were found.
#[derive(Debug)]
pub struct Reply {
    text: String,
    tags: BTreeMap<&'static str, String>,
    usage: TokenUsage,
    is_estimated: bool,
    cost: f64,
    attempts: u32,
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
    price: Price,
    calls: AtomicU64,
    prompt_tokens: AtomicU64,
    completion_tokens: AtomicU64,
    is_estimated: AtomicBool,
}

impl Llm {
    /// Calls of `model`, estimated at `price`.
    pub fn new(model: Arc<dyn ChatModel>, price: Price) -> Self {
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
    pub fn cost(&self) -> f64 {
        self.price.cost(self.usage())
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
            token_usage: Some(reply.usage),
            estimated: Some(reply.is_estimated),
            cost_estimate: Some(reply.cost),
            truncated_result: Some(summary_of(&reply.text)),
            truncated: Some(summary_of(&reply.text).len() < reply.text.len()),
            attempts: Some(reply.attempts),
            cached: Some(false),
        }
    )]
    pub async fn ask(&self, prompt: &Prompt) -> Result<Reply, LlmError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let completion = self.model.chat(prompt.text()).await?;
        self.prompt_tokens
            .fetch_add(completion.usage.prompt_tokens, Ordering::Relaxed);
        self.completion_tokens
            .fetch_add(completion.usage.completion_tokens, Ordering::Relaxed);
        self.is_estimated.fetch_or(completion.is_estimated, Ordering::Relaxed);
        let tags = prompt::read_tags(&completion.text, prompt.tags()).map_err(|tag| LlmError::MissingTag {
            agent: prompt.agent(),
            tag,
        })?;
        Ok(Reply {
            tags,
            cost: self.price.cost(completion.usage),
            text: completion.text,
            usage: completion.usage,
            is_estimated: completion.is_estimated,
            attempts: completion.attempts,
        })
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

/// Token counts with their sum.
pub(super) fn usage(prompt_tokens: u64, completion_tokens: u64) -> TokenUsage {
    TokenUsage {
        prompt_tokens,
        completion_tokens,
        total_tokens: prompt_tokens + completion_tokens,
    }
}

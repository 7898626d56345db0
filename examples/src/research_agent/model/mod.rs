//! Models: what a model is to the agent, and what stands around one. A model answers one request; each wrapper adds one
//! thing (retries, a limit on requests, faults, a cache) and is a model itself.
//!
//! ```text
//! llm ──► Cached ──► Retrying ──► RateLimited ──► Faulty ──► OfflineModel, or OpenAiModel
//! ```

mod cached;
mod faulty;
mod openai;
mod price;
mod rate_limited;
mod retrying;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use event_core::TokenUsage;

pub use self::cached::Cached;
pub use self::faulty::Faulty;
pub use self::openai::{OpenAiModel, OpenAiSettings};
pub use self::price::{Price, PriceError, Prices};
pub use self::rate_limited::RateLimited;
pub use self::retrying::Retrying;

/// What [`ChatModel::chat`] returns.
pub type ModelFuture<'a> = Pin<Box<dyn Future<Output = Result<Completion, ModelError>> + Send + 'a>>;

/// A model that answers prompts.
pub trait ChatModel: Send + Sync {
    /// Its name, as events show it.
    fn name(&self) -> &str;

    /// Answers one request.
    fn chat<'a>(&'a self, request: Request<'a>) -> ModelFuture<'a>;
}

impl<M: ChatModel + ?Sized> ChatModel for Arc<M> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn chat<'a>(&'a self, request: Request<'a>) -> ModelFuture<'a> {
        (**self).chat(request)
    }
}

/// What a model is asked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The whole prompt.
    pub prompt: &'a str,
    /// 1 for the first request with this prompt, 2 when the first failed, and so on.
    pub attempt: u32,
}

impl<'a> Request<'a> {
    /// The first request with a prompt.
    pub fn new(prompt: &'a str) -> Self {
        Self { prompt, attempt: 1 }
    }
}

/// What a model answered.
#[derive(Clone, Debug, Default)]
pub struct Completion {
    /// The answer, with its tags.
    pub text: String,
    /// Tokens of prompt and answer.
    pub usage: TokenUsage,
    /// The tokens were estimated from words, not counted by the model.
    pub is_estimated: bool,
    /// How many requests it took.
    pub attempts: u32,
    /// The answer is one that was given before, and cost nothing.
    pub is_cached: bool,
    /// From the request to the first piece of the answer, of a model that answers in pieces.
    pub time_to_first: Option<Duration>,
}

/// A model did not answer.
#[derive(Debug, thiserror::Error)]
#[error("model {model}: {reason}")]
pub struct ModelError {
    /// Which model.
    pub model: String,
    /// What went wrong.
    pub reason: String,
    /// Whether asking again may help.
    pub remedy: Remedy,
}

/// What may help after a [`ModelError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The same request, a little later.
    Retry,
    /// The same request, after the time that the server named.
    RetryAfter(Duration),
    /// Nothing: the request itself is refused.
    None,
}

/// Token counts with their sum.
pub(super) fn usage(prompt_tokens: u64, completion_tokens: u64) -> TokenUsage {
    TokenUsage {
        prompt_tokens,
        completion_tokens,
        total_tokens: prompt_tokens + completion_tokens,
    }
}

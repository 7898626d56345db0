//! Lets a model fail as real ones do: busy, broken, or with an answer that ends in the middle.

use std::time::Duration;

use super::{ChatModel, Completion, ModelError, ModelFuture, Remedy, Request};
use crate::research_agent::chance::Faults;

/// How faults divide into kinds: up to here the server is busy …
const BUSY: f64 = 0.4;
/// … up to here it breaks, and above the answer does.
const BROKEN: f64 = 0.65;

/// A model that fails now and then, on purpose.
pub struct Faulty<M> {
    model: M,
    faults: Faults,
}

impl<M: ChatModel> Faulty<M> {
    /// Around `model`.
    pub fn new(model: M, faults: Faults) -> Self {
        Self { model, faults }
    }

    fn error(&self, reason: &str, remedy: Remedy) -> ModelError {
        ModelError {
            model: self.model.name().to_owned(),
            reason: reason.to_owned(),
            remedy,
        }
    }
}

impl<M: ChatModel> ChatModel for Faulty<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn chat<'a>(&'a self, request: Request<'a>) -> ModelFuture<'a> {
        Box::pin(async move {
            let content = format!("{}\n{}", request.attempt, request.prompt);
            match self.faults.strikes("model", &content) {
                None => self.model.chat(request).await,
                Some(kind) if kind < BUSY => {
                    let wait = Duration::from_secs(1);
                    Err(self.error("429 Too Many Requests, Retry-After: 1", Remedy::RetryAfter(wait)))
                }
                Some(kind) if kind < BROKEN => Err(self.error("500 Internal Server Error", Remedy::Retry)),
                Some(_) => self.model.chat(request).await.map(broken_off),
            }
        })
    }
}

/// The answer without its end, and so without its last tag.
fn broken_off(mut completion: Completion) -> Completion {
    let end = completion.text.rfind("</").unwrap_or_default();
    completion.text.truncate(end);
    completion
}

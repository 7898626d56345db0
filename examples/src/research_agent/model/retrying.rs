//! Asks again when a model says that it may help: after the time the server named, else after twice as long each time.

use std::time::Duration;

use event_core::Event;
use serde::Serialize;

use super::{ChatModel, ModelError, ModelFuture, Remedy, Request};
use crate::research_agent::chance::fraction;
use crate::research_agent::pace::Pace;

/// Requests for one answer at the most.
const TRIES: u32 = 5;
/// Before the second request; then twice as long each time.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// No wait is longer, whatever a server asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A request failed and is made again. A type of our own: to the page it is as good as any that is shipped.
#[derive(Event, Serialize)]
struct LlmRetried<'a> {
    model: &'a str,
    /// The attempt that failed.
    attempt: u32,
    reason: &'a str,
    /// Seconds until the next.
    wait: f64,
}

/// A model that is asked again when it fails.
pub struct Retrying<M> {
    model: M,
    pace: Pace,
}

impl<M: ChatModel> Retrying<M> {
    /// Around `model`; waits at `pace`.
    pub fn new(model: M, pace: Pace) -> Self {
        Self { model, pace }
    }

    async fn wait(&self, request: Request<'_>, error: &ModelError, wait: Duration) {
        LlmRetried {
            model: self.model.name(),
            attempt: request.attempt,
            reason: &error.reason,
            wait: wait.as_secs_f64(),
        }
        .publish();
        self.pace.wait(wait).await;
    }
}

impl<M: ChatModel> ChatModel for Retrying<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn chat<'a>(&'a self, mut request: Request<'a>) -> ModelFuture<'a> {
        Box::pin(async move {
            loop {
                let error = match self.model.chat(request).await {
                    Ok(mut completion) => {
                        completion.attempts = request.attempt;
                        return Ok(completion);
                    }
                    Err(error) => error,
                };
                match wait_before_next(request, error.remedy) {
                    Some(wait) if request.attempt < TRIES => self.wait(request, &error, wait).await,
                    _ if request.attempt == 1 => return Err(error),
                    _ => {
                        let reason = format!("{} (attempt {} of {TRIES})", error.reason, request.attempt);
                        return Err(ModelError { reason, ..error });
                    }
                }
                request.attempt += 1;
            }
        })
    }
}

/// Spread by half, so that requests that failed together don't come back together.
fn wait_before_next(request: Request<'_>, remedy: Remedy) -> Option<Duration> {
    let wait = match remedy {
        Remedy::None => return None,
        Remedy::RetryAfter(wait) => wait,
        Remedy::Retry => {
            let spread = 0.5 + fraction(u64::from(request.attempt), request.prompt);
            (FIRST_WAIT * 2_u32.saturating_pow(request.attempt - 1)).mul_f64(spread)
        }
    };
    Some(wait.min(LONGEST_WAIT))
}

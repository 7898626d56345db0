//! Keeps to so many requests a minute. Who has to wait for its turn is seen waiting.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use event_core::{Event, emits};
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::{ChatModel, ModelFuture, Request};
use crate::research_agent::pace::Pace;

/// Requests that may come at once after a pause: those of so many seconds.
const BURST: Duration = Duration::from_secs(2);

/// A request waits for its turn.
#[derive(Event, Serialize)]
struct LlmQueued<'a> {
    model: &'a str,
    requests_per_minute: u32,
}

/// Its turn has come.
#[derive(Event, Serialize)]
struct LlmDequeued {}

/// A model that is asked no more often than allowed.
pub struct RateLimited<M> {
    model: M,
    per_minute: u32,
    /// From one request to the next; none where nothing is waited for.
    interval: Option<Duration>,
    burst: Duration,
    /// When the bucket would be full again.
    full_at: Mutex<Instant>,
}

impl<M: ChatModel> RateLimited<M> {
    /// At most `per_minute` requests a minute, of minutes as long as `pace` has them; 0 limits nothing.
    pub fn new(model: M, per_minute: u32, pace: Pace) -> Self {
        Self {
            model,
            per_minute,
            interval: Duration::from_secs(60)
                .checked_div(per_minute)
                .and_then(|real| pace.scaled(real)),
            burst: pace.scaled(BURST).unwrap_or_default(),
            full_at: Mutex::new(Instant::now()),
        }
    }

    /// Takes a turn; how long it is until then.
    fn take_turn(&self) -> Duration {
        let Some(interval) = self.interval else {
            return Duration::ZERO;
        };
        let now = Instant::now();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        *full_at = (*full_at).max(now) + interval;
        (*full_at - now).saturating_sub(self.burst.max(interval))
    }

    #[emits(
        LlmQueued { model: self.model.name(), requests_per_minute: self.per_minute },
        LlmDequeued,
        when = !wait.is_zero()
    )]
    async fn wait(&self, wait: Duration) {
        if !wait.is_zero() {
            sleep(wait).await;
        }
    }
}

impl<M: ChatModel> ChatModel for RateLimited<M> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn chat<'a>(&'a self, request: Request<'a>) -> ModelFuture<'a> {
        Box::pin(async move {
            self.wait(self.take_turn()).await;
            self.model.chat(request).await
        })
    }
}

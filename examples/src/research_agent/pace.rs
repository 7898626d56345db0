//! How long the offline parts pretend to take, so that a run on a laptop looks like one against real services.
//! It only ever waits: no text, no decision and no number of a report depends on it.

use std::time::Duration;

use super::chance::fraction;

/// Seconds before the first token of an answer.
const FIRST_TOKEN_SECONDS: f64 = 0.15;
/// How fast an answer is written.
const TOKENS_PER_SECOND: f64 = 240.0;
/// The fastest and the slowest page.
const PAGE_SECONDS: (f64, f64) = (0.05, 0.40);
/// What a step that only keeps the books takes, so that an eye can follow it.
const BOOKKEEPING_SECONDS: f64 = 0.06;
/// No single wait is longer, however slow the speed.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A factor on all waiting, and where the differences between one wait and the next come from.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    speed: f64,
    variation: u64,
}

impl Pace {
    /// `speed` 2.0 waits half as long as 1.0, and 0.0 not at all. Waits with the same `variation` are the same.
    pub fn new(speed: f64, variation: u64) -> Self {
        Self { speed, variation }
    }

    /// As long as the world takes, for what is not pretended.
    pub fn real() -> Self {
        Self::new(1.0, 0)
    }

    /// Waits as long as a model would take to write `tokens`.
    pub(super) async fn answer(self, prompt: &str, tokens: u64) {
        let written = f64::from(u32::try_from(tokens).unwrap_or(u32::MAX)) / TOKENS_PER_SECOND;
        let variation = 0.5 + fraction(self.variation, prompt);
        self.wait_seconds((FIRST_TOKEN_SECONDS + written) * variation).await;
    }

    /// Waits as long as a web page would take to load.
    pub(super) async fn page(self, url: &str) {
        let (fastest, slowest) = PAGE_SECONDS;
        self.wait_seconds(fastest + (slowest - fastest) * fraction(self.variation, url))
            .await;
    }

    /// Waits a moment before a step that has no work of its own.
    pub(super) async fn bookkeeping(self) {
        self.wait_seconds(BOOKKEEPING_SECONDS).await;
    }

    async fn wait_seconds(self, seconds: f64) {
        self.wait(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_WAIT))
            .await;
    }

    /// Waits this long, by its own clock.
    pub(super) async fn wait(self, wait: Duration) {
        if let Some(wait) = self.scaled(wait) {
            tokio::time::sleep(wait.min(LONGEST_WAIT)).await;
        }
    }

    /// How long something takes that takes `real` at the speed 1; `None` if nothing is waited for.
    pub(super) fn scaled(self, real: Duration) -> Option<Duration> {
        (self.speed > 0.0).then(|| Duration::try_from_secs_f64(real.as_secs_f64() / self.speed).unwrap_or(LONGEST_WAIT))
    }
}

//! Whether the log can be reached. Owns that state and who is told of a change; finding out is the tail's work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use event_core::log::LogError;
use tokio::sync::watch;

use crate::metrics::Metrics;

/// See the module's description.
#[derive(Debug)]
pub(crate) struct Health {
    /// Why the log cannot be reached; none if it can.
    error: watch::Sender<Option<Arc<str>>>,
    origin: Instant,
    /// When the log last answered, in milliseconds since `origin`.
    answered_ms: AtomicU64,
    /// It has answered before.
    has_answered: AtomicBool,
    metrics: Arc<Metrics>,
}

impl Health {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            error: watch::Sender::new(Some("it has not answered yet".into())),
            origin: Instant::now(),
            answered_ms: AtomicU64::new(0),
            has_answered: AtomicBool::new(false),
            metrics,
        }
    }

    /// The log answered.
    pub(crate) fn answered(&self) {
        let now = u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.answered_ms.store(now, Ordering::Relaxed);
        if self.error.send_if_modified(|error| error.take().is_some()) {
            if self.has_answered.swap(true, Ordering::Relaxed) {
                self.metrics.ingest.reconnects.add(1);
            }
            tracing::info!("the log answers");
        }
    }

    /// The log did not. Said aloud once, and again only if the reason is another.
    pub(crate) fn failed(&self, error: &LogError) {
        let message: Arc<str> = error.to_string().into();
        let is_news = self.error.send_if_modified(|known| {
            let is_news = known.as_ref() != Some(&message);
            *known = Some(message.clone());
            is_news
        });
        if is_news {
            tracing::error!("cannot read the log, trying again: {message}");
        }
    }

    /// Why the log cannot be reached; none if it can.
    pub(crate) fn error(&self) -> Option<Arc<str>> {
        self.error.borrow().clone()
    }

    /// Changes when the log goes away, comes back, or fails for another reason.
    pub(crate) fn watch(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.error.subscribe()
    }

    /// Since when the log has not answered.
    pub(crate) fn silence(&self) -> Duration {
        let answered = Duration::from_millis(self.answered_ms.load(Ordering::Relaxed));
        self.origin.elapsed().saturating_sub(answered)
    }
}

/// Ends at a change; never, if there can be none any more.
pub(crate) async fn changed<T>(watched: &mut watch::Receiver<T>) {
    if watched.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

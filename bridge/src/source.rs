//! What feeds and routes read from: the log with everything that stands before it. Owns nothing but the pieces.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_core::log::Log;

use crate::config::Limits;
use crate::health::Health;
use crate::history::History;
use crate::metrics::Metrics;
use crate::ring::Ring;
use crate::runs::Runs;

/// See the module's description.
pub(crate) struct Source {
    pub(crate) log: Arc<dyn Log>,
    pub(crate) ring: Ring,
    pub(crate) history: History,
    pub(crate) health: Health,
    pub(crate) metrics: Arc<Metrics>,
    runs: Mutex<Runs>,
}

impl Source {
    pub(crate) fn new(log: Arc<dyn Log>, limits: &Limits) -> Self {
        let metrics = Arc::<Metrics>::default();
        Self {
            ring: Ring::new(limits.ring_bytes, limits.ring_entries),
            history: History::new(log.clone(), metrics.clone()),
            health: Health::new(metrics.clone()),
            metrics,
            runs: Mutex::default(),
            log,
        }
    }

    /// The summaries, locked: not to be held while waiting.
    pub(crate) fn runs(&self) -> MutexGuard<'_, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! What a bus says of itself: that its process lives while spans are open and, if asked for, what it counts. Owns when it
//! does; these events are nobody's, and no count has them.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::shared::Shared;
use crate::bus::{own_record, spare};
use crate::catalog::{BusStats, ProducerAlive};
use crate::clock;
use crate::ids;
use crate::record::Record;

/// How often a process with open spans says that it lives.
const ALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// Counts are told no more often.
const MIN_STATS_INTERVAL: Duration = Duration::from_millis(1);

/// When to speak next.
pub(super) struct Notices {
    alive: Instant,
    stats: Option<Instant>,
}

impl Notices {
    pub(super) fn new(shared: &Shared) -> Self {
        let now = Instant::now();
        Self {
            alive: now + ALIVE_INTERVAL,
            stats: next_stats(now, shared),
        }
    }

    /// Until there is something to say.
    pub(super) async fn due(&self) {
        sleep_until(self.stats.map_or(self.alive, |stats| stats.min(self.alive))).await;
    }

    /// What is to be said now.
    pub(super) fn take(&mut self, shared: &Shared) -> Vec<Record> {
        let now = Instant::now();
        let mut said = Vec::new();
        if now >= self.alive {
            self.alive = now + ALIVE_INTERVAL;
            // Also the time to follow a wall clock that was set, and to let memory go.
            clock::calibrate();
            spare::shrink();
            said.extend(alive(shared));
        }
        if self.stats.is_some_and(|stats| now >= stats) {
            self.stats = next_stats(now, shared);
            said.push(own_record(&BusStats {
                counters: shared.stats(),
            }));
        }
        said
    }
}

fn next_stats(now: Instant, shared: &Shared) -> Option<Instant> {
    let interval = shared.options.stats_interval?;
    // One that lies beyond all times is never.
    now.checked_add(interval.max(MIN_STATS_INTERVAL))
}

fn alive(shared: &Shared) -> Option<Record> {
    let open_spans = shared.open_spans.get();
    (open_spans > 0).then(|| {
        own_record(&ProducerAlive {
            producer_id: ids::producer_id(),
            open_spans,
            open_runs: shared.open_runs.get(),
        })
    })
}

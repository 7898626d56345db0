//! How long events take from the log to clients, as a histogram. Owns its limits; an observation is three additions.

use std::sync::atomic::{AtomicU64, Ordering};

/// The upper limits of the buckets, in milliseconds; one more takes the rest.
const LIMITS_MS: [u64; 14] = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/// See the module's description.
#[derive(Debug, Default)]
pub(crate) struct Latency {
    buckets: [AtomicU64; LIMITS_MS.len() + 1],
    sum_ms: AtomicU64,
}

impl Latency {
    /// So many events took so long.
    pub(crate) fn observe(&self, ms: u64, events: u64) {
        let bucket = LIMITS_MS.partition_point(|limit| *limit < ms);
        self.buckets[bucket].fetch_add(events, Ordering::Relaxed);
        self.sum_ms.fetch_add(ms.saturating_mul(events), Ordering::Relaxed);
    }

    /// For each limit, in milliseconds, how many took no longer.
    pub(super) fn cumulative(&self) -> impl Iterator<Item = (Option<u64>, u64)> {
        let limits = LIMITS_MS.into_iter().map(Some).chain([None]);
        limits.zip(&self.buckets).scan(0, |sum, (limit, bucket)| {
            *sum += bucket.load(Ordering::Relaxed);
            Some((limit, *sum))
        })
    }

    pub(super) fn sum_ms(&self) -> u64 {
        self.sum_ms.load(Ordering::Relaxed)
    }
}

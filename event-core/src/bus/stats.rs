//! What a bus counts. Owns the counters; reading them is a snapshot, not a transaction.

use std::sync::atomic::{AtomicU64, Ordering};

/// What went through a bus, counted in events since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Handed over: by the program, and `producer_alive` by the bus itself.
    pub published: u64,
    /// Waiting, or on their way.
    pub queued: u64,
    /// In the log.
    pub sent: u64,
    /// Sent once more, because the log could not take them, or because it was not known whether it had.
    pub retried: u64,
    /// Of these, sent although they may have been in the log: at most so many stand there twice. Where the bus may read
    /// the log it looks first, and there are none.
    pub duplicated: u64,
    /// Lost: pushed out by newer ones, refused by the log, or published after the end.
    pub dropped: u64,
}

/// One counter.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(super) fn sub(&self, count: usize) {
        self.0.fetch_sub(count as u64, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

//! How a sleeping writer is woken, and only then. Owns the one flag of it and the order in which both sides use it:
//! each tells the other something before it looks at what the other told. It never sleeps itself.
//!
//! `tests/wake_up.rs` runs this file under a model checker, through every order of events and every stale read.

use super::sync::{AtomicBool, Ordering, fence};

/// Whether the writer sleeps, or is about to.
#[derive(Debug)]
pub(super) struct Idle(AtomicBool);

impl Idle {
    pub(super) fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// For those who have just brought work: whether to wake the writer. Of many who bring work at once, one is told to.
    #[inline]
    pub(super) fn ends(&self) -> bool {
        // Between bringing work and this look: else both sides could miss each other.
        fence(Ordering::SeqCst);
        self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Release)
    }

    /// For the writer, before it looks for work for the last time and sleeps.
    pub(super) fn begins(&self) {
        // Swapped, not stored: so it comes after whatever publishers put here before.
        self.0.swap(true, Ordering::Acquire);
        fence(Ordering::SeqCst);
    }

    /// For the writer, which is at work again.
    pub(super) fn is_over(&self) {
        self.0.swap(false, Ordering::Acquire);
    }
}

//! How many bytes wait, and whether the writer sleeps: one word for both, so that whoever brings work counts it and
//! hears whether to wake the writer in one step. Owns that no work is left before a sleeping writer; it never sleeps
//! itself.
//!
//! `tests/wake_up.rs` runs this file under a model checker, through every order of events and every stale read.

use super::sync::{AtomicU64, Ordering};

/// The writer sleeps, or is about to.
const IDLE: u64 = 1;
/// One byte that waits.
const BYTE: u64 = 2;

#[derive(Debug)]
pub(super) struct Load(AtomicU64);

impl Load {
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// For those who have just brought work: how many bytes wait now, and whether to wake the writer. Of many who bring
    /// work at once, one is told to.
    #[inline]
    pub(super) fn bring(&self, bytes: usize) -> (usize, bool) {
        let brought = bytes as u64 * BYTE;
        let before = self.0.fetch_add(brought, Ordering::AcqRel);
        (
            waiting(before.wrapping_add(brought)),
            before & IDLE != 0 && self.wakes(),
        )
    }

    #[cold]
    fn wakes(&self) -> bool {
        self.0.fetch_and(!IDLE, Ordering::AcqRel) & IDLE != 0
    }

    /// So many bytes wait no longer; how many do.
    pub(super) fn take(&self, bytes: usize) -> usize {
        let taken = bytes as u64 * BYTE;
        waiting(self.0.fetch_sub(taken, Ordering::AcqRel).wrapping_sub(taken))
    }

    /// How many bytes wait.
    pub(super) fn waiting(&self) -> usize {
        waiting(self.0.load(Ordering::Relaxed))
    }

    /// For the writer, before it looks for work for the last time and sleeps: what was brought before is seen by that
    /// look, and who brings something later sees this.
    pub(super) fn idles(&self) {
        self.0.fetch_or(IDLE, Ordering::AcqRel);
    }

    /// For the writer, which is at work again.
    pub(super) fn works(&self) {
        self.0.fetch_and(!IDLE, Ordering::AcqRel);
    }
}

/// For a moment it can be less than none: work may be taken before those who brought it have counted it.
fn waiting(word: u64) -> usize {
    usize::try_from(word.cast_signed() >> BYTE.trailing_zeros()).unwrap_or_default()
}

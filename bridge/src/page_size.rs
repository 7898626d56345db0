//! How many entries to ask the log for at a time. Owns the estimate that keeps one read small in bytes, whatever the
//! size of the events; Redis would hand over any number at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use event_core::log::{Content, Entry};

/// What one read should bring.
const TARGET_BYTES: usize = 1024 * 1024;
const MIN_ENTRIES: usize = 8;
const MAX_ENTRIES: usize = 1024;
/// Until something has been read.
const FIRST_GUESS_BYTES: usize = 8 * 1024;

/// The mean size of the entries read lately.
#[derive(Debug)]
pub(crate) struct PageSize {
    mean_bytes: AtomicUsize,
}

impl Default for PageSize {
    fn default() -> Self {
        Self {
            mean_bytes: AtomicUsize::new(FIRST_GUESS_BYTES),
        }
    }
}

impl PageSize {
    /// How many entries to ask for: a power of two, so that pages of different readers end at the same places although
    /// the estimate moves.
    pub(crate) fn entries(&self) -> usize {
        let mean = self.mean_bytes.load(Ordering::Relaxed).max(1);
        let entries = (TARGET_BYTES / mean).clamp(MIN_ENTRIES, MAX_ENTRIES);
        1 << entries.ilog2()
    }

    /// Learns from what came.
    pub(crate) fn learn(&self, entries: &[Entry]) {
        if entries.is_empty() {
            return;
        }
        let bytes: usize = entries.iter().map(bytes).sum();
        let mean = self.mean_bytes.load(Ordering::Relaxed);
        // Large entries are believed at once, small ones only when they keep coming.
        let latest = bytes / entries.len();
        let mean = latest.max(usize::midpoint(mean, latest));
        // Two readers at once may overwrite each other's estimate, which does no harm.
        self.mean_bytes.store(mean, Ordering::Relaxed);
    }
}

/// What an entry takes up.
pub(crate) fn bytes(entry: &Entry) -> usize {
    match &entry.content {
        Content::Json(json) => json.len(),
        Content::Foreign(fields) => fields.iter().map(String::len).sum(),
    }
}

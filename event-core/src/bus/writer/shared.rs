//! What the handle of a writer and its thread share: the queue, the counts, and how far the writer has come.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{FOREVER, is_writer};
use crate::bus::queue::Queue;
use crate::bus::stats::{Counter, Stats};
use crate::bus::{Limits, say};
use crate::log::{Log, LogError};

/// See the module's description.
pub(super) struct Shared {
    pub(super) queue: Queue,
    pub(super) sent: Counter,
    pub(super) retried: Counter,
    pub(super) duplicated: Counter,
    /// Refused by the log for good.
    pub(super) refused: Counter,
    pub(super) open_spans: Counter,
    pub(super) open_runs: Counter,
    progress: Mutex<Progress>,
    /// `progress` has changed.
    progressed: Condvar,
    last_error: Mutex<Option<String>>,
}

/// How far the writer has come.
#[derive(Default)]
pub(super) struct Progress {
    /// How many of the first events ever published are settled: sent or lost.
    pub(super) settled: u64,
    /// The thread has ended.
    pub(super) is_over: bool,
}

impl Shared {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            queue: Queue::new(limits),
            sent: Counter::default(),
            retried: Counter::default(),
            duplicated: Counter::default(),
            refused: Counter::default(),
            open_spans: Counter::default(),
            open_runs: Counter::default(),
            progress: Mutex::default(),
            progressed: Condvar::new(),
            last_error: Mutex::default(),
        }
    }

    pub(super) fn stats(&self) -> Stats {
        let (published, sent) = (self.queue.pushed.get(), self.sent.get());
        let dropped = self.queue.dropped.get() + self.refused.get();
        Stats {
            published,
            queued: published.saturating_sub(sent + dropped),
            sent,
            retried: self.retried.get(),
            duplicated: self.duplicated.get(),
            dropped,
        }
    }

    /// How many events are in the log or lost.
    pub(super) fn settled(&self) -> u64 {
        self.sent.get() + self.queue.dropped.get() + self.refused.get()
    }

    /// The first `count` events ever published are settled: whoever waits for them may go on.
    pub(super) fn settle(&self, count: u64) {
        self.note(|progress| progress.settled = progress.settled.max(count));
    }

    pub(super) fn note(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner));
        self.progressed.notify_all();
    }

    /// Waits until the writer has come so far; whether it has.
    ///
    /// The writer itself does not wait for itself.
    pub(super) fn wait_for(&self, timeout: Duration, is_reached: impl Fn(&Progress) -> bool) -> bool {
        let timeout = if is_writer() {
            Duration::ZERO
        } else {
            timeout.min(FOREVER)
        };
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .progressed
            .wait_timeout_while(progress, timeout, |progress| !is_reached(progress));
        is_reached(&waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    /// Says what is wrong, once until it is well again.
    pub(super) fn complain(&self, error: &LogError, log: &dyn Log) {
        let text = error.to_string();
        let mut last = self.last_error();
        if last.is_none() {
            say(format_args!(
                "events for {:?} wait, and the agent goes on: {text}",
                log.stream()
            ));
        }
        *last = Some(text);
    }

    pub(super) fn recovered(&self) {
        if self.last_error().take().is_some() {
            say(format_args!("writing events again"));
        }
    }

    pub(super) fn last_error(&self) -> MutexGuard<'_, Option<String>> {
        self.last_error.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is nobody to write: what is published is counted as lost.
    pub(super) fn end(&self, why: &str) {
        *self.last_error() = Some(why.to_owned());
        say(format_args!("{why}; no events will be written"));
        self.queue.close();
        self.note(|progress| progress.is_over = true);
    }
}

//! What the handle of a writer and its thread share: the queue, the counts, and how far the writer has come.

use std::mem;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::{FOREVER, is_writer};
use crate::bus::builder::Options;
use crate::bus::queue::Queue;
use crate::bus::say;
use crate::bus::stats::{Counter, Stats};
use crate::clock::{Pause, Timestamp};
use crate::log::{Log, LogError};
use crate::record::Record;

/// See the module's description.
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) queue: Queue,
    pub(super) sent: Counter,
    /// Of the JSON of what was sent.
    pub(super) bytes: Counter,
    pub(super) retried: Counter,
    /// Sent again after the log had perhaps taken it.
    pub(super) duplicated: Counter,
    /// Refused by the log for good.
    pub(super) refused: Counter,
    /// Of those that were lost, so many stand in an event that was written, or is about to be.
    pub(super) told: Counter,
    /// Written to the spool.
    pub(super) spooled: Counter,
    /// The writer has ended, and what it has not sent is in the spool.
    pub(super) is_saved: AtomicBool,
    pub(super) open_spans: Counter,
    pub(super) open_runs: Counter,
    /// Events are told by a clock that stands still; in tests only.
    pub(super) pause: OnceLock<Arc<Pause>>,
    progress: Mutex<Progress>,
    /// `progress` has changed.
    progressed: Condvar,
    trouble: Mutex<Trouble>,
    /// Since when the log takes events, in microseconds since the unix epoch; 0 while it does not.
    connected_since: AtomicU64,
}

/// What went wrong last.
#[derive(Default)]
struct Trouble {
    error: Option<String>,
    /// It is not over.
    is_present: bool,
}

/// How far the writer has come.
#[derive(Default)]
pub(super) struct Progress {
    /// How many of the first events ever published are settled: sent, or lost and told.
    pub(super) settled: u64,
    /// The thread has ended.
    pub(super) is_over: bool,
}

impl Shared {
    pub(super) fn new(options: Options) -> Self {
        Self {
            queue: Queue::new(options.limits),
            options,
            sent: Counter::default(),
            bytes: Counter::default(),
            retried: Counter::default(),
            duplicated: Counter::default(),
            refused: Counter::default(),
            told: Counter::default(),
            spooled: Counter::default(),
            is_saved: AtomicBool::new(false),
            open_spans: Counter::default(),
            open_runs: Counter::default(),
            pause: OnceLock::new(),
            progress: Mutex::default(),
            progressed: Condvar::new(),
            trouble: Mutex::default(),
            connected_since: AtomicU64::new(0),
        }
    }

    /// Takes events out of the queue, by the clock that they are told by.
    pub(super) fn draw(&self) -> impl Iterator<Item = Box<Record>> {
        self.queue.draw().map(|mut record| {
            if let Some(pause) = self.pause.get() {
                record.moment = pause.shown(record.moment);
                record.started = pause.shown(record.started);
            }
            record
        })
    }

    pub(super) fn stats(&self) -> Stats {
        let (published, sent) = (self.queue.pushed.get(), self.sent.get());
        let refused = self.refused.get();
        let dropped = self.queue.dropped.get() + refused;
        let connected_since = self.connected_since.load(Ordering::Relaxed);
        Stats {
            published,
            queued: published.saturating_sub(sent + dropped),
            sent,
            retried: self.retried.get(),
            duplicated: self.duplicated.get(),
            dropped,
            refused,
            spooled: self.spooled.get(),
            bytes: self.bytes.get(),
            last_error: self.trouble().error.clone(),
            connected_since: (connected_since > 0).then_some(Timestamp {
                unix_micros: connected_since,
            }),
        }
    }

    /// How many events are in the log, or lost and told: whoever waits for a loss waits for the event that tells it.
    pub(super) fn settled(&self) -> u64 {
        self.sent.get() + self.told.get()
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
        self.connected_since.store(0, Ordering::Relaxed);
        let now = Trouble {
            error: Some(text.clone()),
            is_present: true,
        };
        // Said when the lock is gone: whoever asks for the counts must not wait for a terminal that nobody reads.
        let before = mem::replace(&mut *self.trouble(), now);
        if !before.is_present {
            say(format_args!(
                "events for {:?} wait, and the agent goes on: {text}",
                log.stream()
            ));
        }
    }

    /// The log takes events.
    pub(super) fn recovered(&self) {
        if self.connected_since.load(Ordering::Relaxed) == 0 {
            self.connected_since
                .store(Timestamp::now().unix_micros, Ordering::Relaxed);
        }
        if mem::take(&mut self.trouble().is_present) {
            say(format_args!("writing events again"));
        }
    }

    /// What is wrong now.
    pub(super) fn present_trouble(&self) -> Option<String> {
        let trouble = self.trouble();
        trouble.error.clone().filter(|_| trouble.is_present)
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is nobody to write: what is published is counted as lost.
    pub(super) fn end(&self, why: &str) {
        *self.trouble() = Trouble {
            error: Some(why.to_owned()),
            is_present: true,
        };
        say(format_args!("{why}; no events will be written"));
        self.queue.close();
        self.note(|progress| progress.is_over = true);
    }
}

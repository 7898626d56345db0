//! One thread that owns the way to the log: takes what waits, formats it, appends it in batches, and tries again for
//! ever. Owns that thread's life; nothing of it runs on a publishing thread but the hand-over to the queue.

mod batch;
mod look_back;
mod losses;
mod notices;
mod outbox;
mod sender;
mod shared;
mod stowage;
mod work;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use self::shared::Shared;
pub(super) use self::work::is_writer;
use super::builder::Options;
use super::stats::Stats;
use crate::clock::{Moment, Pause};
use crate::log::Log;
use crate::record::Record;

/// Longer than any program waits, and short enough to be added to a time.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// How much longer than its time the end of the writer may take.
const GRACE: Duration = Duration::from_millis(100);
/// And how much more than that it may take to bring to disk what was not sent.
const STOWING: Duration = Duration::from_secs(5);

/// The handle of the writing thread.
pub(super) struct Writer {
    shared: Arc<Shared>,
    /// When closing began, the moment to give up.
    deadline: watch::Sender<Option<Instant>>,
    grace: Duration,
}

impl Writer {
    pub(super) fn spawn(log: Arc<dyn Log>, options: Options) -> Self {
        let shared = Arc::new(Shared::new(options));
        let (deadline, closing) = watch::channel(None);
        let stowing = shared.options.spool.as_ref().map(|_| STOWING);
        let grace = GRACE + stowing.unwrap_or_default();
        let work = {
            let shared = shared.clone();
            move || work::run(&shared, &*log, closing)
        };
        if let Err(error) = thread::Builder::new().name("event-writer".to_owned()).spawn(work) {
            shared.end(&format!("no thread to write from: {error}"));
        }
        Self {
            shared,
            deadline,
            grace,
        }
    }

    pub(super) fn send(&self, record: Box<Record>) {
        self.shared.queue.push(record);
    }

    pub(super) fn opened(&self, is_root: bool) {
        self.shared.open_spans.add(1);
        if is_root {
            self.shared.open_runs.add(1);
        }
    }

    pub(super) fn closed(&self, is_root: bool) {
        self.shared.open_spans.sub(1);
        if is_root {
            self.shared.open_runs.sub(1);
        }
    }

    pub(super) fn flush(&self, timeout: Duration) -> u64 {
        let shared = &self.shared;
        if shared.queue.is_closed() {
            return self.stats().queued;
        }
        let target = shared.queue.pushed.get();
        let is_reached = shared.wait_for(timeout, |progress| progress.settled >= target || progress.is_over);
        // What was published while the bus was closed is lost, and nothing tells it any more.
        if is_reached && !shared.queue.is_closed() {
            return 0;
        }
        self.stats().queued
    }

    pub(super) fn shutdown(&self, timeout: Duration) -> u64 {
        self.deadline.send_if_modified(|deadline| {
            let is_first = deadline.is_none();
            deadline.get_or_insert(Instant::now() + timeout.min(FOREVER));
            is_first
        });
        self.shared.queue.close();
        // Not joined: a log that blocks its thread must not hold up the end of the program.
        self.shared
            .wait_for(timeout.saturating_add(self.grace), |progress| progress.is_over);
        self.stats().queued
    }

    pub(super) fn pause_clock(&self) -> Arc<Pause> {
        self.shared.pause.get_or_init(|| Arc::new(Pause::begin())).clone()
    }

    pub(super) fn since(&self, moment: Moment) -> Duration {
        let shown = |moment| self.shared.pause.get().map_or(moment, |pause| pause.shown(moment));
        shown(Moment::now()).since(shown(moment))
    }

    pub(super) fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// What was not sent when the writer ended is on disk.
    pub(super) fn is_saved(&self) -> bool {
        self.shared.is_saved.load(Ordering::Acquire)
    }

    /// The last thing that went wrong.
    pub(super) fn why_not(&self) -> String {
        self.shared
            .present_trouble()
            .unwrap_or_else(|| "there was not enough time".to_owned())
    }
}

//! One thread that owns the way to the log: takes what waits, formats it, appends it in batches, and tries again for
//! ever. Owns the runtime, the backoff and what is said when the log can't be written; nothing here runs on a
//! publishing thread but the hand-over to the queue.

mod batch;

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::watch;

use self::batch::Batch;
use super::queue::Queue;
use super::stats::{Counter, Stats};
use super::{Limits, own_record, say};
use crate::catalog::{EventsDropped, ProducerAlive};
use crate::clock::{self, Moment, Timestamp};
use crate::ids;
use crate::log::{EntryId, Log, LogError, LogErrorKind};
use crate::record::Record;

/// How often a process with open spans says that it lives.
const ALIVE_INTERVAL: Duration = Duration::from_secs(10);
const MIN_BACKOFF: Duration = Duration::from_millis(50);
/// Longer than any program waits, and short enough to be added to a time.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// How much longer than its time the end of the writer may take.
const GRACE: Duration = Duration::from_millis(100);
/// Also the pause after a refusal that somebody must mend first.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// The handle of the writing thread.
pub(super) struct Writer {
    shared: Arc<Shared>,
    /// When closing began, the moment to give up.
    deadline: watch::Sender<Option<Instant>>,
}

struct Shared {
    queue: Queue,
    sent: Counter,
    retried: Counter,
    /// Refused by the log for good.
    refused: Counter,
    open_spans: Counter,
    open_runs: Counter,
    progress: Mutex<Progress>,
    /// `progress` has changed.
    progressed: Condvar,
    last_error: Mutex<Option<String>>,
}

/// How far the writer has come.
#[derive(Default)]
struct Progress {
    /// How many events were settled (sent or lost) when none was on its way.
    settled: u64,
    /// The thread has ended.
    is_over: bool,
}

impl Writer {
    pub(super) fn spawn(log: Arc<dyn Log>, limits: Limits) -> Self {
        let shared = Arc::new(Shared {
            queue: Queue::new(limits),
            sent: Counter::default(),
            retried: Counter::default(),
            refused: Counter::default(),
            open_spans: Counter::default(),
            open_runs: Counter::default(),
            progress: Mutex::default(),
            progressed: Condvar::new(),
            last_error: Mutex::default(),
        });
        let (deadline, closing) = watch::channel(None);
        let work = {
            let shared = shared.clone();
            move || run(&shared, &*log, closing)
        };
        if let Err(error) = thread::Builder::new().name("event-writer".to_owned()).spawn(work) {
            shared.end(&format!("no thread to write from: {error}"));
        }
        Self { shared, deadline }
    }

    pub(super) fn blank(&self, moment: Moment) -> Box<Record> {
        self.shared.queue.blank(moment)
    }

    pub(super) fn send(&self, record: Box<Record>) {
        self.shared.queue.push(record);
    }

    pub(super) fn opened(&self, is_root: bool) {
        self.shared.open_spans.add(1);
        self.shared.open_runs.add(usize::from(is_root));
    }

    pub(super) fn closed(&self, is_root: bool) {
        self.shared.open_spans.sub(1);
        self.shared.open_runs.sub(usize::from(is_root));
    }

    pub(super) fn flush(&self, timeout: Duration) -> u64 {
        let shared = &self.shared;
        if shared.queue.is_closed() {
            return self.stats().queued;
        }
        let target = shared.queue.pushed.get();
        if shared.wait_for(timeout, |progress| progress.settled >= target) {
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
            .wait_for(timeout.saturating_add(GRACE), |progress| progress.is_over);
        self.stats().queued
    }

    pub(super) fn stats(&self) -> Stats {
        let shared = &self.shared;
        let (published, sent) = (shared.queue.pushed.get(), shared.sent.get());
        let dropped = shared.queue.dropped.get() + shared.refused.get();
        Stats {
            published,
            queued: published.saturating_sub(sent + dropped),
            sent,
            retried: shared.retried.get(),
            dropped,
        }
    }

    /// The last thing that went wrong.
    pub(super) fn why_not(&self) -> String {
        self.shared
            .last_error()
            .clone()
            .unwrap_or_else(|| "there was not enough time".to_owned())
    }
}

thread_local! {
    static IS_WRITER: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the thread of a writer. What a log publishes while it is written to would feed itself for ever.
pub(super) fn is_writer() -> bool {
    IS_WRITER.try_with(Cell::get).unwrap_or_default()
}

fn run(shared: &Shared, log: &dyn Log, closing: watch::Receiver<Option<Instant>>) {
    IS_WRITER.set(true);
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(async {
            tokio::select! {
                () = write(shared, log) => {}
                () = give_up(closing) => {}
            }
        }),
        Err(error) => shared.end(&format!("no runtime to write with: {error}")),
    }
    shared.note(|progress| progress.is_over = true);
}

/// Until closing has begun and its time is over.
async fn give_up(mut closing: watch::Receiver<Option<Instant>>) {
    let deadline = match closing.wait_for(Option::is_some).await {
        Ok(deadline) => *deadline,
        Err(_) => None,
    };
    if let Some(deadline) = deadline {
        tokio::time::sleep_until(deadline.into()).await;
    }
}

/// Writes until the queue is closed and empty.
async fn write(shared: &Shared, log: &dyn Log) {
    let mut next_alive = tokio::time::Instant::now() + ALIVE_INTERVAL;
    loop {
        tokio::select! {
            () = shared.queue.ready() => {}
            () = tokio::time::sleep_until(next_alive) => {}
        }
        if tokio::time::Instant::now() >= next_alive {
            shared.say_alive();
            next_alive = tokio::time::Instant::now() + ALIVE_INTERVAL;
        }
        if shared.queue.has_work() {
            append(shared, log, shared.next_batch()).await;
            shared.settle();
        } else if shared.queue.is_closed() {
            return;
        }
    }
}

/// Appends a batch, however long it takes.
async fn append(shared: &Shared, log: &dyn Log, mut batch: Batch) {
    let mut attempt: u32 = 0;
    while !batch.is_empty() {
        let problem = match catching(log, batch.entries()).await {
            Ok(replies) => batch.settle(replies, shared),
            Err(error) => {
                if error.kind() == LogErrorKind::Interrupted {
                    shared.retried.add(batch.own_len());
                }
                Some(error)
            }
        };
        let Some(error) = problem else { continue };
        shared.complain(&error, log);
        attempt = attempt.saturating_add(1);
        if error.is_retryable() {
            tokio::time::sleep(backoff(attempt)).await;
        } else {
            tokio::time::sleep(MAX_BACKOFF).await;
            // Whether the log is at fault or one event shows when others come along.
            shared.fill(&mut batch);
        }
    }
    shared.recovered();
}

/// Appends; a log that panics has failed, and is asked again later like any other.
async fn catching(log: &dyn Log, entries: &[Bytes]) -> Result<Vec<Result<EntryId, LogError>>, LogError> {
    let mut appending = None;
    poll_fn(|cx| {
        let poll = || appending.get_or_insert_with(|| log.append(entries)).as_mut().poll(cx);
        catch_unwind(AssertUnwindSafe(poll)).unwrap_or_else(|_| {
            let error = LogError::new(LogErrorKind::Interrupted, "the log panicked while it was written to");
            Poll::Ready(Err(error))
        })
    })
    .await
}

/// Half to all of a time that doubles with each attempt.
fn backoff(attempt: u32) -> Duration {
    let ceiling = MIN_BACKOFF.saturating_mul(1 << attempt.min(10)).min(MAX_BACKOFF);
    ceiling.mul_f64(fastrand::f64().mul_add(0.5, 0.5))
}

impl Shared {
    fn next_batch(&self) -> Batch {
        let mut batch = Batch::default();
        if let Some(overflow) = self.queue.take_overflow() {
            let ts = |moment: Moment| {
                Timestamp {
                    unix_micros: moment.unix_micros(),
                }
                .to_string()
            };
            batch.add_ours(&own_record(&EventsDropped {
                count: overflow.count,
                first_ts: &ts(overflow.first),
                last_ts: &ts(overflow.last),
                reason: "queue_full",
            }));
        }
        self.fill(&mut batch);
        batch
    }

    fn fill(&self, batch: &mut Batch) {
        while batch.has_room()
            && let Some(record) = self.queue.pop()
        {
            batch.add(&record);
            self.queue.reuse(record);
        }
    }

    /// Nothing is on its way: whoever waits for what was published so far may look.
    fn settle(&self) {
        let settled = self.sent.get() + self.queue.dropped.get() + self.refused.get();
        self.note(|progress| progress.settled = settled);
    }

    fn note(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner));
        self.progressed.notify_all();
    }

    /// Waits until the writer has come so far; whether it has.
    ///
    /// The writer itself does not wait for itself.
    fn wait_for(&self, timeout: Duration, is_reached: impl Fn(&Progress) -> bool) -> bool {
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

    /// Also the time to follow a wall clock that was set.
    fn say_alive(&self) {
        clock::calibrate();
        let open_spans = self.open_spans.get();
        if open_spans > 0 {
            self.queue.push(Box::new(own_record(&ProducerAlive {
                producer_id: ids::producer_id(),
                open_spans,
                open_runs: self.open_runs.get(),
            })));
        }
    }

    /// Says what is wrong, once until it is well again.
    fn complain(&self, error: &LogError, log: &dyn Log) {
        let text = error.to_string();
        let mut last = self.last_error();
        if last.is_none() {
            say(format_args!(
                "can't write events to {:?}: {text}; they wait, and the agent goes on",
                log.stream()
            ));
        }
        *last = Some(text);
    }

    fn recovered(&self) {
        if self.last_error().take().is_some() {
            say(format_args!("writing events again"));
        }
    }

    fn last_error(&self) -> MutexGuard<'_, Option<String>> {
        self.last_error.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is nobody to write: what is published is counted as lost.
    fn end(&self, why: &str) {
        *self.last_error() = Some(why.to_owned());
        say(format_args!("{why}; no events will be written"));
        self.queue.close();
        self.note(|progress| progress.is_over = true);
    }
}

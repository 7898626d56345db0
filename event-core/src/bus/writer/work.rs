//! The work of the writing thread. Owns the runtime, the batches, the backoff, and what is said of the process while
//! spans are open.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::watch;

use super::batch::Batch;
use super::shared::Shared;
use crate::bus::{own_record, spare};
use crate::catalog::{EventsDropped, ProducerAlive};
use crate::clock::{self, Moment, Timestamp};
use crate::ids;
use crate::log::{EntryId, Log, LogError, LogErrorKind};

/// How often a process with open spans says that it lives.
const ALIVE_INTERVAL: Duration = Duration::from_secs(10);
const MIN_BACKOFF: Duration = Duration::from_millis(50);
/// Also the pause after a refusal that somebody must mend first.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

thread_local! {
    static IS_WRITER: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the thread of a writer. What a log publishes while it is written to would feed itself for ever.
pub(in crate::bus) fn is_writer() -> bool {
    IS_WRITER.try_with(Cell::get).unwrap_or_default()
}

/// Works until the bus ends.
pub(super) fn run(shared: &Shared, log: &dyn Log, closing: watch::Receiver<Option<Instant>>) {
    IS_WRITER.set(true);
    let _over = Over(shared);
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(async {
            tokio::select! {
                () = write(shared, log) => {}
                () = give_up(closing) => {}
            }
        }),
        Err(error) => shared.end(&format!("no runtime to write with: {error}")),
    }
}

/// Tells those who wait that the thread has ended, whatever ended it.
struct Over<'a>(&'a Shared);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.queue.close();
        self.0.note(|progress| progress.is_over = true);
    }
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
            say_alive(shared);
            next_alive = tokio::time::Instant::now() + ALIVE_INTERVAL;
        }
        if shared.queue.has_work() {
            append(shared, log, next_batch(shared)).await;
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
            fill(&mut batch, shared);
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

fn next_batch(shared: &Shared) -> Batch {
    let mut batch = Batch::default();
    if let Some(overflow) = shared.queue.take_overflow() {
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
    fill(&mut batch, shared);
    batch
}

fn fill(batch: &mut Batch, shared: &Shared) {
    while batch.has_room()
        && let Some(record) = shared.queue.pop()
    {
        batch.add(&record);
        spare::keep(record);
    }
}

/// Also the time to follow a wall clock that was set, and to let memory go.
fn say_alive(shared: &Shared) {
    clock::calibrate();
    spare::shrink();
    let open_spans = shared.open_spans.get();
    if open_spans > 0 {
        shared.queue.push(Box::new(own_record(&ProducerAlive {
            producer_id: ids::producer_id(),
            open_spans,
            open_runs: shared.open_runs.get(),
        })));
    }
}

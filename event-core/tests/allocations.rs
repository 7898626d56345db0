//! A call allocates nothing on its thread once there are records and nodes enough, while the writer takes what it
//! publishes. Counted for each thread by an allocator that counts; the writer's own allocations are its own.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use event_core::log::{Cursor, Direction, EntryId, Log, LogError, LogFuture, LogInfo, MemoryLog, Page};
use event_core::{Event, EventBus, Span, emits};

/// Calls between two waits for the writer.
const BURST: usize = 100;
/// Events that were once in the queue together: more than a burst has.
const WARM_UP_EVENTS: usize = 2_000;
/// As much as the finished event of a call carries whose events have a kilobyte each, with room to spare.
const WARM_UP_BYTES: usize = 3 * 1024;
/// The memory of records is the process's: another test's would not be as warm.
static ALONE: Mutex<()> = Mutex::new(());

/// A memory log that takes nothing while its gate is held.
struct Gated {
    log: MemoryLog,
    gate: Arc<tokio::sync::Mutex<()>>,
}

impl Log for Gated {
    fn stream(&self) -> &'static str {
        "gated"
    }

    fn append<'a>(&'a self, entries: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        Box::pin(async move {
            drop(self.gate.lock().await);
            self.log.append(entries).await
        })
    }

    fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page> {
        self.log.page(from, direction, limit)
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        self.log.info()
    }
}

#[derive(Event, serde::Serialize)]
struct RunBegan<'a> {
    #[event(scope)]
    root: &'a str,
}
#[derive(Event, serde::Serialize)]
struct RunDone;
#[derive(Event, serde::Serialize)]
struct Began<'a> {
    step: u64,
    text: &'a str,
}
#[derive(Event, serde::Serialize)]
struct Done<'a> {
    text: &'a str,
}
#[derive(Event, serde::Serialize)]
struct Noted {
    step: u64,
}

#[emits(Began { step, text }, |out| Done { text: out })]
fn call(step: u64, text: &str) -> &str {
    if step > 0 {
        call(step - 1, text);
    }
    Noted { step }.publish();
    text
}

#[emits(Began { step, text }, |out| Done { text: out })]
async fn call_async(step: u64, text: &str) -> &str {
    YieldOnce(false).await;
    text
}

struct YieldOnce(bool);

impl Future for YieldOnce {
    type Output = ();

    fn poll(mut self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

/// Without a runtime, whose allocations would count.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

/// The allocations of the calling thread in a burst of `work`, inside a span.
fn allocations_of(work: impl Fn()) -> u64 {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let gate = Arc::new(tokio::sync::Mutex::new(()));
    let log = Gated {
        log: MemoryLog::new("test", 1_000),
        gate: gate.clone(),
    };
    let bus = EventBus::new(log);
    let _events = bus.clone().install_for_thread();
    let settle = || assert_eq!(bus.flush(Duration::from_secs(60)), 0);

    let held = gate.blocking_lock();
    let text = "x".repeat(WARM_UP_BYTES);
    (0..WARM_UP_EVENTS).for_each(|_| Done { text: &text }.publish());
    drop(held);
    settle();

    let mut run = Span::<RunDone>::start(&RunBegan { root: "root" });
    let burst = || {
        (0..BURST).for_each(|_| work());
        settle();
    };
    let allocations = run.run(|| {
        // The nodes of spans, too, are there after this.
        burst();
        allocation_counter::measure(burst).count_total
    });
    run.finish(&RunDone);
    allocations
}

fn kilobyte() -> String {
    "x".repeat(1024)
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocation_counter::measure(|| drop(kilobyte())).count_total, 1);
}

#[test]
fn a_function_with_small_fields_allocates_nothing() {
    assert_eq!(allocations_of(|| _ = call(0, "fifteen bytes x")), 0);
}

#[test]
fn payloads_of_a_kilobyte_and_calls_in_calls_allocate_nothing() {
    let text = kilobyte();
    assert_eq!(allocations_of(|| _ = call(3, &text)), 0);
}

#[test]
fn an_async_function_allocates_nothing() {
    let text = kilobyte();
    assert_eq!(allocations_of(|| _ = block_on(call_async(1, &text))), 0);
}

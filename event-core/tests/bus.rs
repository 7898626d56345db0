//! The life of a bus: where it is found, how it ends, and that publishing never waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use event_core::log::{Cursor, Direction, EntryId, Log, LogError, LogErrorKind, LogFuture, LogInfo, MemoryLog, Page};
use event_core::{Event, EventBus, Limits, emits};
use serde_json::json;

#[derive(Event, serde::Serialize)]
struct Ticked {
    n: u32,
}

/// A log that never takes anything.
struct Stuck;

impl Log for Stuck {
    fn stream(&self) -> &'static str {
        "stuck"
    }

    fn append<'a>(&'a self, _: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        Box::pin(std::future::pending())
    }

    fn page(&self, _: Cursor, _: Direction, _: usize) -> LogFuture<'_, Page> {
        Box::pin(std::future::pending())
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        Box::pin(async { Err(LogError::new(LogErrorKind::Unreachable, "stuck")) })
    }
}

/// What a log does that its author did not think of.
type Misdeed = fn(usize, &MemoryLog, &[Bytes]) -> Result<Vec<Result<EntryId, LogError>>, LogError>;

/// A memory log that misbehaves; the number counts its calls.
struct Misbehaving {
    log: Arc<MemoryLog>,
    calls: AtomicUsize,
    misdeed: Misdeed,
}

impl Log for Misbehaving {
    fn stream(&self) -> &'static str {
        "misbehaving"
    }

    fn append<'a>(&'a self, entries: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        Box::pin(async move { (self.misdeed)(self.calls.fetch_add(1, Ordering::Relaxed), &self.log, entries) })
    }

    fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page> {
        self.log.page(from, direction, limit)
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        self.log.info()
    }
}

fn misbehaving(misdeed: Misdeed) -> (EventBus, Arc<MemoryLog>) {
    let log = Arc::new(MemoryLog::new("test", 0));
    let bus = EventBus::new(Misbehaving {
        log: log.clone(),
        calls: AtomicUsize::new(0),
        misdeed,
    });
    (bus, log)
}

/// Appends to a memory log at once.
fn append(log: &MemoryLog, entries: &[Bytes]) -> Result<Vec<Result<EntryId, LogError>>, LogError> {
    let append = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(log.append(entries))
    };
    // Not on the thread of a runtime, which this is.
    std::thread::scope(|scope| scope.spawn(append).join().unwrap())
}

fn numbers(log: &MemoryLog) -> Vec<u64> {
    let events = log.entries();
    let events = events
        .iter()
        .map(|json| serde_json::from_slice::<event_core::Envelope>(json).unwrap());
    events.filter_map(|event| event.payload.get("n")?.as_u64()).collect()
}

fn publish_three(bus: &EventBus) {
    for n in 0..3 {
        bus.publish_value("n", json!({ "n": n }));
    }
    assert_eq!(bus.flush(Duration::from_secs(30)), 0);
}

#[test]
fn a_log_that_panics_is_asked_again() {
    let (bus, log) = misbehaving(|call, log, entries| {
        assert!(call > 0, "not ready yet");
        append(log, entries)
    });
    publish_three(&bus);
    assert_eq!(numbers(&log), [0, 1, 2]);
}

#[test]
fn entries_that_a_log_did_not_answer_for_are_sent_again() {
    let (bus, log) = misbehaving(|_, log, entries| append(log, &entries[..1]));
    publish_three(&bus);
    assert_eq!(numbers(&log), [0, 1, 2]);
}

#[test]
fn one_refused_entry_does_not_hold_up_the_others() {
    let (bus, log) = misbehaving(|call, log, entries| {
        if call == 0 {
            // What comes in the meantime makes one batch with this.
            return Err(LogError::new(LogErrorKind::Unavailable, "not ready yet"));
        }
        let mut ids = append(log, &entries[..entries.len() - 1])?;
        ids.push(Err(LogError::new(LogErrorKind::Invalid, "no last ones here")));
        Ok(ids)
    });
    for n in 0..100 {
        bus.publish_value("n", json!({ "n": n }));
    }
    assert_eq!(bus.flush(Duration::from_secs(30)), 0);
    let stats = bus.stats();
    assert_eq!(stats.sent + stats.dropped, 100);
    assert_eq!(numbers(&log).len() as u64, stats.sent);
}

#[test]
fn an_event_that_the_log_can_never_take_is_given_up_though_it_is_alone() {
    let (bus, log) = misbehaving(|call, log, entries| {
        if call == 0 {
            return Ok(vec![Err(LogError::new(LogErrorKind::Invalid, "not this one"))]);
        }
        append(log, entries)
    });
    bus.publish_value("n", json!({ "n": 0 }));
    assert_eq!(bus.flush(Duration::from_secs(30)), 0);
    assert_eq!((bus.stats().sent, bus.stats().dropped), (0, 1));
    publish_three(&bus);
    assert_eq!(numbers(&log), [0, 1, 2]);
}

#[test]
fn what_a_log_took_before_it_failed_is_not_sent_again() {
    let (bus, log) = misbehaving(|call, log, entries| {
        if call == 0 {
            append(log, &entries[..entries.len().div_ceil(2)])?;
            return Err(LogError::new(LogErrorKind::Interrupted, "gone in the middle"));
        }
        append(log, entries)
    });
    for n in 0..100 {
        bus.publish_value("n", json!({ "n": n }));
    }
    assert_eq!(bus.flush(Duration::from_secs(30)), 0);
    assert_eq!(numbers(&log), (0..100).collect::<Vec<_>>());
    assert_eq!((bus.stats().sent, bus.stats().duplicated), (100, 0));
}

#[test]
fn a_flush_ends_while_others_go_on_publishing() {
    let (bus, _log) = memory();
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                bus.publish_value("other", json!({}));
            }
        });
        bus.publish_value("mine", json!({}));
        let waiting = bus.flush(Duration::from_secs(30));
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(waiting, 0);
    });
}

#[test]
fn a_log_that_blocks_its_thread_does_not_hold_up_the_end() {
    let (bus, _) = misbehaving(|_, _, _| {
        std::thread::park();
        Ok(Vec::new())
    });
    bus.publish_value("n", json!({ "n": 0 }));
    assert_eq!(bus.shutdown(Duration::from_millis(50)), 1);
}

fn memory() -> (EventBus, Arc<MemoryLog>) {
    let log = Arc::new(MemoryLog::new("test", 0));
    (EventBus::with_limits(log.clone(), Limits::default()), log)
}

#[test]
fn the_context_s_bus_comes_before_the_thread_s_and_that_before_the_global_one() {
    let (global, global_log) = memory();
    let (thread, thread_log) = memory();
    let (context, context_log) = memory();
    let installed = global.install();
    Ticked { n: 1 }.publish();
    let for_thread = thread.install_for_thread();
    Ticked { n: 2 }.publish();
    event_core::Context::current()
        .with_bus(context.clone())
        .run(|| Ticked { n: 3 }.publish());
    context.flush(Duration::from_secs(30));
    drop(for_thread);
    Ticked { n: 4 }.publish();
    drop(installed);
    Ticked { n: 5 }.publish();
    let lengths = [&global_log, &thread_log, &context_log].map(|log| log.entries().len());
    assert_eq!(lengths, [2, 1, 1]);
}

#[test]
fn when_an_inner_installation_goes_the_outer_one_counts_again() {
    let (outer, outer_log) = memory();
    let (inner, inner_log) = memory();
    let outer = outer.install_for_thread();
    let inner = inner.install_for_thread();
    Ticked { n: 1 }.publish();
    drop(inner);
    Ticked { n: 2 }.publish();
    drop(outer);
    assert_eq!((outer_log.entries().len(), inner_log.entries().len()), (1, 1));
}

#[test]
fn what_a_log_publishes_itself_does_not_feed_it() {
    let (bus, log) = misbehaving(|_, log, entries| {
        Ticked { n: 9 }.publish();
        append(log, entries)
    });
    let installed = bus.install_for_thread();
    Ticked { n: 1 }.publish();
    drop(installed);
    assert_eq!(numbers(&log), [1]);
}

#[test]
fn an_event_larger_than_the_queue_is_dropped_and_told() {
    let log = Arc::new(MemoryLog::new("test", 0));
    let limits = Limits {
        max_events: 10,
        max_bytes: 10_000,
        ..Limits::default()
    };
    let bus = EventBus::with_limits(log.clone(), limits);
    bus.publish_value("big", json!({ "text": "x".repeat(20_000) }));
    assert_eq!(bus.flush(Duration::from_secs(30)), 0);
    assert_eq!(bus.stats().dropped, 1);
    let told = log
        .entries()
        .iter()
        .filter(|json| String::from_utf8_lossy(json).contains("events_dropped"))
        .count();
    assert_eq!(told, 1);
}

#[test]
fn long_errors_count_against_the_queue_and_are_cut() {
    #[emits(Ticked { n: 1 }, Ticked)]
    fn fails() -> Result<(), String> {
        Err("x".repeat(1 << 20))
    }
    let bus = EventBus::with_limits(
        Arc::new(Stuck),
        Limits {
            max_events: 1_000_000,
            max_bytes: 1 << 20,
            ..Limits::default()
        },
    );
    let installed = bus.clone().install_for_thread();
    for _ in 0..1_000 {
        fails().unwrap_err();
    }
    // At most a batch on its way, and what the bound leaves room for.
    assert!(
        bus.stats().queued < 512 + 2 * (1 << 20) / (16 * 1024),
        "{:?}",
        bus.stats()
    );
    bus.shutdown(Duration::ZERO);
    drop(installed);
}

#[test]
fn publishing_to_a_log_that_is_stuck_drops_the_oldest_and_goes_on() {
    let bus = EventBus::with_limits(
        Arc::new(Stuck),
        Limits {
            max_events: 10,
            max_bytes: 1 << 20,
            ..Limits::default()
        },
    );
    for n in 0..10_000 {
        bus.publish_value("n", json!({ "n": n }));
    }
    let stats = bus.stats();
    assert_eq!(stats.published, 10_000);
    assert_eq!(stats.queued + stats.dropped, 10_000);
    assert!(stats.queued <= 10 + 512, "what is on its way and what waits: {stats:?}");
    assert_eq!(bus.shutdown(Duration::from_millis(50)), stats.queued);
}

#[test]
fn the_queue_is_bounded_in_bytes_too() {
    let bus = EventBus::with_limits(
        Arc::new(Stuck),
        Limits {
            max_events: 1_000_000,
            max_bytes: 1 << 20,
            ..Limits::default()
        },
    );
    let big = "x".repeat(100_000);
    for _ in 0..1_000 {
        bus.publish_value("big", json!({ "text": big }));
    }
    assert!(bus.stats().queued <= 15, "{:?}", bus.stats());
    bus.shutdown(Duration::ZERO);
}

#[test]
fn after_shutdown_publishing_is_a_counted_no_op() {
    let (bus, log) = memory();
    bus.publish_value("before", json!({}));
    assert_eq!(bus.shutdown(Duration::from_secs(30)), 0);
    bus.publish_value("after", json!({}));
    assert_eq!((log.entries().len(), bus.stats().dropped), (1, 1));
    assert_eq!(bus.flush(Duration::from_secs(30)), 0);
}

#[test]
fn dropping_the_last_handle_writes_what_waits() {
    let (bus, log) = memory();
    for n in 0..1_000 {
        bus.publish_value("n", json!({ "n": n }));
    }
    drop(bus);
    assert_eq!(log.entries().len(), 1_000);
}

#[test]
fn many_threads_publish_to_one_bus_each_in_order() {
    let (bus, log) = memory();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let bus = &bus;
            scope.spawn(move || (0..500).for_each(|n| bus.publish_value("n", json!({ "thread": thread, "n": n }))));
        }
    });
    assert_eq!(bus.flush(Duration::from_secs(30)), 0);
    let events: Vec<event_core::Envelope> = log
        .entries()
        .iter()
        .map(|json| serde_json::from_slice(json).unwrap())
        .collect();
    for thread in 0..8 {
        let numbers: Vec<_> = events
            .iter()
            .filter(|event| event.payload["thread"] == thread)
            .map(|event| event.payload["n"].as_u64())
            .collect();
        assert_eq!(numbers, (0..500).map(Some).collect::<Vec<_>>());
    }
}

#[test]
fn a_panic_in_main_still_writes() {
    #[emits(Ticked { n: 1 }, Ticked)]
    fn work() {
        panic!("out of main")
    }
    let (bus, log) = memory();
    let main = std::thread::spawn(move || {
        let _events = bus.install_for_thread();
        work();
    });
    assert!(main.join().is_err());
    assert_eq!(log.entries().len(), 2);
}

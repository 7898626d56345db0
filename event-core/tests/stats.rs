//! What a bus says of itself: its counts, as numbers, as text for Prometheus, and as events.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use event_core::log::{Cursor, Direction, EntryId, Log, LogError, LogErrorKind, LogFuture, LogInfo, MemoryLog, Page};
use event_core::{Envelope, EventBus, Limits, Stats};
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(30);

/// A memory log with a door.
struct Guarded {
    log: Arc<MemoryLog>,
    is_open: AtomicBool,
    refusals: AtomicUsize,
}

impl Guarded {
    fn of(log: &Arc<MemoryLog>) -> Self {
        Self {
            log: log.clone(),
            is_open: AtomicBool::new(true),
            refusals: AtomicUsize::new(0),
        }
    }
}

impl Log for Guarded {
    fn stream(&self) -> &'static str {
        "guarded"
    }

    fn append<'a>(&'a self, entries: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        if self.is_open.load(Ordering::SeqCst) {
            return self.log.append(entries);
        }
        self.refusals.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Err(LogError::new(LogErrorKind::Unavailable, "the door is shut")) })
    }

    fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page> {
        self.log.page(from, direction, limit)
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        self.log.info()
    }
}

fn guarded() -> (EventBus, Arc<MemoryLog>, Arc<Guarded>) {
    let log = Arc::new(MemoryLog::new("test", 0));
    let guarded = Arc::new(Guarded::of(&log));
    (EventBus::builder().build(guarded.clone()), log, guarded)
}

fn events(log: &MemoryLog) -> Vec<Envelope> {
    log.entries()
        .iter()
        .map(|json| serde_json::from_slice(json).unwrap())
        .collect()
}

fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn what_was_sent_is_counted_in_events_and_bytes() {
    let (bus, log, _) = guarded();
    assert_eq!(bus.stats(), Stats::default());
    for n in 0..10 {
        bus.publish_value("n", json!({ "n": n }));
    }
    assert_eq!(bus.flush(PATIENCE), 0);
    let stats = bus.stats();
    assert_eq!(
        (stats.published, stats.sent, stats.queued, stats.dropped),
        (10, 10, 0, 0)
    );
    assert_eq!(
        stats.bytes,
        log.entries().iter().map(|json| json.len() as u64).sum::<u64>()
    );
    assert!(stats.connected_since.is_some() && stats.last_error.is_none());
}

#[test]
fn the_last_error_stays_and_being_connected_ends_and_comes_back() {
    let (bus, _, guarded) = guarded();
    bus.publish_value("n", json!({}));
    assert_eq!(bus.flush(PATIENCE), 0);
    let first = bus.stats().connected_since.unwrap();
    guarded.is_open.store(false, Ordering::SeqCst);
    bus.publish_value("n", json!({}));
    eventually("it is not connected", || bus.stats().connected_since.is_none());
    assert_eq!(bus.stats().last_error.as_deref(), Some("the door is shut"));
    guarded.is_open.store(true, Ordering::SeqCst);
    assert_eq!(bus.flush(PATIENCE), 0);
    let stats = bus.stats();
    assert!(stats.connected_since.unwrap() > first);
    assert_eq!(stats.last_error.as_deref(), Some("the door is shut"));
}

#[test]
fn counts_are_published_at_an_interval_and_count_for_nobody() {
    let log = Arc::new(MemoryLog::new("test", 0));
    let bus = EventBus::builder()
        .stats_every(Duration::from_millis(5))
        .build(log.clone());
    bus.publish_value("n", json!({}));
    let of_stats = || {
        events(&log)
            .into_iter()
            .filter(|event| event.event_type == "bus_stats")
            .collect::<Vec<_>>()
    };
    eventually("counts that have the event", || {
        of_stats().iter().any(|told| told.payload["sent"] == 1)
    });
    eventually("some more", || of_stats().len() >= 5);
    let stats = bus.stats();
    assert_eq!((stats.published, stats.sent, stats.queued), (1, 1, 0));
    assert_eq!(bus.shutdown(PATIENCE), 0);
    let told = of_stats().pop().unwrap();
    for key in [
        "published",
        "queued",
        "sent",
        "retried",
        "duplicated",
        "dropped",
        "refused",
        "spooled",
        "bytes",
    ] {
        assert!(told.payload[key].is_u64(), "{key} of {told:?}");
    }
    assert!(told.text("connected_since").unwrap().ends_with('Z'));
}

#[test]
fn counts_are_not_published_unless_asked_for() {
    let (bus, log, _) = guarded();
    bus.publish_value("n", json!({}));
    assert_eq!(bus.shutdown(PATIENCE), 0);
    assert!(events(&log).iter().all(|event| event.event_type == "n"));
}

#[test]
fn counts_are_not_told_while_the_log_takes_nothing() {
    let log = Arc::new(MemoryLog::new("test", 0));
    let guarded = Arc::new(Guarded::of(&log));
    let bus = EventBus::builder()
        .stats_every(Duration::from_millis(1))
        .build(guarded.clone());
    bus.publish_value("n", json!({}));
    assert_eq!(bus.flush(PATIENCE), 0);
    guarded.is_open.store(false, Ordering::SeqCst);
    bus.publish_value("n", json!({}));
    let refusals = || guarded.refusals.load(Ordering::SeqCst);
    eventually("it is tried several times", || refusals() >= 4);
    guarded.is_open.store(true, Ordering::SeqCst);
    assert_eq!(bus.flush(PATIENCE), 0);
    assert_eq!(bus.shutdown(PATIENCE), 0);
    let told_in_vain = |event: &Envelope| event.text("last_error").is_some() && event.text("connected_since").is_none();
    assert!(!events(&log).iter().any(told_in_vain), "it would only pile up");
}

/// Reads the text format by its grammar: a HELP and a TYPE line in front of each metric, then its samples.
fn parsed(text: &str) -> BTreeMap<String, String> {
    let mut metrics = BTreeMap::new();
    let is_name = |name: &str| {
        !name.starts_with(|first: char| first.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
    };
    assert!(text.ends_with('\n'));
    let lines: Vec<_> = text.lines().collect();
    for metric in lines.chunks(3) {
        let [help, kind, sample] = metric else {
            panic!("{metric:?}")
        };
        let (name, help) = help.strip_prefix("# HELP ").unwrap().split_once(' ').unwrap();
        let kind = kind
            .strip_prefix("# TYPE ")
            .unwrap()
            .strip_prefix(name)
            .unwrap()
            .trim_start();
        let value = sample.strip_prefix(name).unwrap().strip_prefix(' ').unwrap();
        assert!(is_name(name) && !help.is_empty() && !help.contains('\\'), "{name}");
        assert_eq!(kind == "counter", name.ends_with("_total"), "{name} is a {kind}");
        assert!(kind == "counter" || kind == "gauge");
        assert!(value.parse::<f64>().is_ok(), "{sample}");
        let old = metrics.insert(name.to_owned(), value.to_owned());
        assert!(old.is_none(), "{name} comes twice");
    }
    metrics
}

#[test]
fn prometheus_reads_the_same() {
    let (bus, _, _) = guarded();
    let before = parsed(&bus.stats().to_prometheus());
    assert_eq!(before["event_bus_connected"], "0");
    assert!(!before.contains_key("event_bus_connected_since_timestamp_seconds"));
    for n in 0..3 {
        bus.publish_value("n", json!({ "n": n }));
    }
    assert_eq!(bus.flush(PATIENCE), 0);
    let stats = bus.stats();
    let metrics = parsed(&stats.to_prometheus());
    let value = |name: &str| metrics[&format!("event_bus_{name}")].as_str();
    assert_eq!(
        (value("published_total"), value("sent_total"), value("queued_events")),
        ("3", "3", "0")
    );
    assert_eq!(value("sent_bytes_total"), stats.bytes.to_string());
    assert_eq!(value("connected"), "1");
    let since = stats.connected_since.unwrap().unix_micros.to_string();
    assert_eq!(value("connected_since_timestamp_seconds").replace('.', ""), since);
    assert_eq!(metrics.len(), 11);
}

#[test]
fn a_flush_that_is_over_has_told_what_was_lost_before_it() {
    let limits = Limits {
        max_events: 8,
        ..Limits::default()
    };
    for round in 0..300 {
        let log = Arc::new(MemoryLog::new("test", 0));
        let bus = EventBus::with_limits(log.clone(), limits);
        (0..200).for_each(|n| bus.publish_value("numbered", json!({ "n": n })));
        assert_eq!(bus.flush(PATIENCE), 0);
        let events = log.entries();
        let events = events
            .iter()
            .map(|json| serde_json::from_slice::<Envelope>(json).unwrap());
        let told = events.filter(|event| event.event_type == "events_dropped");
        let told: u64 = told.map(|event| event.payload["count"].as_u64().unwrap()).sum();
        assert_eq!(told, bus.stats().dropped, "round {round}");
    }
}

//! Whatever is lost is told: how many events, from when to when, and why.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use event_core::log::{Cursor, Direction, EntryId, Log, LogError, LogErrorKind, LogFuture, LogInfo, MemoryLog, Page};
use event_core::{Envelope, EventBus, SpoolConfig};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

/// A memory log that can never take some events, or is not there at all.
struct Picky {
    log: MemoryLog,
    refuses: fn(&Envelope) -> bool,
    is_there: AtomicBool,
}

impl Picky {
    fn new(refuses: fn(&Envelope) -> bool) -> Arc<Self> {
        Arc::new(Self {
            log: MemoryLog::new("picky", 0),
            refuses,
            is_there: AtomicBool::new(true),
        })
    }

    fn be_there(&self, is_there: bool) {
        self.is_there.store(is_there, Ordering::SeqCst);
    }

    fn events(&self) -> Vec<Envelope> {
        self.log.entries().iter().map(|json| event(json)).collect()
    }

    fn told(&self) -> Vec<Envelope> {
        let mut events = self.events();
        events.retain(|event| event.event_type == "events_dropped");
        events
    }
}

fn event(json: &[u8]) -> Envelope {
    serde_json::from_slice(json).unwrap()
}

impl Log for Picky {
    fn stream(&self) -> &'static str {
        "picky"
    }

    fn append<'a>(&'a self, entries: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        Box::pin(async move {
            if !self.is_there.load(Ordering::SeqCst) {
                return Err(LogError::new(LogErrorKind::Unreachable, "away"));
            }
            let mut answers = Vec::new();
            for entry in entries {
                if (self.refuses)(&event(entry)) {
                    answers.push(Err(LogError::new(LogErrorKind::Invalid, "not this one")));
                } else {
                    answers.extend(self.log.append(std::slice::from_ref(entry)).await?);
                }
            }
            Ok(answers)
        })
    }

    fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page> {
        self.log.page(from, direction, limit)
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        self.log.info()
    }
}

fn bus(log: &Arc<Picky>, spool: &Path) -> EventBus {
    EventBus::builder().spool(SpoolConfig::new(spool)).build(log.clone())
}

fn publish(bus: &EventBus, numbers: std::ops::Range<u64>) {
    numbers.for_each(|n| bus.publish_value("numbered", json!({ "n": n })));
}

/// Breaks the texts with these numbers in the only file of the first folder.
fn damage(spool: &Path, numbers: &[u64]) {
    let files = std::fs::read_dir(spool.join("0")).unwrap();
    let path = files
        .map(|file| file.unwrap().path())
        .find(|path| path.extension().is_some_and(|suffix| suffix == "events"))
        .unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    for number in numbers {
        let text = format!("\"n\":{number},");
        let place = bytes.windows(text.len()).position(|window| window == text.as_bytes());
        bytes[place.unwrap()] ^= 1;
    }
    std::fs::write(&path, bytes).unwrap();
}

/// When the event with that number was published.
fn ts(events: &[Envelope], number: u64) -> &str {
    let numbered = events
        .iter()
        .find(|event| event.payload.get("n") == Some(&number.into()));
    &numbered.unwrap().ts
}

/// From when to when something was lost.
fn times(told: &Envelope) -> [&str; 2] {
    ["first_ts", "last_ts"].map(|key| told.payload[key].as_str().unwrap())
}

fn told_of(event: &Envelope) -> (&Value, &Value) {
    (&event.payload["reason"], &event.payload["count"])
}

#[test]
fn what_the_log_refuses_is_told_with_its_times_before_a_flush_is_over() {
    for round in 0..100 {
        let log = Picky::new(|event| event.payload.get("n").is_some_and(|n| *n == 3 || *n == 5));
        let bus = EventBus::builder().build(log.clone());
        publish(&bus, 0..10);
        assert_eq!(bus.flush(PATIENCE), 0);
        let counts: Vec<_> = log
            .told()
            .iter()
            .map(|told| told.payload["count"].as_u64().unwrap())
            .collect();
        assert_eq!(counts.iter().sum::<u64>(), 2, "round {round}: {counts:?}");
        assert_eq!((bus.stats().sent, bus.stats().dropped, bus.stats().refused), (8, 2, 2));
        let events = log.events();
        for told in log.told() {
            assert_eq!(told.payload["reason"], "refused");
            let [first, last] = times(&told);
            assert!(
                ts(&events, 2) <= first && first <= last && last <= ts(&events, 6),
                "{told:?}"
            );
        }
    }
}

#[test]
fn a_log_that_refuses_even_to_be_told_is_not_told_for_ever() {
    let log = Picky::new(|_| true);
    let bus = EventBus::builder().build(log.clone());
    publish(&bus, 0..10);
    assert_eq!(bus.flush(PATIENCE), 0);
    assert_eq!(
        (bus.stats().dropped, bus.stats().queued, log.events().len()),
        (10, 0, 0)
    );
}

#[test]
fn what_was_damaged_on_disk_is_told_also_if_a_former_process_left_it() {
    let (log, folder) = (Picky::new(|_| false), tempfile::tempdir().unwrap());
    log.be_there(false);
    let first = bus(&log, folder.path());
    publish(&first, 0..20);
    first.shutdown(Duration::ZERO);
    drop(first);
    damage(folder.path(), &[7, 9]);
    log.be_there(true);
    let second = bus(&log, folder.path());
    publish(&second, 20..30);
    assert_eq!(second.flush(PATIENCE), 0);
    let events = log.events();
    let told = log.told();
    assert_eq!(
        told.iter().map(told_of).collect::<Vec<_>>(),
        [(&json!("spool_damaged"), &json!(2))]
    );
    assert_eq!(second.stats().dropped, 0, "they were another's");
    let [first, last] = times(&told[0]);
    assert!(
        first <= ts(&events, 8) && ts(&events, 8) <= last,
        "between those around: {told:?}"
    );
    // Behind what waited, and before what is new.
    let places: Vec<_> = events
        .iter()
        .filter_map(|event| event.payload.get("n")?.as_u64())
        .collect();
    assert_eq!(places, (0..30).filter(|n| *n != 7 && *n != 9).collect::<Vec<_>>());
    assert_eq!(
        events.iter().position(|event| event.event_type == "events_dropped"),
        Some(18)
    );
}

//! The spool on a bus: nothing is lost by an outage, nor by the end of the program in one, and the order stays.

#[path = "support/numbered.rs"]
mod numbered;
#[path = "support/redis_server.rs"]
mod redis_server;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use event_core::log::{
    Cursor, Direction, EntryId, Log, LogError, LogErrorKind, LogFuture, LogInfo, MemoryLog, Page, RedisConfig, RedisLog,
};
use event_core::{Envelope, EventBus, Limits, SpoolConfig};
use proptest::prelude::*;

use crate::numbered::{publish, publish_more_than_fits};
use crate::redis_server::{DEADLINE, RedisServer};

/// A memory log that can be taken away and given back.
struct Switched {
    log: MemoryLog,
    is_there: AtomicBool,
    /// Takes the first of each batch only.
    is_choosy: AtomicBool,
}

impl Switched {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            log: MemoryLog::new("test", 0),
            is_there: AtomicBool::new(true),
            is_choosy: AtomicBool::new(false),
        })
    }

    fn be_there(&self, is_there: bool) {
        self.is_there.store(is_there, Ordering::SeqCst);
    }

    fn events(&self) -> Vec<Envelope> {
        let events = self.log.entries();
        events
            .iter()
            .map(|json| serde_json::from_slice(json).unwrap())
            .collect()
    }

    /// The numbers of the program's events, in order.
    fn numbers(&self) -> Vec<u64> {
        self.events()
            .iter()
            .filter_map(|event| event.payload.get("n")?.as_u64())
            .collect()
    }

    fn told_dropped(&self) -> u64 {
        let events = self.events();
        let told = events.iter().filter(|event| event.event_type == "events_dropped");
        told.map(|event| event.payload["count"].as_u64().unwrap()).sum()
    }
}

impl Log for Switched {
    fn stream(&self) -> &'static str {
        "switched"
    }

    fn append<'a>(&'a self, entries: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        let refusal = || Err(LogError::new(LogErrorKind::Unavailable, "one is enough"));
        if self.is_there.load(Ordering::SeqCst) && self.is_choosy.load(Ordering::SeqCst) {
            return Box::pin(async move {
                let mut ids = self.log.append(&entries[..1]).await?;
                ids.resize_with(entries.len(), refusal);
                Ok(ids)
            });
        }
        if self.is_there.load(Ordering::SeqCst) {
            return self.log.append(entries);
        }
        Box::pin(async { Err(LogError::new(LogErrorKind::Unreachable, "away")) })
    }

    fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page> {
        self.log.page(from, direction, limit)
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        self.log.info()
    }
}

/// A bus whose queue holds next to nothing.
fn bus(log: &Arc<Switched>, folder: &Path, max_bytes: u64) -> EventBus {
    let limits = Limits {
        max_events: 100,
        ..Limits::default()
    };
    let mut spool = SpoolConfig::new(folder);
    spool.max_bytes = max_bytes;
    EventBus::builder().limits(limits).spool(spool).build(log.clone())
}

fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    redis_server::eventually(what, || condition().then_some(()));
}

#[test]
fn an_outage_that_outlasts_the_queue_loses_nothing_and_keeps_the_order() {
    let (log, folder) = (Switched::new(), tempfile::tempdir().unwrap());
    let bus = bus(&log, folder.path(), 1 << 20);
    publish(&bus, 0..10);
    assert_eq!(bus.flush(DEADLINE), 0);
    log.be_there(false);
    publish_more_than_fits(&bus, 10..1_000);
    log.be_there(true);
    publish(&bus, 1_000..1_010);
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_eq!(log.numbers(), (0..1_010).collect::<Vec<_>>());
    let stats = bus.stats();
    assert_eq!((stats.sent, stats.dropped, stats.queued), (1_010, 0, 0), "{stats:?}");
    assert!(stats.spooled >= 890, "{stats:?}");
}

#[test]
fn a_redis_that_is_killed_twice_gets_every_event_in_order() {
    let (mut server, folder) = (RedisServer::start(), tempfile::tempdir().unwrap());
    let mut config = RedisConfig::new(server.url()).unwrap();
    config.maxlen_entries = 0;
    let limits = Limits {
        max_events: 100,
        ..Limits::default()
    };
    let log = Arc::new(RedisLog::new(config).unwrap());
    let bus = EventBus::builder()
        .limits(limits)
        .spool(SpoolConfig::new(folder.path()))
        .build(log);
    publish(&bus, 0..40);
    assert_eq!(bus.flush(DEADLINE), 0);
    server.kill();
    publish_more_than_fits(&bus, 40..3_000);
    server.launch();
    eventually("some of the spool has arrived", || bus.stats().sent > 100);
    server.kill();
    eventually("nothing arrives", || {
        let sent = bus.stats().sent;
        std::thread::sleep(Duration::from_millis(200));
        sent == bus.stats().sent
    });
    publish_more_than_fits(&bus, 3_000..4_000);
    server.launch();
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_eq!((bus.stats().sent, bus.stats().dropped), (4_000, 0));
    let mut client = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let read = redis::cmd("XRANGE")
        .arg("agent_events")
        .arg("-")
        .arg("+")
        .query::<Vec<(String, (String, String))>>(&mut client);
    let events = read
        .unwrap()
        .into_iter()
        .map(|(_, (_, json))| serde_json::from_str::<Envelope>(&json).unwrap());
    let mut ids = std::collections::HashSet::new();
    let once = events.filter(|event| ids.insert(event.id.clone()));
    let numbers: Vec<_> = once.filter_map(|event| event.payload.get("n")?.as_u64()).collect();
    assert_eq!(numbers, (0..4_000).collect::<Vec<_>>());
}

#[test]
fn what_is_unsent_at_the_end_goes_first_at_the_next_start() {
    let (log, folder) = (Switched::new(), tempfile::tempdir().unwrap());
    log.be_there(false);
    let first = bus(&log, folder.path(), 1 << 20);
    publish(&first, 0..50);
    assert_eq!(first.shutdown(Duration::ZERO), 50, "they are not in the log");
    assert_eq!((first.stats().dropped, first.stats().spooled), (0, 50));
    drop(first);
    log.be_there(true);
    let second = bus(&log, folder.path(), 1 << 20);
    publish(&second, 50..60);
    assert_eq!(second.flush(DEADLINE), 0);
    assert_eq!(log.numbers(), (0..60).collect::<Vec<_>>());
    assert_eq!(
        (second.stats().published, second.stats().sent),
        (10, 10),
        "its own count"
    );
    drop(second);
    let third = bus(&log, folder.path(), 1 << 20);
    publish(&third, 60..61);
    assert_eq!(third.flush(DEADLINE), 0);
    assert_eq!(log.numbers().len(), 61, "nothing goes twice");
}

#[test]
fn of_a_batch_that_arrived_in_part_the_rest_goes_at_the_next_start() {
    let (log, folder) = (Switched::new(), tempfile::tempdir().unwrap());
    log.be_there(false);
    let first = bus(&log, folder.path(), 1 << 20);
    publish_more_than_fits(&first, 0..300);
    log.is_choosy.store(true, Ordering::SeqCst);
    log.be_there(true);
    eventually("some have arrived", || first.stats().sent > 3);
    log.be_there(false);
    let unsent = first.shutdown(Duration::ZERO);
    assert_eq!(unsent + first.stats().sent, 300);
    drop(first);
    log.is_choosy.store(false, Ordering::SeqCst);
    log.be_there(true);
    let second = bus(&log, folder.path(), 1 << 20);
    eventually("the rest has arrived", || log.numbers().len() >= 300);
    assert_eq!(second.shutdown(DEADLINE), 0);
    assert_eq!(log.numbers(), (0..300).collect::<Vec<_>>());
}

#[test]
fn two_buses_on_one_path_do_not_disturb_each_other() {
    let (log, folder) = (Switched::new(), tempfile::tempdir().unwrap());
    log.be_there(false);
    let (one, other) = (bus(&log, folder.path(), 1 << 20), bus(&log, folder.path(), 1 << 20));
    publish(&one, 0..30);
    publish(&other, 100..130);
    assert_eq!((one.shutdown(Duration::ZERO), other.shutdown(Duration::ZERO)), (30, 30));
    drop((one, other));
    log.be_there(true);
    let next = bus(&log, folder.path(), 1 << 20);
    eventually("both are taken up", || log.numbers().len() == 60);
    let (small, large): (Vec<_>, Vec<_>) = log.numbers().into_iter().partition(|n| *n < 100);
    assert_eq!((small, large), ((0..30).collect(), (100..130).collect()));
    drop(next);
}

#[test]
fn beyond_a_full_spool_the_oldest_of_the_queue_go_and_are_counted() {
    let (log, folder) = (Switched::new(), tempfile::tempdir().unwrap());
    let bus = bus(&log, folder.path(), 20_000);
    log.be_there(false);
    let mut n = 0;
    eventually("more is lost than fits anywhere", || {
        publish(&bus, n..n + 20);
        n += 20;
        bus.stats().dropped > 500
    });
    assert!(bus.stats().spooled > 10, "{:?}", bus.stats());
    log.be_there(true);
    assert_eq!(bus.flush(DEADLINE), 0);
    publish(&bus, n..n + 1);
    assert_eq!(bus.flush(DEADLINE), 0);
    let numbers = log.numbers();
    assert!(numbers.is_sorted_by(|one, next| one < next), "in order, each once");
    assert_eq!(numbers.len() as u64 + log.told_dropped(), n + 1);
    assert_eq!(log.told_dropped(), bus.stats().dropped);
    assert_eq!((numbers[0], numbers.last()), (0, Some(&n)));
}

#[test]
fn a_spool_that_cannot_be_opened_is_done_without() {
    let (log, folder) = (Switched::new(), tempfile::tempdir().unwrap());
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let bus = bus(&log, &file, 1 << 20);
    publish(&bus, 0..10);
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_eq!(log.numbers().len(), 10);
}

#[test]
fn damage_on_disk_is_counted_and_costs_no_more() {
    let (log, folder) = (Switched::new(), tempfile::tempdir().unwrap());
    log.be_there(false);
    let bus = bus(&log, folder.path(), 1 << 20);
    publish_more_than_fits(&bus, 0..2_000);
    // Late enough that the writer has it nowhere else.
    let (path, mut bytes, place) = std::fs::read_dir(folder.path().join("0"))
        .unwrap()
        .find_map(|file| {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let place = bytes.windows(9).position(|window| window == b"\"n\":1900,")?;
            Some((path, bytes, place))
        })
        .unwrap();
    bytes[place] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    log.be_there(true);
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_eq!(log.numbers(), (0..2_000).filter(|n| *n != 1_900).collect::<Vec<_>>());
    assert_eq!((bus.stats().sent, bus.stats().dropped), (1_999, 1));
    assert_eq!(log.told_dropped(), 1);
}

#[derive(Debug, Clone)]
enum Step {
    Publish(u64),
    Switch(bool),
    Restart,
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1_u64..90).prop_map(Step::Publish),
        2 => any::<bool>().prop_map(Step::Switch),
        1 => Just(Step::Restart),
        2 => (0_u64..150).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_event_arrives_once_in_order_or_is_counted(steps in steps()) {
        let (log, folder) = (Switched::new(), tempfile::tempdir().unwrap());
        let mut bus = bus(&log, folder.path(), 1 << 20);
        let (mut n, mut dropped) = (0, 0);
        for step in steps {
            match step {
                Step::Publish(count) => {
                    publish(&bus, n..n + count);
                    n += count;
                }
                Step::Switch(is_there) => log.be_there(is_there),
                Step::Wait(ms) => std::thread::sleep(Duration::from_millis(ms)),
                Step::Restart => {
                    bus.shutdown(Duration::ZERO);
                    dropped += bus.stats().dropped;
                    drop(bus);
                    bus = self::bus(&log, folder.path(), 1 << 20);
                }
            }
        }
        log.be_there(true);
        publish(&bus, n..n + 1);
        prop_assert_eq!(bus.flush(DEADLINE), 0);
        dropped += bus.stats().dropped;
        let numbers = log.numbers();
        prop_assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
        prop_assert_eq!(numbers.len() as u64 + dropped, n + 1);
        prop_assert_eq!(log.told_dropped(), dropped);
    }
}

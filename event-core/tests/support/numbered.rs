//! Events with numbers in them: published, read back without any code of ours, and compared. The tests of a Redis that
//! fails and of the spool share it.

#![allow(dead_code, reason = "each test program uses its part")]

use std::sync::Arc;
use std::time::Duration;

use event_core::log::{RedisConfig, RedisLog};
use event_core::{Envelope, EventBus, Limits};
use serde_json::json;

use crate::redis_server::{RedisServer, eventually};

pub(crate) const STREAM: &str = "agent_events";

/// A bus that leaves giants as they are.
pub(crate) fn bus_at(url: String) -> EventBus {
    let log = RedisLog::new(RedisConfig {
        url,
        stream: STREAM.to_owned(),
        maxlen_entries: 0,
        ca: None,
    });
    let limits = Limits {
        max_event_bytes: 16 << 20,
        ..Limits::default()
    };
    EventBus::with_limits(Arc::new(log.unwrap()), limits)
}

/// Any command, by a user who may do everything.
pub(crate) fn run<T: redis::FromRedisValue>(server: &RedisServer, command: &str) -> T {
    let client = redis::Client::open(server.url()).unwrap();
    let mut words = command.split(' ');
    let mut command = redis::cmd(words.next().unwrap());
    command.arg(words.collect::<Vec<_>>());
    command.query(&mut client.get_connection().unwrap()).unwrap()
}

/// The events in the stream, in its order, with repetitions.
pub(crate) fn events(server: &RedisServer) -> Vec<Envelope> {
    let entries: Vec<(String, Vec<(String, String)>)> = run(server, &format!("XRANGE {STREAM} - +"));
    entries
        .iter()
        .map(|(_, fields)| serde_json::from_str(&fields[0].1).unwrap())
        .collect()
}

/// Their numbers.
pub(crate) fn stored(server: &RedisServer) -> Vec<u64> {
    let events = events(server).into_iter();
    events.filter_map(|event| event.payload.get("n")?.as_u64()).collect()
}

/// How many were lost for that reason, as the stream tells it.
pub(crate) fn told(server: &RedisServer, reason: &str) -> u64 {
    let told = events(server)
        .into_iter()
        .filter(|event| event.event_type == "events_dropped");
    let told = told.filter(|event| event.payload["reason"] == reason);
    told.map(|event| event.payload["count"].as_u64().unwrap()).sum()
}

/// Each number once, at its first place.
pub(crate) fn once(numbers: &[u64]) -> Vec<u64> {
    let mut seen = std::collections::HashSet::new();
    numbers.iter().copied().filter(|number| seen.insert(*number)).collect()
}

pub(crate) fn publish(bus: &EventBus, numbers: std::ops::Range<u64>) {
    numbers.for_each(|n| bus.publish_value("numbered", json!({ "n": n })));
}

pub(crate) fn publish_slowly(bus: &EventBus, numbers: std::ops::Range<u64>) {
    for n in numbers {
        publish(bus, n..n + 1);
        if n % 20 == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Of what [`publish_more_than_fits`] publishes, so many may still lie in the queue.
pub(crate) const UNSTOWED: u64 = 50;

/// Publishes many times what the queue holds, as fast as the writer brings it to the disk. The log is away.
pub(crate) fn publish_more_than_fits(bus: &EventBus, numbers: std::ops::Range<u64>) {
    let before = bus.stats();
    for start in numbers.clone().step_by(40) {
        publish(bus, start..(start + 40).min(numbers.end));
        eventually("what was published is on disk", || {
            let stats = bus.stats();
            (stats.spooled - before.spooled + UNSTOWED >= stats.published - before.published).then_some(())
        });
    }
}

/// All of them, each once and in order; shows the place that is wrong.
pub(crate) fn assert_whole(stored: &[u64], numbers: std::ops::Range<u64>) {
    let wrong = stored
        .iter()
        .zip(numbers.clone())
        .position(|(stored, number)| *stored != number);
    if let Some(place) = wrong {
        let around = &stored[place.saturating_sub(3)..stored.len().min(place + 3)];
        panic!("at place {place} of {}: …{around:?}…", stored.len());
    }
    assert_eq!(stored.len() as u64, numbers.end - numbers.start);
}

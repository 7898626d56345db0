//! The event that everybody publishes: 350 bytes of JSON, as a step of an agent has.

use std::sync::Arc;
use std::time::Duration;

use event_core::log::MemoryLog;
use event_core::{Event, EventBus, Limits};
use serde::Serialize;

pub const BYTES: usize = 350;
/// What our own envelope leaves of it.
const TEXT: &str = "The quick brown fox jumps over the lazy dog, then asks a model what it thinks of that, and writes the answer down for those who watch; it now claims that it was \"jumped\"!";

#[derive(Event, Serialize)]
pub struct Measured<'a> {
    pub seq: u64,
    pub text: &'a str,
}

/// To the thread's bus.
pub fn publish(seq: u64) {
    Measured { seq, text: TEXT }.publish();
}

/// The same, made by hand, for those who bring no JSON of their own.
pub fn by_hand(seq: u64) -> String {
    let id = format!("01a0{:08x}-7000-8000-{:012x}", seq >> 16, seq);
    let mut json = format!(
        r#"{{"id":"{id}","ts":"2026-11-22T12:00:00.000000Z","type":"measured","payload":{{"seq":{seq:07},"text":""#
    );
    while json.len() < BYTES - 3 {
        json.push('x');
    }
    json.push_str("\"}}");
    json
}

/// As the bus formats it, in the middle of a run.
pub fn bytes() -> usize {
    let log = Arc::new(MemoryLog::new("measured", 0));
    let bus = EventBus::with_limits(log.clone(), Limits::default());
    let _events = bus.clone().install_for_thread();
    publish(1_234_567);
    assert_eq!(bus.flush(Duration::from_secs(10)), 0);
    log.entries()[0].len()
}

//! Memory of this process, as Linux tells it: over a long run, and when nobody listens.

use std::time::Duration;

use event_core::{EventBus, Limits};

use crate::event;
use crate::publisher::emits::wait_for_room;
use crate::server::Server;

const MILLION: u64 = 1_000_000;

pub fn of_a_million(maxlen: u64) -> String {
    let server = Server::start();
    let before = resident_kib();
    let bus = server.bus(maxlen);
    let _events = bus.clone().install_for_thread();
    let mut after_a_tenth = 0;
    for seq in 0..MILLION {
        wait_for_room(&bus, seq);
        event::publish(seq);
        if seq == MILLION / 10 {
            after_a_tenth = resident_kib();
        }
    }
    assert_eq!(bus.flush(Duration::from_secs(60)), 0);
    assert_eq!(bus.stats().sent, MILLION);
    format!("{before} {after_a_tenth} {}", resident_kib())
}

/// Nobody listens, and twice as much is published as there is room for: events that wait, and what they take.
pub fn of_a_full_queue() -> String {
    // A port that nobody may listen on.
    let bus = EventBus::redis("redis://127.0.0.1:1").unwrap();
    let _events = bus.clone().install_for_thread();
    let before = resident_kib();
    for seq in 0..2 * Limits::default().max_events as u64 {
        event::publish(seq);
    }
    let grown = resident_kib() - before;
    let queued = bus.stats().queued;
    bus.shutdown(Duration::ZERO);
    format!("{queued} {grown}")
}

/// Resident, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

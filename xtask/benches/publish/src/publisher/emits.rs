//! Our own: typed events through the bus, JSON made on its thread.

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use event_core::EventBus;

use crate::event;
use crate::server::Server;

/// Half of the queue: it never runs dry, and never over.
const FILLED: u64 = 32_768;

pub fn rate(server: &Server, events: u64, maxlen: u64, threads: u64) -> f64 {
    let bus = server.bus(maxlen);
    let began = Instant::now();
    scope(|scope| {
        for thread in 0..threads {
            let bus = bus.clone();
            scope.spawn(move || {
                let _events = bus.clone().install_for_thread();
                for seq in (thread..events).step_by(usize::try_from(threads).unwrap()) {
                    wait_for_room(&bus, seq / threads);
                    event::publish(seq);
                }
            });
        }
    });
    assert_eq!(bus.flush(Duration::from_secs(600)), 0);
    let took = began.elapsed();
    assert_eq!((bus.stats().sent, bus.stats().dropped), (events, 0));
    events as f64 / took.as_secs_f64()
}

/// An agent never waits; a measurement that outruns Redis has to, or the oldest events go.
pub fn wait_for_room(bus: &EventBus, seq: u64) {
    if seq % 256 == 0 {
        while bus.stats().queued > FILLED {
            sleep(Duration::from_micros(500));
        }
    }
}

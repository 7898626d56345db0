//! What one call takes its caller while the queue is kept filled, so that the writer and Redis are as busy as can be.

use std::time::{Duration, Instant};

use crate::event;
use crate::publisher::emits::wait_for_room;
use crate::server::Server;

pub fn measure(events: u64) -> String {
    let server = Server::start();
    let bus = server.bus(10_000);
    let _events = bus.clone().install_for_thread();
    let mut took = Vec::with_capacity(usize::try_from(events).unwrap());
    for seq in 0..events {
        wait_for_room(&bus, seq);
        let began = Instant::now();
        event::publish(seq);
        took.push(u64::try_from(began.elapsed().as_nanos()).unwrap());
    }
    assert_eq!(bus.flush(Duration::from_secs(60)), 0);
    assert_eq!(bus.stats().dropped, 0);
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    format!("{} {} {} {}", at(0.5), at(0.99), at(0.999), took[took.len() - 1])
}

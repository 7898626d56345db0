use std::time::Duration;

use event_bridge::Bridge;
use event_core::EventBus;
use serde_json::json;

use crate::support::{Framed, Plain, get};

fn port_of(url: &str) -> u16 {
    url.rsplit(':').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_in_the_agents_process_shows_its_last_events_before_it_goes() {
    let bus = EventBus::memory();
    let running = Bridge::builder().port(0).log(bus.log()).spawn().unwrap();
    let port = port_of(running.url());
    assert_eq!(get(port, "/healthz").await.status, 200);
    let mut viewer = Framed::connect(port, "&after=0").await;
    let mut plain = Plain::connect(port, "?after=0").await;

    for seq in 0..100 {
        bus.publish_value("last", json!({ "seq": seq }));
    }
    assert_eq!(bus.flush(Duration::from_secs(5)), 0);
    let stop = tokio::task::spawn_blocking(move || drop(running));
    assert_eq!(viewer.seqs(100).await, (0..100).collect::<Vec<_>>());
    assert_eq!(plain.seqs(100).await, (0..100).collect::<Vec<_>>());
    assert_eq!(viewer.control("bye").await["code"], 1012);
    stop.await.unwrap();
}

/// The only test of this program that uses the process's own bus.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_bus_the_bridge_brings_one_and_flushes_it_before_viewers_are_sent_away() {
    assert!(EventBus::global().is_none());
    let running = Bridge::builder().port(0).spawn().unwrap();
    let bus = EventBus::global().expect("a bus is installed");
    let mut viewer = Framed::connect(port_of(running.url()), "&type=last").await;
    for seq in 0..100 {
        bus.publish_value("last", json!({ "seq": seq }));
    }
    let stop = tokio::task::spawn_blocking(move || drop(running));
    assert_eq!(viewer.seqs(100).await, (0..100).collect::<Vec<_>>());
    viewer.control("bye").await;
    stop.await.unwrap();
    assert!(EventBus::global().is_none());
}

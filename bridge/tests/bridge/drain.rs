use std::collections::HashSet;
use std::time::Duration;

use event_bridge::Limits;

use crate::support::{Framed, Plain, Redis, TestBridge, event, get, limits, until};

#[tokio::test]
async fn a_bridge_that_stops_gives_what_is_there_then_says_bye_and_closes() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut framed = Framed::connect(bridge.port, "&after=0").await;
    let mut plain = Plain::connect(bridge.port, "?after=0").await;
    redis.add(&(0..1000).map(event).collect::<Vec<_>>()).await;
    let stop = tokio::spawn(bridge.stop());
    assert_eq!(framed.seqs(1000).await, (0..1000).collect::<Vec<_>>());
    let bye = framed.control("bye").await;
    assert_eq!(bye["code"], 1012);
    assert!(bye["retry_ms"].as_u64().unwrap() > 0);
    assert_eq!(framed.socket.close_code().await, Some(1012));
    assert_eq!(plain.seqs(1000).await, (0..1000).collect::<Vec<_>>());
    assert_eq!(plain.close_code().await, Some(1012));
    stop.await.unwrap();
}

#[tokio::test]
async fn a_stopped_bridge_leaves_its_port() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let port = bridge.port;
    assert_eq!(get(port, "/healthz").await.status, 200);
    bridge.stop().await;
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn many_clients_all_get_what_is_there_and_are_told_to_come_back_at_different_times() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut viewers = Vec::new();
    for _ in 0..40 {
        viewers.push(Framed::connect(bridge.port, "&after=0").await);
    }
    redis.add(&(0..20).map(event).collect::<Vec<_>>()).await;
    let stop = tokio::spawn(bridge.stop());
    let mut waits = HashSet::new();
    for mut viewer in viewers {
        assert_eq!(viewer.seqs(20).await, (0..20).collect::<Vec<_>>());
        let bye = viewer.control("bye").await;
        waits.insert(bye["retry_ms"].as_u64().unwrap());
        assert_eq!(viewer.socket.close_code().await, Some(1012));
    }
    assert!(waits.len() > 20, "{waits:?}");
    stop.await.unwrap();
}

#[tokio::test]
async fn a_bridge_that_is_about_to_stop_says_so_while_it_still_accepts() {
    let redis = Redis::start();
    let noticed = Limits {
        drain_notice: Duration::from_secs(2),
        ..limits()
    };
    let bridge = TestBridge::start_with(noticed, redis.log());
    let port = bridge.port;
    until("it is ready", || async { get(port, "/readyz").await.status == 200 }).await;
    let stop = tokio::spawn(bridge.stop());
    until("it is not ready any more", || async {
        get(port, "/readyz").await.status == 503
    })
    .await;
    let answer = get(port, "/readyz").await.json();
    assert_eq!(
        (&answer["ready"], &answer["draining"]),
        (&false.into(), &true.into()),
        "{answer}"
    );
    assert_eq!(get(port, "/healthz").await.status, 200);
    stop.await.unwrap();
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

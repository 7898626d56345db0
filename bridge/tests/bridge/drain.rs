use crate::support::{Framed, Plain, Redis, TestBridge, event, get};

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

use std::sync::Arc;
use std::time::SystemTime;

use event_core::log::MemoryLog;
use serde_json::json;

use crate::support::{Framed, Redis, TestBridge, event, limits, until};

#[tokio::test]
async fn hello_comes_first_and_gives_a_cursor_even_before_the_first_event() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "").await;
    let cursor = viewer.cursor.clone();
    redis.add(&[event(1), event(2)]).await;
    assert_eq!(viewer.seqs(2).await, [1, 2]);
    assert_eq!(Framed::resume(bridge.port, &cursor).await.seqs(2).await, [1, 2]);
}

#[tokio::test]
async fn hello_names_the_stream_and_the_kind_of_log() {
    let redis = Redis::start();
    for (bridge, kind, stream) in [
        (TestBridge::start(redis.log()), "redis", "agent_events"),
        (
            TestBridge::start(Arc::new(MemoryLog::new("mine", 10))),
            "memory",
            "mine",
        ),
    ] {
        let mut viewer = crate::support::Plain::connect(bridge.port, "?framed=1").await;
        let hello = viewer.event().await;
        assert_eq!((&hello["log"], &hello["stream"]), (&json!(kind), &json!(stream)));
    }
}

#[tokio::test]
async fn a_client_resumes_after_any_event_and_gets_exactly_the_rest() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    redis.add(&(0..40).map(event).collect::<Vec<_>>()).await;
    let mut viewer = Framed::connect(bridge.port, "&after=0").await;
    for seen in 0..40 {
        assert_eq!(viewer.seqs(1).await, [seen]);
        let rest: Vec<_> = (seen + 1..40).collect();
        let mut resumed = Framed::resume(bridge.port, &viewer.cursor).await;
        assert_eq!(resumed.seqs(rest.len()).await, rest);
    }
}

#[tokio::test]
async fn a_bare_redis_id_is_a_cursor() {
    let redis = Redis::start();
    let ids = redis.add(&(0..5).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    assert_eq!(Framed::resume(bridge.port, &ids[1]).await.seqs(3).await, [2, 3, 4]);
}

#[tokio::test]
async fn tail_begins_with_the_newest_so_many() {
    let redis = Redis::start();
    redis.add(&(0..5).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    assert_eq!(Framed::connect(bridge.port, "&tail=2").await.seqs(2).await, [3, 4]);
    assert_eq!(
        Framed::connect(bridge.port, "&tail=5").await.seqs(5).await,
        [0, 1, 2, 3, 4]
    );
    assert_eq!(
        Framed::connect(bridge.port, "&tail=100").await.seqs(5).await,
        [0, 1, 2, 3, 4]
    );
    let mut live = Framed::connect(bridge.port, "&tail=0").await;
    redis.add(&[event(5)]).await;
    assert_eq!(live.seqs(1).await, [5]);
}

#[tokio::test]
async fn since_begins_with_a_time() {
    let redis = Redis::start();
    let first = redis.add(&[event(0)]).await;
    let first_ms: u64 = first[0].split('-').next().unwrap().parse().unwrap();
    until("the clock moves on", || async {
        SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() > u128::from(first_ms)
    })
    .await;
    let last = redis.add(&[event(1)]).await;
    let last_ms = last[0].split('-').next().unwrap();
    let bridge = TestBridge::start(redis.log());
    assert_eq!(
        Framed::connect(bridge.port, &format!("&since={first_ms}"))
            .await
            .seqs(2)
            .await,
        [0, 1]
    );
    assert_eq!(
        Framed::connect(bridge.port, &format!("&since={last_ms}"))
            .await
            .seqs(1)
            .await,
        [1]
    );
}

#[tokio::test]
async fn a_heartbeat_tells_when_the_replay_has_caught_up() {
    let redis = Redis::start();
    redis.add(&(0..5).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "&after=0").await;
    viewer.seqs(5).await;
    let heartbeat = viewer.control("heartbeat").await;
    assert_eq!(
        (&heartbeat["log"], &heartbeat["head"]),
        (&json!("ok"), &json!(viewer.cursor))
    );
    assert!(heartbeat["time"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn an_event_with_line_breaks_is_one_line() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "&after=0").await;
    redis
        .add(&["{\n  \"type\": \"pretty\",\r\n  \"payload\": {\"seq\": 1}\n}".to_owned()])
        .await;
    let event = viewer.event().await;
    assert_eq!(event["payload"]["seq"], 1);
}

#[tokio::test]
async fn a_long_replay_is_complete_and_in_order_although_the_ring_is_small() {
    let redis = Redis::start();
    redis.add(&(0..20_000).map(event).collect::<Vec<_>>()).await;
    let limits = event_bridge::Limits {
        ring_entries: 1000,
        ..limits()
    };
    let bridge = TestBridge::start_with(limits, redis.log());
    let mut viewer = Framed::connect(bridge.port, "&after=0").await;
    assert_eq!(viewer.seqs(20_000).await, (0..20_000).collect::<Vec<_>>());
    redis.add(&[event(20_000)]).await;
    assert_eq!(viewer.seqs(1).await, [20_000]);
}

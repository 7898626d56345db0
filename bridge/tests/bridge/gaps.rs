use event_bridge::Limits;
use serde_json::json;

use crate::support::{Framed, Plain, Redis, TestBridge, event, limits, seq};

/// A ring so small that a client soon has to page the log.
fn small_ring() -> Limits {
    Limits {
        ring_entries: 10,
        ..limits()
    }
}

#[tokio::test]
async fn a_hole_is_told_with_its_exact_size() {
    let redis = Redis::start();
    let ids = redis.add(&(0..1000).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start_with(small_ring(), redis.log());
    let mut viewer = Framed::connect(bridge.port, "&after=0").await;
    viewer.seqs(10).await;
    let seen = viewer.cursor.clone();
    assert_eq!(seen, format!("{}@10", ids[9]));

    redis.run("XTRIM agent_events MAXLEN = 30").await;
    let mut resumed = Framed::resume(bridge.port, &seen).await;
    let gap = resumed.next().await;
    assert_eq!(
        (&gap["control"], &gap["lost"], &gap["why"]),
        (&json!("gap"), &json!(960), &json!("trimmed"))
    );
    assert_eq!(
        (&gap["after"], &gap["first"]),
        (&json!(seen), &json!(format!("{}@971", ids[970])))
    );
    assert_eq!(resumed.seqs(30).await, (970..1000).collect::<Vec<_>>());
}

#[tokio::test]
async fn asking_for_everything_tells_what_is_gone_already() {
    let redis = Redis::start();
    redis.add(&(0..100).map(event).collect::<Vec<_>>()).await;
    redis.run("XTRIM agent_events MAXLEN = 5").await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "&after=0").await;
    assert_eq!(viewer.next().await["lost"], 95);
    assert_eq!(viewer.seqs(5).await, [95, 96, 97, 98, 99]);
}

#[tokio::test]
async fn nothing_is_lost_is_not_told_as_a_gap() {
    let redis = Redis::start();
    redis.add(&(0..100).map(event).collect::<Vec<_>>()).await;
    redis.run("XTRIM agent_events MAXLEN = 90").await;
    let bridge = TestBridge::start_with(small_ring(), redis.log());
    let mut viewer = Framed::connect(bridge.port, "&tail=90").await;
    assert_eq!(viewer.seqs(90).await, (10..100).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_plain_client_hears_of_a_hole_as_an_event() {
    let redis = Redis::start();
    redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    redis.run("XTRIM agent_events MAXLEN = 4").await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Plain::connect(bridge.port, "?after=0").await;
    let gap = viewer.event().await;
    assert_eq!(
        (&gap["type"], &gap["payload"]["lost"]),
        (&json!("stream_gap"), &json!(6))
    );
    assert_eq!(gap.as_object().unwrap().keys().count(), 4);
    assert_eq!(viewer.seqs(4).await, [6, 7, 8, 9]);
}

#[tokio::test]
async fn what_was_trimmed_to_nothing_is_told_to_a_resuming_client() {
    let redis = Redis::start();
    redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "&after=0").await;
    viewer.seqs(3).await;
    let seen = viewer.cursor.clone();
    bridge.stop().await;

    redis.run("XTRIM agent_events MAXLEN = 0").await;
    let bridge = TestBridge::start(redis.log());
    let mut resumed = Framed::resume(bridge.port, &seen).await;
    let gap = resumed.next().await;
    assert_eq!((&gap["lost"], &gap["first"]), (&json!(7), &json!(null)));
    redis.add(&[event(10)]).await;
    assert_eq!(resumed.seqs(1).await, [10]);
}

#[tokio::test]
async fn a_deleted_stream_is_told_as_a_reset_and_followed_from_its_new_start() {
    let redis = Redis::start();
    redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "&after=0").await;
    let mut plain = Plain::connect(bridge.port, "?after=0").await;
    viewer.seqs(10).await;
    plain.seqs(10).await;

    redis.run("DEL agent_events").await;
    let reset = viewer.control("reset").await;
    assert_eq!(reset["cursor"], "0-0@0");
    assert_eq!(plain.event().await["type"], "stream_gap");
    redis.add(&[event(10)]).await;
    assert_eq!(viewer.seqs(1).await, [10]);
    assert_eq!(plain.seqs(1).await, [10]);
}

#[tokio::test]
async fn a_stream_that_begins_anew_with_lower_ids_is_followed() {
    let redis = Redis::start();
    redis
        .run("XADD agent_events 9000000000000-0 json {\"type\":\"t\",\"payload\":{\"seq\":1}}")
        .await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "&after=0").await;
    assert_eq!(viewer.seqs(1).await, [1]);
    redis.run("DEL agent_events").await;
    redis
        .run("XADD agent_events 5-0 json {\"type\":\"t\",\"payload\":{\"seq\":2}}")
        .await;
    viewer.control("reset").await;
    assert_eq!(viewer.seqs(1).await, [2]);
    assert_eq!(viewer.cursor, "5-0@1");
}

#[tokio::test]
async fn a_cursor_of_a_stream_that_was_deleted_meanwhile_is_told_as_a_reset() {
    let redis = Redis::start();
    redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "&after=0").await;
    viewer.seqs(10).await;
    bridge.stop().await;

    redis.run("DEL agent_events").await;
    redis.add(&[event(10)]).await;
    let bridge = TestBridge::start(redis.log());
    let mut resumed = Framed::resume(bridge.port, &viewer.cursor).await;
    assert_eq!(resumed.next().await["control"], "reset");
    assert_eq!(seq(&resumed.event().await), 10);
}

use serde_json::{Value, json};

use crate::support::{Framed, Plain, Redis, TestBridge, event, get};

#[tokio::test]
async fn entries_that_are_no_events_are_shown_and_break_nothing() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut plain = Plain::connect(bridge.port, "?after=0").await;
    let mut framed = Framed::connect(bridge.port, "&after=0").await;
    let foreign = r#"{"id":"x","ts":"2026-01-01T00:00:00","type":"my_type","payload":{"a":1}}"#.to_owned();
    redis.add(std::slice::from_ref(&foreign)).await;
    redis.add(&["not json".to_owned()]).await;
    redis.run("XADD agent_events * field value").await;
    redis
        .add(&[
            format!(r#"{{"type":"huge","payload":"{}"}}"#, "x".repeat(2_000_000)),
            "[1]".to_owned(),
            event(1),
        ])
        .await;

    assert_eq!(plain.text().await, Some(foreign));
    assert_eq!(framed.event().await["type"], "my_type");
    for (reason, raw, bytes) in [
        ("not JSON", "not json", 8),
        ("no field `json`; it has: field", "", 0),
        ("too large", "{\"type\":\"huge\"", 2_000_028),
        ("not an object", "[1]", 3),
    ] {
        let shown = plain.event().await;
        assert_eq!(framed.event().await, shown);
        assert_invalid(&shown, reason, raw, bytes);
    }
    assert_eq!(plain.seqs(1).await, [1]);
    assert_eq!(framed.seqs(1).await, [1]);
    // After a restart the same entries are shown as the same events.
    let ids = |lines: Vec<Value>| lines.iter().map(|line| line["event"]["id"].clone()).collect::<Vec<_>>();
    let before = ids(get(bridge.port, "/api/events?type=invalid_entry").await.lines());
    bridge.stop().await;
    let bridge = TestBridge::start(redis.log());
    assert_eq!(
        ids(get(bridge.port, "/api/events?type=invalid_entry").await.lines()),
        before
    );
}

fn assert_invalid(event: &Value, reason: &str, raw: &str, bytes: u64) {
    let keys: Vec<_> = event.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "payload", "ts", "type"]);
    let payload = &event["payload"];
    assert_eq!(
        (&event["type"], &payload["bytes"]),
        (&json!("invalid_entry"), &json!(bytes))
    );
    assert!(payload["reason"].as_str().unwrap().contains(reason), "{payload}");
    assert!(payload["raw"].as_str().unwrap().starts_with(raw), "{payload}");
    assert!(payload["raw"].as_str().unwrap().len() <= 1024);
}

#[tokio::test]
async fn a_peer_that_sends_too_much_is_sent_away() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Plain::connect(bridge.port, "").await;
    viewer.send("x".repeat(100_000)).await;
    assert_eq!(viewer.close_code().await, Some(1009));
}

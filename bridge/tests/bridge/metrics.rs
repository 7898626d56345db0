use crate::support::{Framed, Plain, Redis, TestBridge, event, get, until};

/// The value of a line of `/metrics`.
async fn value(port: u16, line: &str) -> u64 {
    let answer = get(port, "/metrics").await;
    let mut lines = answer.body.lines();
    let value = lines.find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
    value
        .unwrap_or_else(|| panic!("no {line} in {}", answer.body))
        .parse()
        .unwrap()
}

#[tokio::test]
async fn metrics_count_what_came_in_and_what_went_out() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let port = bridge.port;
    let mut framed = Framed::connect(port, "&after=0").await;
    let mut plain = Plain::connect(port, "").await;
    framed.control("heartbeat").await;
    let events: Vec<_> = (0..100).map(event).collect();
    let bytes: usize = events.iter().map(String::len).sum();
    redis.add(&events).await;
    redis.add(&["no event".to_owned()]).await;
    framed.seqs(100).await;
    assert_eq!(framed.event().await["type"], "invalid_entry");
    plain.seqs(100).await;
    plain.event().await;

    let answer = get(port, "/metrics").await;
    let content_type = answer.header("content-type").unwrap();
    assert!(content_type.starts_with("text/plain; version=0.0.4"), "{content_type}");
    for (line, expected) in [
        ("event_bridge_ingest_events_total", 100),
        ("event_bridge_ingest_invalid_total", 1),
        ("event_bridge_ingest_lag_entries", 0),
        ("event_bridge_log_up", 1),
        ("event_bridge_clients{kind=\"framed\"}", 1),
        ("event_bridge_clients{kind=\"plain\"}", 1),
    ] {
        assert_eq!(value(port, line).await, expected, "{line}");
    }
    assert!(value(port, "event_bridge_ingest_bytes_total").await >= bytes as u64);
    // What was given to a socket is counted after it was.
    until("all that was sent is counted", || async {
        value(port, "event_bridge_sent_messages_total{kind=\"plain\"}").await == 101
            && value(port, "event_bridge_sent_bytes_total{kind=\"plain\"}").await >= bytes as u64
            && value(port, "event_bridge_delivery_seconds_count").await >= 101
    })
    .await;
    plain.close().await;
    until("a client that left is not there any more", || async {
        value(port, "event_bridge_clients{kind=\"plain\"}").await == 0
    })
    .await;
}

#[tokio::test]
async fn metrics_tell_of_holes_resets_and_a_log_that_was_away() {
    let mut redis = Redis::start_durable();
    let bridge = TestBridge::start(redis.log());
    let port = bridge.port;
    redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    until("the log is read", || async {
        value(port, "event_bridge_ingest_events_total").await == 10
    })
    .await;
    redis.run("DEL agent_events").await;
    until("the reset is counted", || async {
        value(port, "event_bridge_ingest_resets_total").await == 1
    })
    .await;
    redis.kill();
    until("the log is down", || async {
        value(port, "event_bridge_log_up").await == 0
    })
    .await;
    redis.restart();
    until("the log is back", || async {
        value(port, "event_bridge_log_up").await == 1 && value(port, "event_bridge_ingest_reconnects_total").await == 1
    })
    .await;
}

//! What a framed client asks for over its open socket.

use serde_json::{Value, json};

use crate::support::{Framed, Plain, Redis, TestBridge, event, event_of};

async fn ask(viewer: &mut Framed, operation: Value) {
    viewer.socket.send(operation.to_string()).await;
}

/// Reads on to the answer; the sequence numbers that came before it, and the answer.
async fn answer(viewer: &mut Framed) -> (Vec<Value>, Value) {
    let mut before = Vec::new();
    loop {
        let line = viewer.next().await;
        match line["control"].as_str() {
            Some("done" | "error") => return (before, line),
            _ => before.push(line["event"]["payload"]["seq"].clone()),
        }
    }
}

async fn done(viewer: &mut Framed, operation: Value) -> Vec<Value> {
    let op = operation["op"].clone();
    ask(viewer, operation).await;
    let (before, answer) = answer(viewer).await;
    assert_eq!((&answer["control"], &answer["op"]), (&json!("done"), &op), "{answer}");
    before
}

#[tokio::test]
async fn a_filter_changes_over_the_open_socket_and_nothing_is_lost() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "").await;
    redis
        .add(&[event_of("a", &json!({"seq": 1})), event_of("b", &json!({"seq": 2}))])
        .await;
    assert_eq!(viewer.seqs(2).await, [1, 2]);
    done(&mut viewer, json!({"op": "filter", "type": ["b"]})).await;
    redis
        .add(&[event_of("a", &json!({"seq": 3})), event_of("b", &json!({"seq": 4}))])
        .await;
    assert_eq!(viewer.seqs(1).await, [4]);
    done(&mut viewer, json!({"op": "filter"})).await;
    redis.add(&[event_of("a", &json!({"seq": 5}))]).await;
    assert_eq!(viewer.seqs(1).await, [5]);
}

#[tokio::test]
async fn a_viewer_seeks_to_any_place_and_reads_on_from_there() {
    let redis = Redis::start();
    let ids = redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "").await;
    done(&mut viewer, json!({"op": "seek", "after": "0"})).await;
    assert_eq!(viewer.seqs(10).await, (0..10).collect::<Vec<_>>());
    done(&mut viewer, json!({"op": "seek", "tail": 2})).await;
    assert_eq!(viewer.seqs(2).await, [8, 9]);
    done(&mut viewer, json!({"op": "seek", "after": ids[4]})).await;
    assert_eq!(viewer.seqs(5).await, [5, 6, 7, 8, 9]);
    done(&mut viewer, json!({"op": "seek", "since": 0})).await;
    assert_eq!(viewer.seqs(10).await.len(), 10);
    viewer.control("heartbeat").await;
    redis.add(&[event(10)]).await;
    assert_eq!(viewer.seqs(1).await, [10]);
}

#[tokio::test]
async fn a_paused_viewer_gets_nothing_and_after_resume_everything() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "").await;
    let mut other = Framed::connect(bridge.port, "").await;
    done(&mut viewer, json!({"op": "pause"})).await;
    redis.add(&(0..5).map(event).collect::<Vec<_>>()).await;
    assert_eq!(other.seqs(5).await, [0, 1, 2, 3, 4]);
    // The next answer comes without an event before it.
    let before = done(&mut viewer, json!({"op": "pause"})).await;
    assert_eq!(before, [] as [Value; 0]);
    done(&mut viewer, json!({"op": "resume"})).await;
    assert_eq!(viewer.seqs(5).await, [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_wrong_operation_is_told_what_was_expected_and_loses_nothing() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "&type=t").await;
    for (wrong, op, why) in [
        (
            json!({"op": "stop"}),
            json!("stop"),
            "expected filter, seek, pause, resume or ack",
        ),
        (
            json!({"op": "filter", "typ": "b"}),
            json!("filter"),
            "typ: expected type, run, node, outcome",
        ),
        (json!({"op": "seek"}), json!("seek"), "one of after, tail, since"),
        (
            json!({"op": "ack", "cursor": "0"}),
            json!("ack"),
            "connect with credit=BYTES",
        ),
        (json!("hello"), json!(null), "expected one JSON object"),
    ] {
        ask(&mut viewer, wrong).await;
        let (before, answer) = answer(&mut viewer).await;
        assert!(before.is_empty());
        assert_eq!((&answer["control"], &answer["op"]), (&json!("error"), &op));
        assert!(answer["why"].as_str().unwrap().contains(why), "{answer}");
    }
    redis
        .add(&[event_of("other", &json!({"seq": 0})), event_of("t", &json!({"seq": 1}))])
        .await;
    assert_eq!(viewer.seqs(1).await, [1]);
}

#[tokio::test]
async fn a_plain_viewer_may_say_what_it_likes() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Plain::connect(bridge.port, "").await;
    viewer.send("{\"op\":\"pause\"}".to_owned()).await;
    viewer.send("hello".to_owned()).await;
    redis.add(&[event(1)]).await;
    assert_eq!(viewer.seqs(1).await, [1]);
}

#[tokio::test]
async fn a_viewer_with_credit_is_sent_no_more_than_it_has_acknowledged() {
    let redis = Redis::start();
    let filler = "x".repeat(1000);
    let events: Vec<_> = (0..2000)
        .map(|seq| event_of("t", &json!({"seq": seq, "filler": filler})))
        .collect();
    redis.add(&events).await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "&after=0&credit=65536").await;
    let (mut seqs, mut most) = (Vec::new(), 0);
    while seqs.len() < events.len() {
        // What comes before the answer to a question is all that may come.
        ask(&mut viewer, json!({"op": "resume"})).await;
        let (mut before, _) = answer(&mut viewer).await;
        if before.is_empty() {
            before = viewer.seqs(1).await.into_iter().map(Value::from).collect();
        }
        most = most.max(before.len());
        seqs.extend(before);
        let cursor = viewer.cursor.clone();
        let more = done(&mut viewer, json!({"op": "ack", "cursor": cursor})).await;
        seqs.extend(more);
    }
    assert_eq!(seqs, (0..2000).map(Value::from).collect::<Vec<_>>());
    // The window, and the block that goes beyond it.
    assert!(most <= (65_536 + 256 * 1024 + 1000) / 1000 + 1, "{most}");
}

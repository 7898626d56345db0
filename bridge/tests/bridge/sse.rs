use std::sync::Arc;
use std::time::Duration;

use event_bridge::Limits;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::{Away, Redis, Sse, TestBridge, event, event_of, get, get_with, limits, seq, until};

#[tokio::test]
async fn events_come_as_stored_with_their_cursors_as_ids_first_replayed_then_live() {
    let redis = Redis::start();
    redis.add(&(0..5).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Sse::connect(bridge.port, "?after=0").await;
    assert!(
        viewer.head.contains("content-type: text/event-stream"),
        "{}",
        viewer.head
    );
    let hello = viewer.message().await.unwrap();
    assert_eq!((&*hello.name, &hello.data["cursor"]), ("hello", &json!("0-0@0")));
    assert_eq!(viewer.last_event_id, "0-0@0");
    assert!(viewer.retry_ms.is_some());
    assert_eq!(viewer.seqs(5).await, [0, 1, 2, 3, 4]);
    let ids = redis.add(&[event(5)]).await;
    assert_eq!(viewer.seqs(1).await, [5]);
    assert_eq!(viewer.last_event_id, format!("{}@6", ids[0]));
}

#[tokio::test]
async fn a_browser_that_reconnects_resumes_after_its_last_event_whatever_its_address_says() {
    let redis = Redis::start();
    redis.add(&(0..5).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Sse::connect(bridge.port, "?after=0").await;
    viewer.seqs(3).await;
    let seen = viewer.last_event_id.clone();
    for query in ["?after=0", "?tail=1", "?since=0", ""] {
        let mut again = Sse::resume(bridge.port, query, &seen).await;
        assert_eq!(again.seqs(2).await, [3, 4], "{query}");
    }
    // Before its first event it has the place that hello gave.
    let mut early = Sse::connect(bridge.port, "").await;
    early.named("hello").await;
    redis.add(&[event(5)]).await;
    let mut again = Sse::resume(bridge.port, "", &early.last_event_id).await;
    assert_eq!(again.seqs(1).await, [5]);
    // An empty header says nothing.
    let mut fresh = Sse::resume(bridge.port, "?tail=1", "").await;
    assert_eq!(fresh.seqs(1).await, [5]);
}

#[tokio::test]
async fn a_browser_that_asked_for_the_newest_while_the_log_was_away_asks_for_them_again() {
    let bridge = TestBridge::start(Arc::new(Away));
    let mut viewer = Sse::connect(bridge.port, "?tail=5").await;
    assert_eq!(viewer.message().await.unwrap().name, "hello");
    assert_eq!(viewer.message().await.unwrap().name, "heartbeat");
    assert_eq!(viewer.last_event_id, "");
    // By the clock, nothing is missed that comes from now on.
    let mut viewer = Sse::connect(bridge.port, "").await;
    assert_eq!(viewer.message().await.unwrap().name, "hello");
    assert_ne!(viewer.last_event_id, "");
}

#[tokio::test]
async fn a_client_whose_filter_nothing_passes_gets_on() {
    let redis = Redis::start();
    redis.add(&(0..50).map(event).collect::<Vec<_>>()).await;
    redis.add(&[event_of("rare", &json!({"seq": 50}))]).await;
    redis.add(&(51..60).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Sse::connect(bridge.port, "?after=0&type=rare").await;
    assert_eq!(viewer.seqs(1).await, [50]);
    let heartbeat = viewer.named("heartbeat").await;
    assert_eq!(heartbeat["cursor"], heartbeat["head"]);
    assert_eq!(json!(viewer.last_event_id), heartbeat["head"]);
    assert!(viewer.last_event_id.ends_with("@60"), "{}", viewer.last_event_id);
}

#[tokio::test]
async fn a_hole_is_told_once_and_not_again_to_a_client_that_resumes_behind_it() {
    let redis = Redis::start();
    redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    redis.run("XTRIM agent_events MAXLEN = 2").await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Sse::connect(bridge.port, "?after=0").await;
    assert_eq!(viewer.named("gap").await["lost"], 8);
    let mut again = Sse::resume(bridge.port, "", &viewer.last_event_id).await;
    assert_eq!(again.seqs(2).await, [8, 9]);
    assert_eq!(viewer.seqs(2).await, [8, 9]);
}

#[tokio::test]
async fn a_log_that_was_deleted_is_told_and_read_from_its_start() {
    let redis = Redis::start();
    redis.add(&(0..3).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Sse::connect(bridge.port, "?after=0").await;
    viewer.seqs(3).await;
    redis.run("DEL agent_events").await;
    viewer.named("reset").await;
    assert_eq!(viewer.last_event_id, "0-0@0");
    redis.add(&[event(7)]).await;
    assert_eq!(viewer.seqs(1).await, [7]);
}

#[tokio::test]
async fn a_bridge_that_stops_gives_what_is_there_says_bye_and_ends_the_stream() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Sse::connect(bridge.port, "?after=0").await;
    viewer.named("hello").await;
    redis.add(&(0..1000).map(event).collect::<Vec<_>>()).await;
    let stop = tokio::spawn(bridge.stop());
    assert_eq!(viewer.seqs(1000).await, (0..1000).collect::<Vec<_>>());
    let last = viewer.last_event_id.clone();
    viewer.retry_ms = None;
    let bye = viewer.named("bye").await;
    assert_eq!(
        (bye["code"].as_u64(), bye["retry_ms"].as_u64()),
        (Some(1012), viewer.retry_ms)
    );
    assert_eq!(viewer.last_event_id, last);
    assert_eq!(viewer.line().await, None);
    stop.await.unwrap();
}

#[tokio::test]
async fn a_quiet_stream_is_kept_alive_by_comments() {
    let redis = Redis::start();
    let limits = Limits {
        keep_alive: Duration::from_millis(20),
        ..limits()
    };
    let bridge = TestBridge::start_with(limits, redis.log());
    let mut viewer = Sse::connect(bridge.port, "").await;
    viewer.named("heartbeat").await;
    while viewer.comments < 3 {
        let line = viewer.line().await.unwrap();
        viewer.comments += usize::from(line == ":");
    }
    redis.add(&[event(1)]).await;
    assert_eq!(viewer.seqs(1).await, [1]);
}

#[tokio::test]
async fn an_event_with_line_breaks_is_one_field() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Sse::connect(bridge.port, "?after=0").await;
    redis
        .add(&["{\n  \"type\": \"pretty\",\r\n  \"payload\": {\"seq\": 1}\n}".to_owned()])
        .await;
    assert_eq!(viewer.seqs(1).await, [1]);
}

#[tokio::test]
async fn whoever_accepts_ndjson_gets_the_lines_of_framed_clients() {
    let redis = Redis::start();
    redis.add(&(0..3).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    let accept = [("accept", "application/x-ndjson")];
    let mut viewer = Sse::connect_with(bridge.port, "?after=0&type=test_event", &accept).await;
    assert!(viewer.head.contains("content-type: application/x-ndjson"));
    let mut next = async || serde_json::from_str::<Value>(&viewer.line().await.unwrap()).unwrap();
    assert_eq!(next().await["control"], "hello");
    for expected in 0..3 {
        let line = loop {
            let line = next().await;
            if line["control"] != "heartbeat" {
                break line;
            }
        };
        assert_eq!(seq(&line["event"]), expected);
        assert!(
            line["cursor"]
                .as_str()
                .unwrap()
                .ends_with(&format!("@{}", expected + 1))
        );
    }
    let stop = tokio::spawn(bridge.stop());
    while next().await["control"] != "bye" {}
    assert_eq!(viewer.line().await, None);
    stop.await.unwrap();
}

#[tokio::test]
async fn what_is_not_understood_is_refused_before_the_stream_begins() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let accept = ("accept", "text/event-stream");
    let ask = async |query: &str, header| {
        let headers = [("host", "localhost"), accept, header];
        get_with(bridge.port, &format!("/events{query}"), &headers).await
    };
    let answer = ask("", ("last-event-id", "yesterday")).await;
    assert_eq!(answer.status, 400);
    let error = answer.json()["error"].to_string();
    assert!(error.contains("Last-Event-ID: not a cursor"), "{error}");
    assert_eq!(ask("?tail=x", ("x", "y")).await.status, 400);
    assert_eq!(ask("", ("origin", "https://evil.example")).await.status, 403);
    // Whoever accepts neither is told what there is.
    let other = get_with(bridge.port, "/events", &[("host", "localhost"), ("accept", "*/*")]).await;
    assert_eq!(other.status, 426);
    assert!(other.json()["remedy"].as_str().unwrap().contains("text/event-stream"));
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_hung_up_on_and_disturbs_nobody() {
    let redis = Redis::start();
    let big: Vec<_> = (0..100)
        .map(|seq| event_of("big", &json!({"seq": seq, "filler": "x".repeat(200_000)})))
        .collect();
    redis.add(&big).await;
    for path in ["/events?after=0", "/api/events?after=0"] {
        let limits = Limits {
            connections: 2,
            no_progress: Duration::from_millis(300),
            ..limits()
        };
        let bridge = TestBridge::start_with(limits, redis.log());
        let mut stuck = TcpStream::connect(("127.0.0.1", bridge.port)).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n");
        stuck.write_all(request.as_bytes()).await.unwrap();
        let mut viewer = Sse::connect(bridge.port, "?after=0").await;
        assert_eq!(viewer.seqs(100).await, (0..100).collect::<Vec<_>>());
        until("the place of the stuck client is free", || async {
            get(bridge.port, "/healthz").await.status == 200
        })
        .await;
    }
}

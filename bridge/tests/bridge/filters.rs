use serde_json::json;

use crate::support::{Framed, Plain, Redis, TestBridge, event_of, get};

async fn some_events(redis: &Redis) {
    let events = [
        ("a", json!({"seq": 1, "run_id": "r1", "node_id": "n1", "outcome": "ok"})),
        (
            "b",
            json!({"seq": 2, "run_id": "r1", "node_id": "n2", "outcome": "error"}),
        ),
        ("step_started", json!({"seq": 3, "run_id": "r2", "node": "n1"})),
        ("c", json!({"seq": 4, "run_id": "r2", "outcome": "ok"})),
        (
            "end",
            json!({"seq": 5, "run_id": "r1", "node_id": "n1", "outcome": "ok"}),
        ),
        (
            "tool_returned",
            json!({"seq": 6, "run_id": "r3", "outcome": "ok", "success": false}),
        ),
    ];
    redis.add(&events.map(|(kind, payload)| event_of(kind, &payload))).await;
}

const CASES: [(&str, &[u64]); 9] = [
    ("outcome=failed", &[6]),
    ("run=r3&outcome=ok", &[]),
    ("type=a&type=b", &[1, 2]),
    ("type=b&run=r1", &[2]),
    ("run=r1", &[1, 2, 5]),
    ("node=n1", &[1, 3, 5]),
    ("outcome=ok&outcome=error", &[1, 2, 4, 5]),
    ("type=b&outcome=ok", &[]),
    ("node=n1&outcome=ok&run=r1", &[1, 5]),
];

#[tokio::test]
async fn filters_mean_the_same_everywhere() {
    let redis = Redis::start();
    some_events(&redis).await;
    let bridge = TestBridge::start(redis.log());
    for (query, expected) in CASES {
        let mut framed = Framed::connect(bridge.port, &format!("&after=0&{query}")).await;
        assert_eq!(framed.seqs(expected.len()).await, expected, "framed {query}");
        let mut plain = Plain::connect(bridge.port, &format!("?after=0&{query}")).await;
        assert_eq!(plain.seqs(expected.len()).await, expected, "plain {query}");
        let lines = get(bridge.port, &format!("/api/events?{query}")).await.lines();
        let seqs: Vec<_> = lines
            .iter()
            .filter_map(|line| line["event"]["payload"]["seq"].as_u64())
            .collect();
        assert_eq!(seqs, expected, "history {query}");
    }
}

#[tokio::test]
async fn an_outcome_that_no_event_can_have_is_refused_with_those_there_are() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    for path in ["/api/events?outcome=eror", "/events?outcome=eror"] {
        let answer = get(bridge.port, path).await;
        assert_eq!(answer.status, 400, "{path}");
        let error = answer.json()["error"].to_string();
        assert!(
            error.contains("ok, error, panicked, cancelled, returned, failed"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_client_whose_filter_nothing_passes_still_moves_on() {
    let redis = Redis::start();
    some_events(&redis).await;
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "&after=0&type=never").await;
    let heartbeat = viewer.control("heartbeat").await;
    assert_eq!(heartbeat["cursor"], heartbeat["head"]);
    assert_ne!(heartbeat["cursor"], "0-0@0");
    let page = get(bridge.port, "/api/events?type=never").await.lines();
    assert_eq!((page.len(), &page[0]["next"]), (1, &heartbeat["head"]));
}

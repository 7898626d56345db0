use serde_json::{Value, json};

use crate::support::{Redis, TestBridge, event, event_of, get, limits, until};

fn seqs(lines: &[Value]) -> Vec<u64> {
    lines
        .iter()
        .filter_map(|line| line["event"]["payload"]["seq"].as_u64())
        .collect()
}

#[tokio::test]
async fn history_is_paged_from_end_to_end_without_overlap() {
    let redis = Redis::start();
    redis.add(&(0..2500).map(event).collect::<Vec<_>>()).await;
    let limits = event_bridge::Limits {
        ring_entries: 500,
        ..limits()
    };
    let bridge = TestBridge::start_with(limits, redis.log());
    let mut after = "0".to_owned();
    let mut all = Vec::new();
    loop {
        let answer = get(bridge.port, &format!("/api/events?limit=700&after={after}")).await;
        assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
        let lines = answer.lines();
        all.extend(seqs(&lines));
        let page = lines.last().unwrap();
        assert_eq!(page["control"], "page");
        page["next"].as_str().unwrap().clone_into(&mut after);
        if page["more"] == json!(false) {
            break;
        }
        assert_eq!(lines.len(), 701);
    }
    assert_eq!(all, (0..2500).collect::<Vec<_>>());
    // At the end there is nothing, until there is.
    let path = format!("/api/events?after={after}");
    assert_eq!(
        get(bridge.port, &path).await.lines(),
        [json!({"control": "page", "next": after, "more": false})]
    );
    redis.add(&[event(2500)]).await;
    until("the new event is there", || async {
        seqs(&get(bridge.port, &path).await.lines()) == [2500]
    })
    .await;
}

#[tokio::test]
async fn an_empty_stream_is_an_empty_page() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let lines = get(bridge.port, "/api/events").await.lines();
    assert_eq!(lines, [json!({"control": "page", "next": "0-0@0", "more": false})]);
}

#[tokio::test]
async fn a_hole_comes_before_the_events_behind_it() {
    let redis = Redis::start();
    redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    redis.run("XTRIM agent_events MAXLEN = 2").await;
    let bridge = TestBridge::start(redis.log());
    let lines = get(bridge.port, "/api/events?after=0").await.lines();
    assert_eq!((&lines[0]["control"], &lines[0]["lost"]), (&json!("gap"), &json!(8)));
    assert_eq!(seqs(&lines), [8, 9]);
}

#[tokio::test]
async fn runs_are_listed_with_the_one_heard_of_last_first() {
    let redis = Redis::start();
    redis
        .add(&[
            event_of(
                "run_started",
                &json!({"run_id": "r1", "span_id": "a", "name": "first", "question": "why?"}),
            ),
            event_of(
                "run_started",
                &json!({"run_id": "r2", "span_id": "b", "name": "second"}),
            ),
        ])
        .await;
    let bridge = TestBridge::start(redis.log());
    let status = |run: &str| {
        let run = run.to_owned();
        let port = bridge.port;
        async move {
            let list = get(port, "/api/runs").await.json();
            let runs = list["runs"].as_array().unwrap();
            runs.iter()
                .find(|known| known["run_id"] == run)
                .map(|run| run["status"].clone())
        }
    };
    until("history is summed up", || async {
        status("r2").await == Some(json!("running"))
    })
    .await;
    redis
        .add(&[event_of(
            "run_finished",
            &json!({"run_id": "r1", "span_id": "a", "outcome": "error", "duration": 2.5}),
        )])
        .await;
    until("what comes live counts as well", || async {
        status("r1").await == Some(json!("error"))
    })
    .await;

    let runs = get(bridge.port, "/api/runs").await.json()["runs"].take();
    assert_eq!(
        (&runs[0]["name"], &runs[1]["name"]),
        (&json!("first"), &json!("second"))
    );
    assert_eq!(
        (&runs[0]["question"], &runs[0]["duration"], &runs[0]["events"]),
        (&json!("why?"), &json!(2.5), &json!(2))
    );
}

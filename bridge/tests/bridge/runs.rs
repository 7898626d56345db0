use serde_json::{Value, json};

use crate::support::{Redis, TestBridge, event_of, get, until};

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

async fn some_runs() -> (Redis, TestBridge) {
    let redis = Redis::start();
    let span = |run: &str, span: &str, rest: Value| {
        let mut payload = json!({"run_id": run, "span_id": span});
        payload
            .as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        payload
    };
    let below = json!({"parent_id": "a", "node_id": "1.2"});
    redis
        .add(&[
            event_of("run_started", &span("r1", "a", json!({"name": "first"}))),
            event_of("tool_invoked", &span("r1", "b", below)),
            event_of(
                "tool_returned",
                &span(
                    "r1",
                    "b",
                    json!({"parent_id": "a", "node_id": "1.2", "outcome": "error", "error": "no network",
                    "function": "agent::tools::search"}),
                ),
            ),
            event_of(
                "llm_call_completed",
                &span(
                    "r1",
                    "c",
                    json!({"parent_id": "a", "outcome": "ok", "cost_estimate": 0.25,
                    "token_usage": {"total_tokens": 40}}),
                ),
            ),
            event_of(
                "run_finished",
                &span(
                    "r1",
                    "a",
                    json!({"outcome": "error", "error": "search: no network",
                    "error_chain": ["search: no network", "no network"], "duration": 2.5}),
                ),
            ),
            event_of("run_started", &span("r2", "a", json!({"name": "second"}))),
            event_of(
                "run_finished",
                &span(
                    "r2",
                    "a",
                    json!({"outcome": "ok", "success": false, "error": "gave up"}),
                ),
            ),
            event_of("run_started", &span("r 3/x", "a", json!({"name": "third"}))),
        ])
        .await;
    let bridge = TestBridge::start(redis.log());
    (redis, bridge)
}

async fn ids(port: u16, query: &str) -> Vec<String> {
    let list = get(port, &format!("/api/runs{query}")).await.json();
    let runs = list["runs"].as_array().unwrap().iter();
    runs.map(|run| run["run_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn runs_are_listed_by_status_and_one_that_failed_by_value_is_not_called_ok() {
    let (_redis, bridge) = some_runs().await;
    assert_eq!(ids(bridge.port, "").await, ["r 3/x", "r2", "r1"]);
    assert_eq!(ids(bridge.port, "?status=failed").await, ["r2"]);
    assert_eq!(ids(bridge.port, "?status=error&status=running").await, ["r 3/x", "r1"]);
    assert_eq!(ids(bridge.port, "?status=ok").await, [""; 0]);
    let answer = get(bridge.port, "/api/runs?status=done").await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.json()["error"]
            .as_str()
            .unwrap()
            .contains("expected one of running, lost, ok")
    );
    assert_eq!(get(bridge.port, "/api/runs?limit=1").await.status, 400);
}

#[tokio::test]
async fn one_run_is_told_with_its_types_its_failures_and_its_place_in_the_log() {
    let (_redis, bridge) = some_runs().await;
    let run = get(bridge.port, "/api/runs/r1").await.json();
    assert_eq!(
        (&run["name"], &run["status"], &run["events"], &run["errors"]),
        (&json!("first"), &json!("error"), &json!(5), &json!(1))
    );
    assert_eq!(
        (&run["tokens"], &run["cost"], &run["open_spans"]),
        (&json!(40), &json!(0.25), &json!(0))
    );
    assert_eq!(run["types"]["tool_returned"], 1);
    let failures = run["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 1, "passed on, it is the same failure: {run}");
    for (field, expected) in [
        ("type", "tool_returned"),
        ("node", "1.2"),
        ("message", "no network"),
        ("outcome", "error"),
        ("function", "agent::tools::search"),
    ] {
        assert_eq!(failures[0][field], expected, "{run}");
    }
    // From the cursor of the failure on.
    let after = failures[0]["cursor"].as_str().unwrap();
    let lines = get(bridge.port, &format!("/api/events?run=r1&after={after}"))
        .await
        .lines();
    assert_eq!(lines[0]["event"]["type"], "llm_call_completed");
    assert_eq!(lines[1]["cursor"], run["last_cursor"]);
    assert!(run["first_cursor"].as_str().unwrap().ends_with("@1"));

    assert_eq!(get(bridge.port, "/api/runs/r%203%2Fx").await.json()["name"], "third");
    let unknown = get(bridge.port, "/api/runs/nobody").await;
    assert_eq!(unknown.status, 404);
    assert!(
        unknown.json()["remedy"]
            .as_str()
            .unwrap()
            .contains("/api/events?run=nobody")
    );
}

#[tokio::test]
async fn as_long_as_the_log_is_away_there_is_no_list_of_runs_rather_than_an_empty_one() {
    let redis = Redis::absent(&[]);
    let bridge = TestBridge::start(redis.log());
    for path in ["/api/runs", "/api/runs/r1"] {
        let answer = get(bridge.port, path).await;
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.json()["remedy"].as_str().is_some());
    }
}

use bytes::Bytes;
use event_core::log::{Content, Entry};
use serde_json::{Value, json};

use super::*;

fn runs_after(events: &[(u64, &str, Value)]) -> Runs {
    let mut runs = Runs::default();
    for (ms, kind, payload) in events {
        let text = json!({"id": ms.to_string(), "ts": format!("t{ms}"), "type": kind, "payload": payload}).to_string();
        let id = EntryId { ms: *ms, seq: 0 };
        let entry = Entry {
            id,
            ordinal: None,
            content: Content::Json(Bytes::from(text)),
        };
        runs.observe(entry.cursor(), &crate::entry::read(&entry).unwrap());
    }
    runs
}

fn first(runs: &Runs, unix_ms: u64) -> Value {
    serde_json::to_value(&runs.list(&[], unix_ms)[0]).unwrap()
}

#[test]
fn a_run_is_summed_up_from_its_events() {
    let runs = runs_after(&[
        (
            1,
            "run_started",
            json!({"run_id": "r", "span_id": "a", "name": "demo", "question": "why?"}),
        ),
        (
            2,
            "llm_call_started",
            json!({"run_id": "r", "span_id": "b", "parent_id": "a"}),
        ),
        (
            3,
            "llm_call_completed",
            json!({"run_id": "r", "span_id": "b", "parent_id": "a", "outcome": "ok",
            "token_usage": {"total_tokens": 30}, "cost_estimate": 0.5}),
        ),
        (
            4,
            "tool_invoked",
            json!({"run_id": "r", "span_id": "c", "parent_id": "a"}),
        ),
        (
            5,
            "tool_returned",
            json!({"run_id": "r", "span_id": "c", "parent_id": "a", "outcome": "error"}),
        ),
    ]);
    let run = first(&runs, 10);
    assert_eq!(
        (&run["name"], &run["question"], &run["status"]),
        (&json!("demo"), &json!("why?"), &json!("running"))
    );
    assert_eq!(
        (&run["started"], &run["last"], &run["events"]),
        (&json!("t1"), &json!("t5"), &json!(5))
    );
    assert_eq!((&run["tokens"], &run["cost"]), (&json!(30), &json!(0.5)));
    assert_eq!(
        (&run["llm_calls"], &run["tool_calls"], &run["errors"]),
        (&json!(1), &json!(1), &json!(1))
    );
}

#[test]
fn a_call_that_returned_but_says_that_it_failed_is_an_error() {
    let tool = |ms: u64, outcome: &str, rest: Value| {
        let mut payload = json!({"run_id": "r", "span_id": ms.to_string(), "parent_id": "a", "outcome": outcome});
        payload
            .as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        (ms, "tool_returned", payload)
    };
    let failed = [
        tool(1, "ok", json!({"success": false})),
        tool(2, "ok", json!({"success": true, "error": "half of it"})),
        tool(3, "returned", json!({"state": "HTTP_ERROR"})),
        tool(4, "ok", json!({"exception": "Timeout"})),
        tool(5, "panicked", json!({"success": false, "error": "once, not twice"})),
        (6, "tool_returned", json!({"run_id": "r", "success": false})),
    ];
    assert_eq!(first(&runs_after(&failed), 10)["errors"], 6);
    let well = [
        tool(1, "ok", json!({"success": true, "error": null})),
        tool(2, "ok", json!({"error": ""})),
        tool(3, "ok", json!({"state": "SUCCESS"})),
        tool(4, "cancelled", json!({"success": false})),
        (
            5,
            "tool_invoked",
            json!({"run_id": "r", "span_id": "b", "error": "not yet over"}),
        ),
    ];
    assert_eq!(first(&runs_after(&well), 10)["errors"], 0);
}

#[test]
fn a_run_is_called_by_its_name_else_by_the_function_else_by_the_type_of_its_root_span() {
    let point = (1, "noted", json!({"run_id": "r"}));
    let root = (
        2,
        "step_started",
        json!({"run_id": "r", "span_id": "a", "function": "agent::steps::plan"}),
    );
    let child = (
        3,
        "tool_invoked",
        json!({"run_id": "r", "span_id": "b", "parent_id": "a", "function": "agent::search"}),
    );
    let named = (
        4,
        "run_started",
        json!({"run_id": "r", "span_id": "c", "parent_id": "a", "name": "weather"}),
    );
    let bare = (2, "step_started", json!({"run_id": "r", "span_id": "a"}));
    let finish = (
        5,
        "step_finished",
        json!({"run_id": "r", "span_id": "z", "outcome": "ok"}),
    );
    let name = |events: &[(u64, &str, Value)]| first(&runs_after(events), 10)["name"].clone();
    let all = [point.clone(), root, child, named];
    assert_eq!(name(&all[..1]), "noted");
    assert_eq!(name(&all[..2]), "plan");
    assert_eq!(name(&all[..3]), "plan");
    assert_eq!(name(&all), "weather");
    assert_eq!(name(&[point.clone(), bare]), "step_started");
    assert_eq!(name(&[point, finish]), "step_finished");
}

#[test]
fn a_run_of_points_alone_has_no_status_and_no_place_of_its_own() {
    let runs = runs_after(&[
        (
            1,
            "run_started",
            json!({"run_id": "spans", "span_id": "a", "name": "demo"}),
        ),
        (2, "noted", json!({"run_id": "points"})),
        (3, "llm_call_completed", json!({"run_id": "points", "outcome": "ok"})),
        (
            4,
            "run_finished",
            json!({"run_id": "spans", "span_id": "a", "outcome": "ok"}),
        ),
    ]);
    let list: Vec<_> = runs.list(&[], 5).iter().map(|run| (run.run_id, run.status)).collect();
    assert_eq!(list, [("spans", Some("ok")), ("points", None)]);
    assert_eq!(
        serde_json::to_value(&runs.list(&[], 5)[1]).unwrap()["status"],
        Value::Null
    );
}

#[test]
fn the_status_is_the_outcome_of_the_root_span() {
    let runs = runs_after(&[
        (
            1,
            "step_started",
            json!({"run_id": "r", "span_id": "a", "function": "m::main"}),
        ),
        (
            2,
            "step_started",
            json!({"run_id": "r", "span_id": "b", "parent_id": "a"}),
        ),
        (
            3,
            "step_finished",
            json!({"run_id": "r", "span_id": "b", "parent_id": "a", "outcome": "ok"}),
        ),
        (
            4,
            "step_finished",
            json!({"run_id": "r", "span_id": "a", "outcome": "panicked", "duration": 1.5}),
        ),
    ]);
    let run = first(&runs, 1_000_000);
    assert_eq!(
        (&run["name"], &run["status"], &run["duration"]),
        (&json!("main"), &json!("panicked"), &json!(1.5))
    );
}

#[test]
fn an_open_run_that_is_silent_is_lost_unless_its_process_says_that_it_lives() {
    let started = (
        1,
        "run_started",
        json!({"run_id": "r", "span_id": "a", "producer_id": "p"}),
    );
    assert_eq!(
        first(&runs_after(std::slice::from_ref(&started)), 35_001)["status"],
        "lost"
    );
    let alive = (
        30_000,
        "producer_alive",
        json!({"run_id": "own", "producer_id": "p", "open_runs": 1}),
    );
    let runs = runs_after(&[started, alive]);
    assert_eq!(first(&runs, 35_001)["status"], "running");
    assert_eq!(runs.list(&[], 35_001).len(), 1);
}

#[test]
fn a_run_that_came_from_elsewhere_ends_with_its_entry_span_and_goes_on_with_another() {
    let started = |ms, span| {
        (
            ms,
            "step_started",
            json!({"run_id": "r", "span_id": span, "parent_id": "far"}),
        )
    };
    let finished = |ms, span| {
        (
            ms,
            "step_finished",
            json!({"run_id": "r", "span_id": span, "parent_id": "far", "outcome": "ok"}),
        )
    };
    assert_eq!(
        first(&runs_after(&[started(1, "a"), finished(2, "a")]), 3)["status"],
        "ok"
    );
    assert_eq!(
        first(&runs_after(&[started(1, "a"), finished(2, "a"), started(3, "b")]), 3)["status"],
        "running"
    );
}

#[test]
fn the_number_of_runs_is_bounded_and_the_one_heard_of_last_comes_first() {
    let events: Vec<_> = (0..1100)
        .map(|n| (n, "t", json!({"run_id": format!("r{n}")})))
        .collect();
    let runs = runs_after(&events);
    let list = runs.list(&[], 0);
    assert_eq!(
        (list.len(), list[0].run_id, list[MAX_RUNS - 1].run_id),
        (MAX_RUNS, "r1099", "r100")
    );
}

#[test]
fn of_several_roots_the_gravest_decides_once_all_have_ended() {
    let started = |ms, span| (ms, "step_started", json!({"run_id": "r", "span_id": span}));
    let finished = |ms, span, outcome| {
        (
            ms,
            "step_finished",
            json!({"run_id": "r", "span_id": span, "outcome": outcome, "duration": 1.0}),
        )
    };
    let events = [
        started(1, "a"),
        started(2, "b"),
        finished(3, "a", "error"),
        finished(4, "b", "ok"),
    ];
    let status = |count: usize| first(&runs_after(&events[..count]), 5)["status"].clone();
    assert_eq!([status(2), status(3), status(4)], ["running", "running", "error"]);
}

#[test]
fn a_root_that_failed_by_value_is_not_called_ok() {
    let finished = (
        1,
        "tool_returned",
        json!({"run_id": "r", "span_id": "a", "outcome": "ok", "success": false}),
    );
    assert_eq!(first(&runs_after(&[finished]), 5)["status"], "failed");
}

#[test]
fn what_is_kept_of_a_run_is_bounded() {
    let events: Vec<_> = (0..300)
        .map(|n| {
            let payload =
                json!({"run_id": "r", "span_id": n.to_string(), "outcome": "error", "error": "x".repeat(5000)});
            (n, ["t", "u"][usize::from(n % 2 == 0)], payload)
        })
        .collect();
    let mut runs = runs_after(&events);
    let details = serde_json::to_value(runs.details("r", 0)).unwrap();
    assert_eq!(
        (&details["errors"], &details["types"]),
        (&json!(300), &json!({"t": 150, "u": 150}))
    );
    let failures = details["failures"].as_array().unwrap();
    assert_eq!((failures.len(), &failures[0]["cursor"]), (20, &json!("299-0")));
    assert!(details.to_string().len() < 20_000);
    runs.clear();
    assert!(runs.details("r", 0).is_none());
}

#[test]
fn what_is_kept_of_runs_is_bounded_whatever_their_events_say() {
    let long = "é".repeat(10_000);
    let mut events = vec![(
        1,
        "run_started",
        json!({"run_id": "r", "span_id": long, "name": long, "question": long, "producer_id": long}),
    )];
    for ms in 2..30 {
        let payload = json!({"run_id": "r", "span_id": format!("{ms}{long}"), "parent_id": long, "node_id": long,
            "function": long, "outcome": "error", "error": format!("{ms}{long}")});
        events.push((ms, long.as_str(), payload));
    }
    events.push((30, "a", json!({"run_id": long})));
    for ms in 31..1100 {
        events.push((ms, "producer_alive", json!({"producer_id": format!("{ms}{long}")})));
    }
    let runs = runs_after(&events);
    let kept = format!("{:?}", runs.runs).len();
    assert!(kept < 500_000, "{kept}");
    assert_eq!((runs.runs.len(), runs.producers.len()), (1, MAX_PRODUCERS));
    // A cut id still finds its own.
    let mut runs = runs_after(&[(1, "a", json!({"run_id": "r", "span_id": long}))]);
    assert_eq!(first(&runs, 10)["status"], "running");
    runs = runs_after(&[
        (1, "a", json!({"run_id": "r", "span_id": long})),
        (2, "b", json!({"run_id": "r", "span_id": long, "outcome": "ok"})),
    ]);
    assert_eq!(first(&runs, 10)["status"], "ok");
}

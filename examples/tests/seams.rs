//! The five seams: every type and field the guide asks for is there, with a value that is true.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event_core::Envelope;
use event_core::testing::{Capture, Events};
use examples::research_agent::Report;
use serde_json::Value;
use support::{QUESTION, Recorded, block_on, demo, number, of_type, run_with, text};

struct Watched {
    report: Report,
    prompts: Vec<String>,
    events: Events,
}

fn watched() -> Watched {
    let assignment = demo(QUESTION);
    let model = Recorded::new(&assignment);
    let capture = Capture::start();
    let report = block_on(run_with(&assignment, Arc::clone(&model)));
    Watched {
        report,
        prompts: model.prompts(),
        events: capture.events(),
    }
}

/// What every event of a type has, besides the identity the library adds.
const FIELDS: [(&str, &str); 13] = [
    ("run_started", "name question config producer_id"),
    (
        "run_finished",
        "total_steps total_nodes total_llm_calls total_tool_calls total_cost token_usage duration",
    ),
    ("step_started", "step node_id root_id action_name goal layer"),
    (
        "step_finished",
        "step node_id root_id action_name goal layer truncated duration outcome",
    ),
    (
        "node_status_change",
        "node_id old_status new_status layer parents cause task_type goal",
    ),
    (
        "llm_call_started",
        "node_id step root_id agent_class model prompt_hash prompt_preview",
    ),
    (
        "llm_call_completed",
        "node_id step root_id agent_class model prompt_hash token_usage estimated cost_estimate truncated_result \
         truncated attempts cached duration",
    ),
    (
        "tool_invoked",
        "node_id step root_id tool_name api_name args_hash args_preview",
    ),
    (
        "tool_returned",
        "node_id step root_id tool_name api_name args_hash success state latency duration",
    ),
    (
        "search_completed",
        "node_id step root_id query_terms page_count selected_count cached time_spent duration",
    ),
    (
        "node_created",
        "node_id nid node_type task_type task_goal layer parents status",
    ),
    ("plan_received", "node_id plan"),
    ("node_result_available", "node_id action_name result_summary truncated"),
];

#[test]
fn every_type_of_the_catalogue_is_there_with_all_its_fields() {
    let events = watched().events;
    for (event_type, fields) in FIELDS {
        let found = of_type(&events, event_type);
        assert!(!found.is_empty(), "no {event_type}");
        for event in found {
            for field in fields.split_whitespace() {
                let value = event
                    .payload
                    .get(field)
                    .unwrap_or_else(|| panic!("no {field} in {event:?}"));
                assert!(
                    !value.is_null() && value.as_str() != Some(""),
                    "{field} is empty in {event:?}"
                );
            }
        }
    }
    assert!(
        of_type(&events, "step_finished")
            .iter()
            .any(|event| event.payload.contains_key("result_summary"))
    );
    assert!(
        of_type(&events, "node_created")
            .iter()
            .any(|event| event.payload.contains_key("outer_node_id"))
    );
}

#[test]
fn prompt_hashes_are_those_of_the_prompts_the_model_got() {
    let watched = watched();
    let mut asked: Vec<String> = watched.prompts.iter().map(event_core::hash).collect();
    let mut told: Vec<String> = of_type(&watched.events, "llm_call_started")
        .iter()
        .map(|event| text(event, "prompt_hash").to_owned())
        .collect();
    asked.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, asked);
}

#[test]
fn the_totals_of_the_run_are_the_sums_over_its_events() {
    let Watched { report, events, .. } = watched();
    let finished = of_type(&events, "run_finished")[0];
    let calls = of_type(&events, "llm_call_completed");
    let tokens = |event: &Envelope| event.payload["token_usage"]["total_tokens"].as_u64().unwrap();
    assert_eq!(tokens(finished), calls.iter().map(|event| tokens(event)).sum::<u64>());
    assert_eq!(number(finished, "total_llm_calls"), calls.len() as u64);
    assert_eq!(
        number(finished, "total_tool_calls"),
        of_type(&events, "tool_returned").len() as u64
    );
    assert_eq!(
        number(finished, "total_steps"),
        of_type(&events, "step_finished").len() as u64
    );
    assert_eq!(
        number(finished, "total_nodes"),
        of_type(&events, "node_created").len() as u64
    );
    let cost: f64 = calls
        .iter()
        .map(|event| event.payload["cost_estimate"].as_f64().unwrap())
        .sum();
    let total = report.totals.cost.unwrap();
    assert!((cost - total).abs() < 1e-9, "{cost} against {total}");
    assert_eq!(finished.payload["total_cost"].as_f64(), Some(total));
}

#[test]
fn every_call_is_inside_the_step_whose_node_it_names() {
    let events = watched().events;
    let spans: BTreeMap<&str, &Envelope> = events
        .iter()
        .filter(|event| event.event_type.ends_with("_started") || event.event_type == "tool_invoked")
        .map(|event| (text(event, "span_id"), event))
        .collect();
    let step_of = |event: &Envelope| -> u64 {
        let mut around = spans[text(event, "parent_id")];
        while around.event_type != "step_started" {
            around = spans[text(around, "parent_id")];
        }
        assert_eq!(text(around, "node_id"), text(event, "node_id"));
        number(around, "step")
    };
    for event_type in [
        "llm_call_started",
        "llm_call_completed",
        "tool_invoked",
        "tool_returned",
        "search_completed",
    ] {
        for event in of_type(&events, event_type) {
            assert_eq!(step_of(event), number(event, "step"), "{event:?}");
        }
    }
    let runs: BTreeSet<&str> = events.iter().map(|event| text(event, "run_id")).collect();
    assert_eq!(runs.len(), 1);
}

#[test]
fn every_started_call_is_finished_once() {
    let events = watched().events;
    let mut open = BTreeSet::new();
    for event in &events {
        let Some(span) = event.payload.get("span_id").and_then(Value::as_str) else {
            continue;
        };
        match event.payload.contains_key("outcome") {
            false => assert!(open.insert(span), "started twice: {event:?}"),
            true if event.event_type == "search_completed" => {}
            true => assert!(open.remove(span), "finished without a start: {event:?}"),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_tool_that_fails_by_value_says_so_and_the_run_goes_on() {
    let events = watched().events;
    let failed: Vec<&Envelope> = of_type(&events, "tool_returned")
        .into_iter()
        .filter(|event| event.payload["success"] == false)
        .collect();
    assert!(!failed.is_empty());
    for event in failed {
        assert_eq!(text(event, "state"), "HTTP_ERROR");
        let error = text(event, "error");
        assert!(
            error.contains("403 Forbidden") || error.contains("timed out"),
            "{event:?}"
        );
        assert_eq!(text(event, "tool_name"), "browser");
        assert_eq!(text(event, "api_name"), "read_page");
    }
    let tools: BTreeSet<&str> = of_type(&events, "tool_invoked")
        .iter()
        .map(|event| text(event, "tool_name"))
        .collect();
    assert_eq!(tools, BTreeSet::from(["browser", "calculator", "clock"]));
}

/// Space does not count: the README's lines are indented otherwise.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_readme_shows_the_five_seams_as_they_stand_in_the_agent() {
    let readme = include_str!("../../README.md");
    let (_, shown) = readme
        .split_once("### The five seams")
        .expect("the README shows the seams");
    let (_, shown) = shown.split_once("```rust\n").unwrap();
    let (shown, _) = shown.split_once("\n```").unwrap();
    let agent = [
        include_str!("../src/research_agent/engine/round.rs"),
        include_str!("../src/research_agent/node.rs"),
        include_str!("../src/research_agent/llm.rs"),
        include_str!("../src/research_agent/tools/mod.rs"),
        include_str!("../src/research_agent/search.rs"),
    ]
    .map(squeezed)
    .concat();
    let seams: Vec<&str> = shown.split("\n\n").collect();
    assert_eq!(seams.len(), 5);
    for seam in seams {
        let (_, code) = seam.split_once('\n').unwrap();
        let (head, _) = code.rsplit_once(" … }").unwrap();
        assert!(agent.contains(&squeezed(head)), "not in the agent: {head}");
    }
}

//! The catalogue is a contract: wire types, fields, and the names that are understood on reading.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use event_core::testing::Capture;
use event_core::{
    ALIASES, BusStats, Event, EventsDropped, LlmCallCompleted, LlmCallStarted, NodeCreated, NodeResultAvailable,
    NodeStatusChanged, PlanReceived, ProducerAlive, RunFinished, RunStarted, SearchRoundCompleted, Span, StepFinished,
    StepStarted, TokenUsage, ToolInvoked, ToolReturned, catalog, normalize,
};
use serde_json::{Value, json};

/// Compares a type's name on the wire and the fields of a value with the contract's.
fn assert_fields<E: Event>(event: &E, wire_type: &str, fields: &str) {
    assert_eq!(E::TYPE, wire_type);
    let payload = serde_json::to_value(event).unwrap();
    let keys: BTreeSet<_> = payload.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, fields.split_whitespace().collect(), "{wire_type}");
}

#[test]
fn every_type_has_its_required_fields_and_leaves_out_absent_ones() {
    assert_fields(&StepStarted::default(), "step_started", "step node_id root_id");
    assert_fields(&StepFinished::default(), "step_finished", "");
    let status = "node_id old_status new_status layer parents";
    assert_fields(&NodeStatusChanged::default(), "node_status_change", status);
    assert_fields(
        &LlmCallStarted::default(),
        "llm_call_started",
        "agent_class model prompt_hash",
    );
    assert_fields(&LlmCallCompleted::default(), "llm_call_completed", "");
    assert_fields(&ToolInvoked::default(), "tool_invoked", "tool_name api_name args_hash");
    assert_fields(&ToolReturned::default(), "tool_returned", "success");
    assert_fields(
        &SearchRoundCompleted::default(),
        "search_completed",
        "query_terms page_count selected_count",
    );
    assert_fields(&RunStarted::default(), "run_started", "name producer_id");
    assert_fields(&RunFinished::default(), "run_finished", "");
    let node = "node_id nid node_type task_type task_goal layer parents status";
    assert_fields(&NodeCreated::default(), "node_created", node);
    assert_fields(&PlanReceived::default(), "plan_received", "node_id plan");
    let result = "node_id action_name result_summary truncated";
    assert_fields(&NodeResultAvailable::default(), "node_result_available", result);
    assert_fields(
        &EventsDropped::default(),
        "events_dropped",
        "count first_ts last_ts reason",
    );
    assert_fields(
        &ProducerAlive::default(),
        "producer_alive",
        "producer_id open_spans open_runs",
    );
    assert_fields(
        &BusStats::default(),
        "bus_stats",
        "published queued sent retried duplicated dropped refused spooled bytes",
    );
}

#[test]
fn every_optional_field_has_its_name() {
    let step = StepStarted {
        action_name: Some(""),
        goal: Some(""),
        layer: Some(0),
        ..Default::default()
    };
    assert_fields(&step, "step_started", "step node_id root_id action_name goal layer");
    let step = StepFinished {
        result_summary: Some(""),
        truncated: Some(true),
    };
    assert_fields(&step, "step_finished", "result_summary truncated");
    let llm = LlmCallCompleted {
        token_usage: Some(TokenUsage::default()),
        estimated: Some(true),
        cost_estimate: Some(0.5),
        truncated_result: Some(""),
        truncated: Some(false),
        attempts: Some(1),
        cached: Some(false),
        time_to_first: Some(0.1),
    };
    let fields = "token_usage estimated cost_estimate truncated_result truncated attempts cached time_to_first";
    assert_fields(&llm, "llm_call_completed", fields);
    let tool = ToolReturned {
        success: false,
        state: Some(""),
        result_summary: Some(""),
        truncated: Some(true),
        error: Some(""),
    };
    assert_fields(&tool, "tool_returned", "success state result_summary truncated error");
}

#[test]
fn durations_have_the_names_of_the_guide_s_table() {
    let capture = Capture::start();
    Span::<ToolReturned>::start(&ToolInvoked::default()).finish(&ToolReturned::default());
    let finished = &capture.events()[1];
    assert_eq!(finished.payload["latency"], finished.payload["duration"]);
    assert_eq!(SearchRoundCompleted::DURATION_KEY, Some("time_spent"));
}

#[test]
fn a_step_passes_on_what_its_calls_need() {
    assert_eq!(StepStarted::SCOPE, ["step", "node_id", "root_id"]);
}

#[test]
fn the_thin_wrappers_publish_the_guide_s_events() {
    let capture = Capture::start();
    catalog::step_started(3, "n", "r");
    catalog::step_finished(Some("well"));
    catalog::node_status_changed("n", "READY", "DOING", 1, &["p".to_owned()]);
    catalog::llm_call_started("Planner", "m", "sha256:0");
    catalog::llm_call_completed(
        TokenUsage {
            prompt_tokens: 1,
            completion_tokens: 2,
            total_tokens: 3,
        },
        0.25,
        "text",
    );
    catalog::tool_invoked("Browser", "search", "sha256:1");
    catalog::tool_returned(true, "SUCCESS");
    catalog::search_completed(&["term".to_owned()], 9, 4);
    let events = capture.events();
    let types: Vec<_> = events.iter().map(|event| event.event_type.as_str()).collect();
    let table = "step_started step_finished node_status_change llm_call_started llm_call_completed tool_invoked \
                 tool_returned search_completed";
    assert_eq!(types, table.split_whitespace().collect::<Vec<_>>());
    assert_eq!(
        (&events[0].payload["step"], &events[0].payload["root_id"]),
        (&json!(3), &json!("r"))
    );
    assert_eq!(events[4].payload["token_usage"]["total_tokens"], 3);
    assert_eq!(events[7].payload["query_terms"], json!(["term"]));
}

fn normalized(event_type: &str, payload: &Value) -> Value {
    let mut payload = payload.as_object().unwrap().clone();
    normalize(event_type, &mut payload);
    Value::Object(payload)
}

#[test]
fn the_guide_s_other_vocabularies_are_understood() {
    let step = normalized("step_started", &json!({"step": 1, "node": "n", "root": "r"}));
    assert_eq!(step, json!({"step": 1, "node_id": "n", "root_id": "r"}));
    let status = normalized(
        "node_status_change",
        &json!({"node": "n", "old": "READY", "new": "DOING"}),
    );
    assert_eq!(
        status,
        json!({"node_id": "n", "old_status": "READY", "new_status": "DOING"})
    );
    let llm = json!({"node_id": "n", "agent": "a", "prompt_sha": "s", "tokens": 7, "extract": "x", "exception": "e"});
    let expected = json!({"node_id": "n", "agent_class": "a", "prompt_hash": "s", "token_usage": {"total_tokens": 7},
        "truncated_result": "x", "error": "e"});
    assert_eq!(normalized("llm_call_completed", &llm), expected);
    let tool = normalized("tool_returned", &json!({"tool": "t", "api": "a", "state": "SUCCESS"}));
    assert_eq!(
        tool,
        json!({"tool_name": "t", "api_name": "a", "state": "SUCCESS", "success": true})
    );
}

#[test]
fn our_own_names_win_and_other_types_are_left_alone() {
    let both = json!({"node": "other", "node_id": "ours"});
    assert_eq!(normalized("step_started", &both), both);
    let foreign = json!({"node": "n", "tokens": 1});
    assert_eq!(normalized("my_type", &foreign), foreign);
}

/// The browser's code reads the same table; `UPDATE_SNAPSHOTS=1` writes it anew.
#[test]
fn the_browser_has_the_same_aliases() {
    let quoted = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| format!("\"{text}\""))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut source = String::from(
        "// Generated from event-core (catalog::normalize). Do not edit.\n\n\
         export const ALIASES: readonly {\n  readonly types: readonly string[];\n  readonly alias: string;\n  \
         readonly canonical: string;\n}[] = [\n",
    );
    for alias in ALIASES {
        writeln!(
            source,
            "  {{\n    types: [{}],\n    alias: \"{}\",\n    canonical: \"{}\",\n  }},",
            quoted(alias.types),
            alias.alias,
            alias.canonical
        )
        .unwrap();
    }
    source.push_str("];\n");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/generated/catalog.ts");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, &source).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        source,
        "UPDATE_SNAPSHOTS=1 writes it anew"
    );
}

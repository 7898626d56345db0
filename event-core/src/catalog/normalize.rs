//! The guide's other vocabularies, understood on reading and never written. Owns the one table, which the browser's
//! code is generated from as well.

use serde_json::{Map, Value};

/// Another name under which a field may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alias {
    /// In events of these wire types.
    pub types: &'static [&'static str],
    /// The name it may have.
    pub alias: &'static str,
    /// The name it has with us; a dot leads into an object.
    pub canonical: &'static str,
}

const STEP: &[&str] = &["step_started", "step_finished"];
const STATUS: &[&str] = &["node_status_change"];
const LLM: &[&str] = &["llm_call_started", "llm_call_completed"];
const TOOL: &[&str] = &["tool_invoked", "tool_returned"];
const OF_A_NODE: &[&str] = &[
    "step_started",
    "step_finished",
    "node_status_change",
    "llm_call_started",
    "llm_call_completed",
    "tool_invoked",
    "tool_returned",
    "search_completed",
];
const FINISHED: &[&str] = &[
    "step_finished",
    "llm_call_completed",
    "tool_returned",
    "search_completed",
];

const fn alias(types: &'static [&'static str], alias: &'static str, canonical: &'static str) -> Alias {
    Alias {
        types,
        alias,
        canonical,
    }
}

/// All aliases; each is used where the canonical field is absent.
pub const ALIASES: &[Alias] = &[
    alias(OF_A_NODE, "node", "node_id"),
    alias(STEP, "root", "root_id"),
    alias(STATUS, "old", "old_status"),
    alias(STATUS, "new", "new_status"),
    alias(LLM, "agent", "agent_class"),
    alias(LLM, "prompt_sha", "prompt_hash"),
    alias(&["llm_call_completed"], "tokens", "token_usage.total_tokens"),
    alias(&["llm_call_completed"], "extract", "truncated_result"),
    alias(TOOL, "tool", "tool_name"),
    alias(TOOL, "api", "api_name"),
    alias(FINISHED, "exception", "error"),
    alias(&["tool_returned"], "latency", "duration"),
    alias(&["search_completed"], "time_spent", "duration"),
];

/// Renames what a payload of the given wire type has under other names. A tool's `state` also tells its `success`.
///
/// ```
/// let mut payload = serde_json::json!({"node": "n1", "tokens": 12}).as_object().unwrap().clone();
/// event_core::normalize("llm_call_completed", &mut payload);
/// assert_eq!(payload["node_id"], "n1");
/// assert_eq!(payload["token_usage"]["total_tokens"], 12);
/// ```
pub fn normalize(event_type: &str, payload: &mut Map<String, Value>) {
    for Alias {
        types,
        alias,
        canonical,
    } in ALIASES
    {
        if !types.contains(&event_type) || !payload.contains_key(*alias) {
            continue;
        }
        let (outer, inner) = canonical.split_once('.').unwrap_or((canonical, ""));
        if payload.contains_key(outer) {
            continue;
        }
        if let Some(value) = payload.remove(*alias) {
            let value = if inner.is_empty() {
                value
            } else {
                serde_json::json!({ inner: value })
            };
            payload.insert(outer.to_owned(), value);
        }
    }
    if event_type == "tool_returned"
        && !payload.contains_key("success")
        && let Some(state) = payload.get("state").and_then(Value::as_str)
    {
        let success = state.eq_ignore_ascii_case("success");
        payload.insert("success".to_owned(), success.into());
    }
}

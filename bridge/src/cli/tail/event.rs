//! An event as a line for people. Owns what of it is shown, and in which order.

use serde_json::{Map, Value};

use super::style::{Paint, Style, harmless};

const MAX_VALUE_CHARS: usize = 60;
const MAX_ERROR_CHARS: usize = 200;
/// Shown in a place of their own, or of use to programs alone.
const NOT_LISTED: [&str; 24] = [
    "run_id",
    "span_id",
    "parent_id",
    "function",
    "outcome",
    "duration",
    "latency",
    "time_spent",
    "error",
    "error_type",
    "error_chain",
    "producer_id",
    "root_id",
    "prompt_hash",
    "prompt_preview",
    "args_hash",
    "config",
    "estimated",
    "layer",
    "new_status",
    "old_status",
    "outer_node_id",
    "parents",
    "truncated",
];
/// What comes first, as far as there is any; the rest is in the order of the alphabet.
const FIRST: [&str; 10] = [
    "name",
    "action_name",
    "agent_class",
    "model",
    "tool_name",
    "api_name",
    "step",
    "nid",
    "node_id",
    "token_usage",
];
/// What a finished event repeats of its started one, and is long.
const OF_START: [&str; 4] = ["args_preview", "goal", "question", "task_goal"];

/// An event, as far as it is shown. Any JSON can be.
pub(super) struct Shown {
    ts: String,
    kind: String,
    payload: Map<String, Value>,
}

impl Shown {
    pub(super) fn read(json: &str) -> Self {
        let mut event: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
        let text = |key| match event.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let (ts, kind) = (text("ts"), text("type"));
        let payload = match event.remove("payload") {
            Some(Value::Object(payload)) => payload,
            _ => Map::new(),
        };
        Self { ts, kind, payload }
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.payload.get(key)?.as_str()
    }

    pub(super) fn is_start(&self) -> bool {
        self.text("span_id").is_some() && self.text("outcome").is_none()
    }

    pub(super) fn is_finish(&self) -> bool {
        self.text("span_id").is_some() && self.text("outcome").is_some()
    }

    /// By its outcome, or by what it says of itself.
    pub(super) fn is_failure(&self) -> bool {
        let outcome = self.text("outcome");
        outcome.is_some_and(|outcome| !["ok", "returned"].contains(&outcome))
            || self.payload.get("success") == Some(&Value::Bool(false))
            || self.text("error").is_some_and(|error| !error.is_empty())
    }

    /// At a depth of the tree of spans.
    pub(super) fn line(&self, depth: usize, style: Style) -> String {
        let is_failure = self.is_failure();
        let mark = match (self.is_start(), self.is_finish()) {
            _ if is_failure => style.paint(Paint::Bad, "✘"),
            (true, _) => "▶".to_owned(),
            (_, true) => style.paint(Paint::Good, "✔"),
            _ => "·".to_owned(),
        };
        let mut parts = vec![
            style.paint(Paint::Dim, &self.time()),
            format!("{}{mark}", "  ".repeat(depth)),
            style.paint(Paint::Name, &harmless(&self.kind, MAX_VALUE_CHARS)),
        ];
        parts.extend(self.ending(style));
        parts.extend(self.change());
        let first = FIRST.iter().filter_map(|key| self.payload.get_key_value(*key));
        let rest = self.payload.iter().filter(|(key, _)| !FIRST.contains(&key.as_str()));
        let told = first
            .chain(rest)
            .filter(|(key, _)| !(self.is_finish() && OF_START.contains(&key.as_str())));
        parts.extend(told.filter_map(|(key, value)| listed(key, value)));
        if let Some(error) = self.text("error") {
            parts.push(style.paint(Paint::Bad, &harmless(error, MAX_ERROR_CHARS)));
        }
        if depth == 0
            && let Some(run) = self.text("run_id")
        {
            parts.push(style.paint(Paint::Dim, &format!("run={}", harmless(run, MAX_VALUE_CHARS))));
        }
        parts.join(" ")
    }

    /// How it ended, and after how long.
    fn ending(&self, style: Style) -> Vec<String> {
        let mut ending = Vec::new();
        if let Some(outcome) = self.text("outcome") {
            let paint = if self.is_failure() { Paint::Bad } else { Paint::Good };
            ending.push(style.paint(paint, &harmless(outcome, MAX_VALUE_CHARS)));
        }
        if let Some(seconds) = self.payload.get("duration").and_then(Value::as_f64) {
            ending.push(duration(seconds));
        }
        ending
    }

    /// From which status to which.
    fn change(&self) -> Option<String> {
        let status = |key| self.text(key).map(|status| harmless(status, MAX_VALUE_CHARS));
        Some(format!("{} → {}", status("old_status")?, status("new_status")?))
    }

    /// The time of day, in UTC.
    fn time(&self) -> String {
        match self.ts.get(11..23) {
            Some(time) if self.ts.ends_with('Z') => harmless(time, MAX_VALUE_CHARS),
            _ => harmless(&self.ts, MAX_VALUE_CHARS),
        }
    }
}

fn listed(key: &str, value: &Value) -> Option<String> {
    if NOT_LISTED.contains(&key) {
        return None;
    }
    let value = match (key, value) {
        (_, Value::Null | Value::Bool(false)) => return None,
        (_, Value::Array(values)) if values.is_empty() => return None,
        ("cost_estimate" | "total_cost", cost) => {
            let dollars = cost.as_f64()?;
            return Some(format!("cost=${dollars:.5}"));
        }
        ("token_usage", usage) => {
            let total = usage.get("total_tokens")?;
            return Some(format!("tokens={total}"));
        }
        (_, Value::String(text)) if !text.is_empty() && !text.contains(char::is_whitespace) => text.clone(),
        (_, other) => other.to_string(),
    };
    Some(format!(
        "{}={}",
        harmless(key, MAX_VALUE_CHARS),
        harmless(&value, MAX_VALUE_CHARS)
    ))
}

pub(in crate::cli) fn duration(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{:.1}ms", seconds * 1e3)
    } else if seconds < 60.0 {
        format!("{seconds:.2}s")
    } else {
        format!("{:.0}m{:02.0}s", (seconds / 60.0).floor(), (seconds % 60.0).floor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::tail::style::Color;

    fn line(json: &str, depth: usize, color: Color) -> String {
        Shown::read(json).line(depth, Style::new(color))
    }

    #[test]
    fn a_line_tells_what_happened_and_how_it_ended() {
        let finished = r#"{"id":"x","ts":"2026-11-22T13:51:28.123456Z","type":"llm_call_completed","payload":{
            "run_id":"0af7","span_id":"1","parent_id":"2","node_id":"n1","model":"m","outcome":"error","duration":0.25,
            "error":"timed\nout","token_usage":{"total_tokens":7},"note":"how far?","question":"why?","empty":null,"truncated":true,
            "cached":false,"cost_estimate":0.0125}}"#;
        assert_eq!(
            line(finished, 0, Color::Never),
            r#"13:51:28.123 ✘ llm_call_completed error 250.0ms model=m node_id=n1 tokens=7 cost=$0.01250 note="how far?" timed\nout run=0af7"#
        );
        assert!(line(finished, 2, Color::Always).starts_with("\x1b[2m13:51:28.123\x1b[0m     \x1b[31m✘\x1b[0m"));
        let point = r#"{"id":"x","ts":"soon","type":"a","payload":{"parent_id":"2"}}"#;
        assert_eq!(line(point, 1, Color::Never), "soon   · a");
    }

    #[test]
    fn what_is_no_event_has_a_line_as_well() {
        for odd in ["17", "{}", "", r#"{"type":{"a":1},"payload":[1]}"#] {
            assert!(line(odd, 0, Color::Never).contains('·'), "{odd}");
        }
    }

    #[test]
    fn durations_are_short() {
        for (seconds, text) in [(0.0123, "12.3ms"), (2.5, "2.50s"), (125.9, "2m05s")] {
            assert_eq!(duration(seconds), text);
        }
    }
}

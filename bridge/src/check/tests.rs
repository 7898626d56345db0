//! Each rule, by breaking it: a recording that is sound, and what becomes of it when one event is dropped, repeated,
//! moved, or says something else.

mod absence;
mod sayings;

use event_core::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const RUN: &str = "0af7651916cd43dd8448eb211c80319c";

/// Events of one run: a root, two steps with a call of a model each, a change of status in each step.
fn sound() -> Vec<Value> {
    let mut recording = Recording::default();
    recording.start(
        1,
        None,
        "run_started",
        &json!({"name": "a", "producer_id": "00f067aa0ba902b7"}),
    );
    let mut status = "NEW";
    recording.point(1, "node_created", &json!({"node_id": "n1", "status": status}));
    for (step, next) in [(0, "OPEN"), (1, "DONE")] {
        let scope = json!({"node_id": "n1", "step": step, "root_id": "n1"});
        let (outer, inner) = (10 + step, 20 + step);
        recording.start(outer, Some(1), "step_started", &scope);
        let hash = merged(&scope, &json!({"model": "m", "prompt_hash": "sha256:0"}));
        recording.start(inner, Some(outer), "llm_call_started", &hash);
        let usage = json!({"token_usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}, "cost_estimate": 0.1});
        recording.finish(
            inner,
            Some(outer),
            "llm_call_completed",
            250_000,
            &merged(&hash, &usage),
        );
        recording.point(
            outer,
            "node_status_change",
            &json!({"node_id": "n1", "old_status": status, "new_status": next}),
        );
        recording.point(outer, "step_noticed", &json!({}));
        recording.finish(outer, Some(1), "step_finished", 400_000, &scope);
        status = next;
    }
    let totals = json!({"name": "a", "total_steps": 2, "total_llm_calls": 2, "total_cost": 0.2,
        "token_usage": {"prompt_tokens": 6, "completion_tokens": 8, "total_tokens": 14}});
    recording.finish(1, None, "run_finished", 1_000_000, &totals);
    recording.events
}

#[derive(Default)]
struct Recording {
    events: Vec<Value>,
    /// When each open span began, in microseconds.
    began: HashMap<u32, u32>,
    now: u32,
}

impl Recording {
    fn start(&mut self, span: u32, parent: Option<u32>, kind: &str, own: &Value) {
        self.now += 10_000;
        self.began.insert(span, self.now);
        self.add(kind, &merged(&place(Some(span), parent), own));
    }

    fn finish(&mut self, span: u32, parent: Option<u32>, kind: &str, micros: u32, own: &Value) {
        self.now = self.now.max(self.began[&span] + micros);
        let duration = f64::from(self.now - self.began[&span]) / 1e6;
        let result = json!({"outcome": "ok", "duration": duration});
        self.add(kind, &merged(&merged(&place(Some(span), parent), own), &result));
    }

    fn point(&mut self, parent: u32, kind: &str, own: &Value) {
        self.now += 10_000;
        self.add(kind, &merged(&place(None, Some(parent)), own));
    }

    fn add(&mut self, kind: &str, payload: &Value) {
        let ts = Timestamp {
            unix_micros: 1_795_355_488_000_000 + u64::from(self.now),
        };
        let id = format!("01a20395-3ffb-7001-8000-{:012x}", self.events.len() + 1);
        self.events
            .push(json!({"id": id, "ts": ts.to_string(), "type": kind, "payload": payload}));
    }
}

fn place(span: Option<u32>, parent: Option<u32>) -> Value {
    let mut place = json!({"run_id": RUN, "function": "agent::f"});
    for (key, span) in [("span_id", span), ("parent_id", parent)] {
        if let Some(span) = span {
            place[key] = span_id(span).into();
        }
    }
    place
}

fn span_id(span: u32) -> String {
    format!("00000000000000{span:02}")
}

fn merged(first: &Value, second: &Value) -> Value {
    let mut all = first.as_object().unwrap().clone();
    all.extend(second.as_object().unwrap().clone());
    all.into()
}

/// The event as it stands in a stream; by hand, for the order of the keys.
fn text(event: &Value) -> String {
    format!(
        r#"{{"id":{},"ts":{},"type":{},"payload":{}}}"#,
        event["id"], event["ts"], event["type"], event["payload"]
    )
}

/// As a recording that begins with the log's first entry.
fn check_with(events: &[Value], rules: Rules) -> Report {
    check_from(1, events, rules)
}

fn check_from(ordinal: usize, events: &[Value], rules: Rules) -> Report {
    let lines = events.iter().enumerate();
    let lines = lines
        .map(|(at, event)| format!("{{\"cursor\":\"5-{at}@{}\",\"event\":{}}}", at + ordinal, text(event)))
        .collect::<Vec<_>>()
        .join("\n");
    recording(lines.as_bytes(), rules).unwrap()
}

fn check(events: &[Value]) -> Report {
    check_with(events, Rules::default())
}

fn rules_of(report: &Report) -> Vec<Rule> {
    report.findings.iter().map(|finding| finding.rule).collect()
}

fn at(events: &[Value], kind: &str) -> usize {
    events.iter().position(|event| event["type"] == kind).unwrap()
}

#[test]
fn a_sound_recording_is_clean() {
    for rules in [
        Rules::default(),
        Rules::default().complete(),
        Rules::default().detached(),
    ] {
        let report = check_with(&sound(), rules);
        assert!(report.is_clean(), "{report}");
        assert_eq!((report.events, report.runs, report.spans, report.open), (15, 1, 5, 0));
        assert!(report.notes.is_empty(), "{report}");
        assert_eq!(report.to_string(), "15 events, 1 run, 5 spans: nothing is wrong");
    }
}

#[test]
fn every_single_event_that_is_dropped_is_missed() {
    let events = sound();
    let last_change = events.iter().rposition(|event| event["type"] == "node_status_change");
    for at in 0..events.len() {
        let mut less = events.clone();
        let gone = less.remove(at);
        // Nothing builds on these.
        let leaves_no_trace =
            gone["type"] == "step_noticed" || gone["type"] == "node_created" || Some(at) == last_change;
        let report = check_with(&less, Rules::default().complete());
        assert_eq!(report.is_clean(), leaves_no_trace, "without {gone}: {report}");
        // Without its last event it may be a run that goes on.
        let may_go_on = at == less.len();
        let report = check(&less);
        assert_eq!(
            report.is_clean(),
            leaves_no_trace || may_go_on,
            "without {gone}: {report}"
        );
    }
}

#[test]
fn every_single_event_that_stands_twice_is_reported_once() {
    let events = sound();
    for at in 0..events.len() {
        let mut more = events.clone();
        more.insert(at + 1, events[at].clone());
        let report = check(&more);
        assert_eq!(rules_of(&report), [Rule::Id], "twice {}: {report}", events[at]);
        assert_eq!(report.findings[0].event.as_deref(), events[at]["id"].as_str());
    }
}

#[test]
fn a_start_or_an_end_told_twice_under_new_ids_is_reported() {
    let events = sound();
    for event in events.iter().filter(|event| event["payload"].get("span_id").is_some()) {
        let mut more = events.clone();
        let mut again = event.clone();
        again["id"] = "01a20395-3ffb-7001-8000-00000000ffff".into();
        more.push(again);
        let report = check(&more);
        assert!(rules_of(&report).contains(&Rule::Pairing), "twice {event}: {report}");
    }
}

#[test]
fn a_swap_within_a_span_is_reported() {
    let events = sound();
    let mut seen = 0;
    for first in 0..events.len() {
        for second in first + 1..events.len() {
            let (one, other) = (&events[first]["payload"], &events[second]["payload"]);
            let is_kin = [("span_id", "span_id"), ("span_id", "parent_id")]
                .iter()
                .any(|(of_one, of_other)| one.get(of_one).is_some() && one.get(of_one) == other.get(of_other));
            if is_kin && one.get("outcome").is_none() {
                let mut swapped = events.clone();
                swapped.swap(first, second);
                let report = check(&swapped);
                assert!(
                    !report.is_clean(),
                    "{} with {}: {report}",
                    events[first],
                    events[second]
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 10);
}

#[test]
fn a_wrong_parent_is_reported() {
    let events = sound();
    let call = at(&events, "llm_call_started");
    for (parent, expected) in [
        // Nobody, itself, one that begins later, one that is another step.
        (span_id(77), Rule::Parent),
        (span_id(20), Rule::Parent),
        (span_id(11), Rule::Order),
    ] {
        let mut wrong = events.clone();
        for event in &mut wrong[call..=call + 1] {
            event["payload"]["parent_id"] = parent.clone().into();
        }
        let report = check(&wrong);
        assert!(rules_of(&report).contains(&expected), "{parent}: {report}");
    }
    let second = events
        .iter()
        .rposition(|event| event["type"] == "llm_call_started")
        .unwrap();
    let mut wrong = events.clone();
    for event in &mut wrong[second..=second + 1] {
        event["payload"]["parent_id"] = span_id(10).into();
    }
    let report = check(&wrong);
    assert!(rules_of(&report).contains(&Rule::Parent), "{report}");
    assert!(rules_of(&report).contains(&Rule::Scope), "{report}");
    let report = check_with(&wrong, Rules::default().detached());
    assert!(!rules_of(&report).contains(&Rule::Parent), "{report}");
}

#[test]
fn a_parent_of_another_run_and_an_end_that_names_another_parent_are_reported() {
    let events = sound();
    let call = at(&events, "llm_call_started");
    let mut wrong = events.clone();
    wrong[call]["payload"]["run_id"] = "1af7651916cd43dd8448eb211c80319c".into();
    assert!(rules_of(&check(&wrong)).contains(&Rule::Parent));
    let mut wrong = events.clone();
    wrong[call + 1]["payload"]["parent_id"] = span_id(1).into();
    let report = check(&wrong);
    assert!(rules_of(&report).contains(&Rule::Identity), "{report}");
}

#[test]
fn a_changed_duration_is_reported_and_one_within_the_tolerance_is_not() {
    let events = sound();
    for (at, event) in events.iter().enumerate() {
        let Some(duration) = event["payload"]["duration"].as_f64() else {
            continue;
        };
        for (factor, is_clean) in [(1.009, true), (0.991, true), (1.05, false), (0.5, false)] {
            let mut other = events.clone();
            other[at]["payload"]["duration"] = (duration * factor).into();
            let report = check(&other);
            assert_eq!(report.is_clean(), is_clean, "{factor}: {report}");
            assert!(rules_of(&report).iter().all(|rule| *rule == Rule::Duration), "{report}");
        }
        for wrong in [json!("1 s"), json!(-1.0), json!(null)] {
            let mut other = events.clone();
            other[at]["payload"]["duration"] = wrong;
            assert_eq!(rules_of(&check(&other)), [Rule::Duration]);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_checked_without_a_panic(lines in prop::collection::vec(".{0,80}", 0..8), at in 0_usize..15, cut in any::<prop::sample::Index>()) {
        let mut all: Vec<_> = sound().iter().map(text).collect();
        let torn: String = all[at].chars().take(cut.index(all[at].len())).collect();
        all[at] = torn;
        all.splice(at..at, lines);
        let report = recording(all.join("\n").as_bytes(), Rules::default()).unwrap();
        prop_assert!(report.events > 0);
    }
}

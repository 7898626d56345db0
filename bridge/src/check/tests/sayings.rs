//! What a single event says of itself, of its node and of its run.

use serde_json::json;

use super::*;

#[test]
fn a_second_word_for_the_duration_says_the_same() {
    let mut events = sound();
    let end = at(&events, "llm_call_completed");
    events[end]["payload"]["latency"] = events[end]["payload"]["duration"].clone();
    assert!(check(&events).is_clean());
    events[end]["payload"]["latency"] = 3.into();
    assert_eq!(rules_of(&check(&events)), [Rule::Duration]);
}

#[test]
fn a_broken_chain_of_statuses_is_reported_with_what_it_should_have_been() {
    let mut events = sound();
    let second = events
        .iter()
        .rposition(|event| event["type"] == "node_status_change")
        .unwrap();
    events[second]["payload"]["old_status"] = "NEW".into();
    let report = check(&events);
    assert_eq!(rules_of(&report), [Rule::Status], "{report}");
    let finding = &report.findings[0];
    assert_eq!(finding.event.as_deref(), events[second]["id"].as_str());
    assert_eq!(finding.what, r#"node "n1" was "NEW""#);
    assert!(
        finding
            .expected
            .starts_with(r#""OPEN", which it became with node_status_change 01a20395-"#)
    );
}

#[test]
fn a_table_of_statuses_is_kept_to() {
    let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let table = StatusTable {
        first: Some("NEW".to_owned()),
        last: vec!["DONE".to_owned()],
        transitions: vec![pair("NEW", "OPEN"), pair("OPEN", "DONE")],
    };
    assert!(check_with(&sound(), Rules::default().statuses(table.clone())).is_clean());
    let other_first = StatusTable {
        first: Some("X".to_owned()),
        ..table.clone()
    };
    let other_last = StatusTable {
        last: vec!["FAILED".to_owned()],
        ..table.clone()
    };
    let fewer = StatusTable {
        transitions: vec![pair("NEW", "OPEN")],
        ..table
    };
    for table in [other_first, other_last, fewer] {
        let report = check_with(&sound(), Rules::default().statuses(table));
        assert_eq!(rules_of(&report), [Rule::Status], "{report}");
    }
}

#[test]
fn steps_are_counted_without_a_hole() {
    let mut events = sound();
    let second = events
        .iter()
        .rposition(|event| event["type"] == "step_started")
        .unwrap();
    for event in &mut events[second..=second + 5] {
        if event["payload"].get("step").is_some() {
            event["payload"]["step"] = 2.into();
        }
    }
    let report = check(&events);
    assert_eq!(rules_of(&report), [Rule::Step], "{report}");
    assert_eq!(report.findings[0].what, "step 2 follows step 0");
}

#[test]
fn sums_of_a_run_are_those_of_its_events() {
    for (key, value) in [
        ("total_steps", json!(3)),
        ("total_llm_calls", json!(1)),
        ("total_cost", json!(0.21)),
        ("token_usage", json!({"total_tokens": 13})),
    ] {
        let mut events = sound();
        let end = events.len() - 1;
        events[end]["payload"][key] = value;
        assert_eq!(rules_of(&check(&events)), [Rule::Totals], "{key}");
    }
}

#[test]
fn ends_say_how_they_ended() {
    let mut events = sound();
    let end = at(&events, "llm_call_completed");
    events[end]["payload"]["outcome"] = "error".into();
    assert_eq!(rules_of(&check(&events)), [Rule::Outcome]);
    events[end]["payload"]["error"] = "timed out".into();
    assert!(check(&events).is_clean());
    events[end]["payload"]["outcome"] = "fine".into();
    assert_eq!(rules_of(&check(&events)), [Rule::Outcome]);
}

#[test]
fn an_envelope_has_four_keys_in_their_forms() {
    let sound = text(&sound()[0]);
    for (from, to, rule) in [
        ("\"ts\":", "\"level\":1,\"ts\":", Rule::Envelope),
        ("\"payload\":{", "\"payload\":[{", Rule::Envelope),
        ("\"type\":\"run_started\"", "\"type\":\"RunStarted\"", Rule::Envelope),
        ("\"type\":\"run_started\"", "\"type\":17", Rule::Envelope),
        ("01a20395-", "01A20395-", Rule::Id),
        ("2026-11", "2026-13", Rule::Timestamp),
        ("Z\"", "\"", Rule::Timestamp),
        (RUN, "17", Rule::Identity),
    ] {
        let mut wrong = sound.replace(from, to);
        if to.ends_with("[{") {
            wrong.insert(wrong.len() - 1, ']');
        }
        assert_ne!(wrong, sound);
        let report = recording(format!("{wrong}\n").as_bytes(), Rules::default()).unwrap();
        assert_eq!(rules_of(&report), [rule], "{wrong}: {report}");
    }
    let reordered = sound
        .replacen("\"id\":", "\"type\":\"run_started\",\"id\":", 1)
        .replace("Z\",\"type\":\"run_started\"", "Z\"");
    assert_eq!(
        rules_of(&recording(reordered.as_bytes(), Rules::default()).unwrap()),
        [Rule::Envelope]
    );
}

#[test]
fn what_is_no_event_is_a_finding_and_no_end() {
    let sound: Vec<_> = sound().iter().map(text).collect();
    let text = format!("{}\n[1]\nnot JSON\n\n\u{7f}\n{}\n", sound[0], sound[1..].join("\n"));
    let report = recording(text.as_bytes(), Rules::default().complete()).unwrap();
    assert_eq!(rules_of(&report), [Rule::Envelope; 3], "{report}");
    assert_eq!(report.findings[1].place, Place::Line(3));
}

#[test]
fn a_run_that_goes_on_in_another_process_begins_under_a_span_that_is_not_here() {
    let mut events = sound();
    let end = events.len() - 1;
    for at in [0, end] {
        events[at]["payload"]["parent_id"] = span_id(99).into();
    }
    let report = check(&events);
    assert!(report.is_clean(), "{report}");
    assert!(report.notes[0].contains("begins under span"), "{report}");
    assert!(!check_with(&events, Rules::default().complete()).is_clean());
}

#[test]
fn spans_that_only_ends_tell_of_are_none_without_a_start() {
    let mut events = sound();
    let mut alone = events[at(&events, "step_finished")].clone();
    alone["type"] = "search_completed".into();
    alone["id"] = "01a20395-3ffb-7001-8000-00000000ffff".into();
    alone["payload"]["span_id"] = span_id(50).into();
    events.insert(5, alone.clone());
    let report = check(&events);
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.notes, ["1 span: told by finished events alone"]);
    // Nothing is inside of such a span.
    events[4]["payload"]["parent_id"] = span_id(50).into();
    assert!(!check(&events).is_clean());
}

#[test]
fn events_of_other_producers_are_sound_without_spans_and_in_their_own_words() {
    let mut recording = Recording::default();
    for (old, new) in [("a", "b"), ("b", "c"), ("x", "d")] {
        recording.add("node_status_change", &json!({"node": "n1", "old": old, "new": new}));
    }
    recording.add("step_started", &json!({"step": 7, "node": "n1"}));
    recording.add("Anything".to_lowercase().as_str(), &json!({}));
    let report = check(&recording.events);
    assert_eq!(rules_of(&report), [Rule::Status], "{report}");
    assert_eq!(report.findings[0].place, Place::Line(3));
}

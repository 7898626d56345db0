//! What is not there: cut off, torn off, lost in a gap, or still to come.

use serde_json::json;

use super::*;

#[test]
fn a_cut_off_head_is_said_and_what_began_there_is_not_missed() {
    let events = sound();
    for cut in 1..events.len() {
        let report = check_from(cut + 1, &events[cut..], Rules::default());
        assert!(report.is_clean(), "cut {cut}: {report}");
        assert!(report.notes[0].starts_with("the beginning is cut off ("), "{report}");
        let report = check_with(&events[cut..], Rules::default().complete());
        assert!(!report.is_clean(), "cut {cut}: {report}");
    }
}

#[test]
fn a_cut_off_head_does_not_excuse_what_began_behind_it() {
    let events = sound();
    let mut later = events[4..].to_vec();
    let call = at(&later, "llm_call_started");
    let gone = later.remove(call);
    let report = check_from(5, &later, Rules::default());
    assert_eq!(rules_of(&report), [Rule::Pairing], "without {gone}: {report}");
}

#[test]
fn a_live_end_is_open_and_no_finding() {
    let events = sound();
    for end in 1..events.len() {
        let report = check(&events[..end]);
        assert!(report.is_clean(), "ended at {end}: {report}");
        assert!(report.open > 0);
        assert!(!check_with(&events[..end], Rules::default().complete()).is_clean());
    }
}

#[test]
fn a_gap_and_events_that_were_dropped_excuse_what_is_missing() {
    let events = sound();
    let call = at(&events, "llm_call_started");
    let gap = r#"{"control":"gap","after":"5-1@1","first":null,"lost":1,"why":"trimmed"}"#;
    let mut lines: Vec<_> = events.iter().map(text).collect();
    gap.clone_into(&mut lines[call]);
    let report = recording(lines.join("\n").as_bytes(), Rules::default()).unwrap();
    assert!(report.is_clean(), "{report}");
    assert!(report.notes[0].contains("1 event missing in a gap"), "{report}");

    let mut events = sound();
    let lost = events.remove(call);
    events.insert(
        call,
        json!({"id": "01a20395-3ffb-7001-8000-00000000ffff", "ts": lost["ts"], "type": "events_dropped",
        "payload": {"count": 1, "first_ts": lost["ts"], "last_ts": lost["ts"], "reason": "full"}}),
    );
    let report = check(&events);
    assert!(report.is_clean(), "{report}");
    assert!(report.notes[0].contains("1 event dropped by the producer"), "{report}");
}

#[test]
fn a_torn_last_line_is_tolerated_and_said() {
    let lines: Vec<_> = sound().iter().map(text).collect();
    let whole = lines.join("\n");
    assert!(recording(whole.as_bytes(), Rules::default()).unwrap().notes.is_empty());
    let torn = &whole[..whole.len() - 5];
    let report = recording(torn.as_bytes(), Rules::default()).unwrap();
    assert!(report.is_clean(), "{report}");
    assert!(
        report.notes[0].starts_with("the last line, 15, is torn off"),
        "{report}"
    );
}

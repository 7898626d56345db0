use bytes::Bytes;
use event_core::log::EntryId;
use proptest::prelude::*;

use super::*;

fn entry(content: Content) -> Entry {
    Entry {
        id: EntryId { ms: 1, seq: 0 },
        ordinal: None,
        content,
    }
}

fn json(text: &str) -> Entry {
    entry(Content::Json(Bytes::copy_from_slice(text.as_bytes())))
}

#[test]
fn an_event_of_ours_gives_its_keys() {
    let entry = json(
        r#"{"id":"i","ts":"t","type":"step_finished","payload":{"run_id":"r","node_id":"a\"b","outcome":"ok","duration":1.5}}"#,
    );
    let event = read(&entry).unwrap();
    let keys = event.keys();
    assert_eq!((&*keys.kind, keys.run.as_deref()), ("step_finished", Some("r")));
    assert_eq!(
        (keys.node.as_deref(), keys.outcome.as_deref()),
        (Some("a\"b"), Some("ok"))
    );
    assert_eq!(event.payload.duration(), Some(1.5));
}

#[test]
fn a_foreign_event_is_an_event_whatever_its_fields_are() {
    for text in [
        r#"{"type":"t"}"#,
        r#"{"type":"t","id":7,"payload":[1]}"#,
        r#" {"type":"t","payload":{"run_id":{}}}"#,
    ] {
        let entry = json(text);
        let event = read(&entry).unwrap();
        assert_eq!((event.text, &*event.kind, event.payload.run()), (text, "t", None));
    }
}

#[test]
fn what_is_no_event_says_why() {
    for (text, reason) in [
        ("not json", "not JSON: expected"),
        (r#"["id","ts","type",{}]"#, "not an object"),
        (r#"{"type":1}"#, "no `type`"),
        (r#"{"type":"t""#, "not JSON: EOF"),
        ("", "not JSON: EOF"),
    ] {
        let entry = json(text);
        let invalid = read(&entry).unwrap_err();
        assert!(invalid.reason.contains(reason), "{text}: {}", invalid.reason);
        assert_eq!((invalid.raw.as_str(), invalid.bytes), (text, text.len()));
    }
}

#[test]
fn bytes_that_are_no_text_are_shown_as_far_as_they_go() {
    let entry = entry(Content::Json(Bytes::from_static(b"\xff{}")));
    let invalid = read(&entry).unwrap_err();
    assert!(invalid.reason.starts_with("not UTF-8"));
    assert_eq!(invalid.raw, "\u{fffd}{}");
}

#[test]
fn an_entry_that_is_too_large_is_shown_by_its_beginning() {
    let entry = json(&"x".repeat(MAX_EVENT_BYTES + 1));
    let invalid = read(&entry).unwrap_err();
    assert_eq!((invalid.raw.len(), invalid.bytes), (MAX_RAW_BYTES, MAX_EVENT_BYTES + 1));
}

#[test]
fn an_entry_without_the_field_names_those_it_has() {
    let entry = entry(Content::Foreign(vec!["a".into(), "b".into()]));
    assert!(read(&entry).unwrap_err().reason.ends_with("it has: a, b"));
}

#[test]
fn the_guides_other_words_are_understood_where_the_catalogue_says_so() {
    assert!(is_alias("llm_call_completed", "tokens", "token_usage.total_tokens"));
    for (kind, node) in [("step_started", Some("n")), ("my_type", None)] {
        let entry = json(&format!(r#"{{"type":"{kind}","payload":{{"node":"n"}}}}"#));
        assert_eq!(read(&entry).unwrap().keys().node.as_deref(), node);
    }
}

proptest! {
    #[test]
    fn any_bytes_hold(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        any_bytes::hold(&bytes);
    }

    /// Bytes that look like an event more often than not.
    #[test]
    fn any_pieces_of_events_hold(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..30)) {
        any_bytes::hold(pieces.concat().as_bytes());
    }

    #[test]
    fn any_payload_holds(key in prop::sample::select(KEYS), value in prop::sample::select(VALUES), more in ".{0,20}") {
        let more = serde_json::to_string(&more).unwrap();
        for kind in ["step_finished", "tool_returned", "llm_call_completed"] {
            let text = format!(r#"{{"type":"{kind}","payload":{{"x":{more},"{key}":{value},"{key}":{more}}}}}"#);
            any_bytes::hold(text.as_bytes());
        }
    }
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\"type\"",
    "\"payload\"",
    "{\"type\":\"t\"",
    "\"payload\":{",
    "\"run_id\":",
    "null",
    "1e999",
    "-0",
    "\"a\\\"b\"",
    "\"\\ud800\"",
    " ",
    "\n",
    "\u{feff}",
    "\u{1e}",
    "é",
];
const KEYS: &[&str] = &[
    "run_id",
    "node",
    "tokens",
    "token_usage",
    "exception",
    "latency",
    "extract",
    "state",
    "duration",
];
const VALUES: &[&str] = &[
    "null",
    "1e999",
    "-7",
    "\"\\u0000\"",
    "{\"total_tokens\":\"many\"}",
    "[[]]",
    "true",
    "\"Success\"",
];

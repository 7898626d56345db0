use bytes::Bytes;
use event_core::log::EntryId;
use proptest::prelude::*;
use serde_json::Value;

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
    assert!(payload::is_alias(
        "llm_call_completed",
        "tokens",
        "token_usage.total_tokens"
    ));
    for (kind, node) in [("step_started", Some("n")), ("my_type", None)] {
        let entry = json(&format!(r#"{{"type":"{kind}","payload":{{"node":"n"}}}}"#));
        assert_eq!(read(&entry).unwrap().keys().node.as_deref(), node);
    }
}

/// Any JSON, its names among them those that the bridge knows.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[a-z]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        let name = prop_oneof![
            prop::sample::select(&payload::Field::NAMES[..]).prop_map(str::to_owned),
            "[a-z]{0,5}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..8).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn what_takes_a_closer_look_is_left_to_the_parser() {
    for text in [
        "{\"type\":\"t\",\n\"payload\":{}}",
        r#"{"type":"t","type":"t"}"#,
        r#"{"type":"t","payload":{"run_id":null,"run_id":"r"}}"#,
        r#"{"t\u0079pe":"t"}"#,
        r#"{"type":"t","x":01}"#,
        r#"{"type":"t","x":1.}"#,
        r#"{"type":"t","x":-}"#,
        r#"{"type":"t","x":1e}"#,
        r#"{"type":"t","x":nul}"#,
        r#"{"type":"t","x":"\x"}"#,
        r#"{"type":"t","x":"\u12g4"}"#,
        r#"{"type":"t","x":[1,]}"#,
        r#"{"type":"t","x":{"a"}}"#,
        r#"{"type":"t","x":[}}"#,
        r#"{"type":"t",}"#,
        r#"{"type":"t"}}"#,
        r#"{"type":"t"} {}"#,
        r#"{"type":1}"#,
        r#"{"payload":{}}"#,
        r#"["type"]"#,
        "",
    ] {
        assert_eq!(glance(text), None, "{text}");
    }
    let deep = format!(r#"{{"type":"t","x":{}{}}}"#, "[".repeat(100), "]".repeat(100));
    assert_eq!(glance(&deep), None);
    assert!(judge(&deep).is_ok());
}

proptest! {
    #[test]
    fn one_look_is_enough_for_any_event_and_finds_what_the_parser_finds(
        kind in ".{0,10}",
        payload in value(),
        more in value(),
        spaces in prop::sample::select(&["", " ", "  "][..]),
    ) {
        let s = spaces;
        let kind = serde_json::to_string(&kind).unwrap();
        let text = format!(r#"{s}{{{s}"id"{s}:{s}{more}{s},{s}"type":{kind},"ts":"t","payload":{payload}{s},"x":{more}}}{s}"#);
        let event = glance(&text);
        prop_assert!(event.is_some(), "{}", text);
        prop_assert_eq!(event, judge(&text).ok());
    }

    /// Valid JSON in which one byte is another.
    #[test]
    fn any_event_with_a_wrong_byte_holds(payload in value(), place: prop::sample::Index, byte in " -~") {
        let text = format!(r#"{{"id":"i","type":"t","payload":{payload}}}"#);
        let mut bytes = text.into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte.as_bytes()[0];
        any_bytes::hold(&bytes);
    }

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

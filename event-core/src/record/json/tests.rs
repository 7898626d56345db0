//! What an event may hold: its size, its depth, and no secrets.

use proptest::prelude::*;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::*;
use crate::clock::Moment;
use crate::ids::SpanId;
use crate::record::{MaxBytes, encode};
use crate::redact::Redactor;

const SECRET: &str = "sk-abcdefghijklmnop";

fn record_of<T: Serialize>(payload: &T) -> Record {
    let mut record = Record::blank(Moment::now());
    encode(payload, &[], &mut record.fields);
    record.identity.span = Some(SpanId::random());
    record.identity.function = ("agent::steps", "run_step");
    record
}

fn text_of(record: &Record, max_bytes: usize) -> String {
    let policy = Policy {
        redactor: Redactor::default(),
        max_bytes: MaxBytes::new(max_bytes),
    };
    // What is in front belongs to others.
    let mut json = b"before".to_vec();
    write(record, &policy, &mut json);
    String::from_utf8(json.split_off(6)).unwrap()
}

/// The payload of an event that is well formed, tells who it belongs to, and keeps to the limit.
fn checked(record: &Record, max_bytes: usize) -> Map<String, Value> {
    let text = text_of(record, max_bytes);
    assert!(text.len() <= max_bytes, "{} bytes of {max_bytes}", text.len());
    let event: crate::Envelope = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(event.text("run_id"), Some(&*RunId::of_process().to_string()));
    assert_eq!(
        event.text("span_id"),
        record.identity.span.map(|span| span.to_string()).as_deref()
    );
    assert_eq!(event.text("function"), Some("agent::steps::run_step"));
    assert_eq!(serde_json::from_str::<Map<String, Value>>(&text).unwrap().len(), 4);
    event.payload
}

fn cut<T: Serialize>(payload: &T, max_bytes: usize) -> Map<String, Value> {
    checked(&record_of(payload), max_bytes)
}

#[test]
fn the_longest_texts_are_cut_and_the_others_stay_whole() {
    let long = "é".repeat(100_000);
    let payload = cut(
        &json!({"short": "s".repeat(1_000), "long": long, "longer": "x".repeat(400_000), "n": 1, "truncated": false}),
        256 * 1024,
    );
    assert_eq!(
        (&payload["short"], &payload["n"]),
        (&json!("s".repeat(1_000)), &json!(1))
    );
    assert_eq!(payload["truncated"], true);
    let lengths = ["long", "longer"].map(|key| payload[key].as_str().unwrap().len());
    assert!(
        lengths.iter().all(|length| *length > 120 * 1024),
        "all of the room is used: {lengths:?}"
    );
    assert!(long.starts_with(payload["long"].as_str().unwrap().strip_suffix('…').unwrap()));
}

#[test]
fn an_event_within_the_limit_is_left_alone() {
    let text = text_of(&record_of(&json!({"text": "x".repeat(5_000)})), 1 << 20);
    assert_eq!(
        text_of(&record_of(&json!({"text": "x".repeat(5_000)})), text.len()).len(),
        text.len()
    );
    assert!(!text.contains("truncated"));
}

#[test]
fn long_lists_and_maps_lose_their_ends() {
    let numbers: Vec<_> = (0..100_000).collect();
    let map: std::collections::BTreeMap<_, _> = (0..50_000).map(|n| (format!("k{n:06}"), n)).collect();
    let payload = cut(&json!({"numbers": numbers, "map": map, "after": "it"}), 64 * 1024);
    let kept = payload["numbers"].as_array().unwrap();
    assert_eq!(kept, &(0..kept.len()).map(Value::from).collect::<Vec<_>>());
    assert!(kept.len() > 1_000 && payload["map"]["k000999"] == 999, "{}", kept.len());
    assert_eq!((&payload["after"], &payload["truncated"]), (&json!("it"), &json!(true)));
}

#[test]
fn what_is_large_in_every_way_ends_below_the_limit() {
    let wide = json!(
        (0..20)
            .map(|n| (format!("{n}{}", "key".repeat(2_000)), json!(n)))
            .collect::<Map<_, _>>()
    );
    let payload = cut(&json!({"a": wide, "z": "end"}), 4096);
    assert_eq!(payload["z"], "end", "what is small finds room behind what is not");
    let many: Map<_, _> = (0..10_000)
        .map(|n| (format!("field{n}"), json!("x".repeat(200))))
        .collect();
    assert_eq!(cut(&many, 4096)["truncated"], true);
    let nested = (0..90).fold(json!("x".repeat(300)), |inner, _| {
        json!([inner, "y".repeat(250), inner_numbers()])
    });
    assert_eq!(cut(&json!({ "nested": nested }), 4096)["truncated"], true);
}

fn inner_numbers() -> Value {
    json!((0..100).collect::<Vec<_>>())
}

#[test]
fn no_character_and_no_escape_is_cut_in_two() {
    let raw = format!("\"{}\"", "\\ud83d\\ude00\\u00e9\\n\\\\é€😀".repeat(2_000));
    let raw = RawValue::from_string(raw).unwrap();
    let record = record_of(&std::collections::BTreeMap::from([("raw", raw)]));
    for max_bytes in 5_000..5_040 {
        let payload = checked(&record, max_bytes);
        let kept = payload["raw"].as_str().unwrap().strip_suffix('…').unwrap();
        assert!("😀é\n\\é€😀".repeat(2_000).starts_with(kept), "{kept}");
    }
}

#[test]
fn an_error_and_a_type_s_name_are_cut_too() {
    let mut record = record_of(&json!({}));
    record.event_type = crate::record::TypeName::Given("t".repeat(100_000).into());
    record.outcome = Some(Outcome::Error(Failure::new(
        format!("{SECRET} {}", "x".repeat(16_000)),
        "Error",
        vec!["y".repeat(16_000), format!("of {SECRET}")],
    )));
    let payload = checked(&record, 8_000);
    assert_eq!(
        (&payload["outcome"], &payload["truncated"]),
        (&json!("error"), &json!(true))
    );
    assert_eq!(payload["error_chain"][1], "of sk-…[redacted]");
    assert!(payload["error"].as_str().unwrap().starts_with("sk-…[redacted] xxx"));
}

#[test]
fn secrets_are_masked_at_any_depth_in_keys_and_in_ready_made_json() {
    let raw = format!(r#"{{ "{SECRET}": [1.50, "\n{SECRET}", "\u0073k-abcdefghijklmnop", "kept\/\u00e9"] }}"#);
    let raw = RawValue::from_string(raw).unwrap();
    let text = text_of(&record_of(&json!({"a": [{SECRET: {"b": SECRET}}], SECRET: 1})), 1 << 20);
    assert!(!text.contains("abcdefghijklmnop"), "{text}");
    assert_eq!(text.matches("sk-…[redacted]").count(), 3, "{text}");
    let text = text_of(&record_of(&std::collections::BTreeMap::from([("raw", raw)])), 1 << 20);
    let expected = r#"{ "sk-…[redacted]": [1.50, "\nsk-…[redacted]", "sk-…[redacted]", "kept\/\u00e9"] }"#;
    assert!(text.contains(expected), "{text}");
}

#[test]
fn keys_that_are_masked_alike_stay_apart() {
    const OTHER: &str = "sk-ponmlkjihgfedcba";
    let raw = format!(r#"{{"{SECRET}":1,"\u0073k-ponmlkjihgfedcba" : {{"{SECRET}":2}},"sk-…[redacted]":3}}"#);
    let mut payload = json!({
        SECRET: 1, OTHER: 2, "sk-…[redacted]": 3,
        "map": {SECRET: 1, OTHER: {SECRET: 2}, "sk-…[redacted]": 3},
        "maps": [{SECRET: 1}, {SECRET: 2}],
    });
    payload["sum"] = json!(3);
    let mut record = record_of(&payload);
    let raw = std::collections::BTreeMap::from([("raw", RawValue::from_string(raw).unwrap())]);
    encode(&raw, &[], &mut record.fields);
    let payload = checked(&record, 1 << 20);
    let keys = |map: &Value| map.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let apart = ["sk-…[redacted]", "sk-…[redacted] (2)", "sk-…[redacted] (3)"];
    assert_eq!(keys(&payload["map"]), apart);
    assert_eq!(keys(&payload["raw"]), apart);
    assert!(apart.iter().all(|key| payload.contains_key(*key)), "{payload:?}");
    // In maps of their own they are alone.
    assert_eq!(payload["maps"], json!([{"sk-…[redacted]": 1}, {"sk-…[redacted]": 2}]));
}

#[test]
fn what_the_library_says_itself_is_not_masked() {
    let hash = crate::text::hash("a prompt");
    let record = record_of(&json!({"prompt_hash": hash}));
    assert_eq!(checked(&record, 1 << 20)["prompt_hash"], hash);
}

/// Pieces of texts that are easily cut in the middle, as they stand in JSON.
fn escaped() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{300}",
        "[ -!#-\\[\\]-~]{9}",
        Just("\\n\\\"\\\\".to_owned()),
        Just("\\u00e9\\ud83d\\ude00".to_owned()),
        Just("é€😀".to_owned()),
        Just(format!(" {SECRET} ")),
        Just("redis://u:pass\\u00e9\\nword@h ".to_owned()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn ready_made() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![4 => escaped(), 1 => "-?[1-9][0-9]{0,30}\\.[0-9]{1,30}", 1 => Just(" null\n".to_owned())];
    leaf.prop_recursive(5, 60, 12, |inner| {
        let field = (escaped(), inner.clone()).prop_map(|(key, value)| format!("{key} : {value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..12).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec(field, 0..12).prop_map(|fields| format!("{{{}}}", fields.join(","))),
        ]
    })
}

/// The same with every text and number the same: what is left is the structure.
fn structure(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(structure).collect(),
        // Masked keys can be equal, so their count is not compared.
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| !key.contains("sk-"))
            .map(|(_, v)| structure(v))
            .collect(),
        Value::String(_) => json!(""),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_event_ends_below_its_limit_with_its_identity(raw in ready_made(), max_bytes in 4096_usize..30_000) {
        let raw = RawValue::from_string(raw).unwrap();
        let record = record_of(&ReadyMade { raw, n: 17, note: "short" });
        let cut = checked(&record, max_bytes);
        prop_assert_eq!((&cut["n"], &cut["note"]), (&json!(17), &json!("short")));
        prop_assert_eq!(cut.contains_key("truncated"), text_of(&record, 1 << 30).len() > max_bytes);
    }

    #[test]
    fn short_texts_stay_whole_beside_long_ones(
        short in prop::collection::vec("[ -~é]{0,100}", 0..10),
        long in prop::collection::vec("[a-zé\n]{300,5000}", 1..10),
        max_bytes in 8_000_usize..30_000,
    ) {
        let payload = json!({"short": short, "long": long});
        let cut = cut(&payload, max_bytes);
        prop_assert_eq!(&cut["short"], &payload["short"]);
        prop_assert_eq!(cut["long"].as_array().map(Vec::len), Some(long.len()));
    }

    #[test]
    fn masking_ready_made_json_leaves_its_structure(raw in ready_made()) {
        let before: Value = serde_json::from_str(&raw).unwrap();
        let raw = RawValue::from_string(raw).unwrap();
        let after = checked(&record_of(&ReadyMade { raw, n: 17, note: "short" }), 1 << 30);
        prop_assert!(!after["raw"].to_string().contains(SECRET));
        prop_assert_eq!(structure(&after["raw"]), structure(&before));
    }
}

#[derive(Serialize)]
struct ReadyMade {
    raw: Box<RawValue>,
    n: u32,
    note: &'static str,
}

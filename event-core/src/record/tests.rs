use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::*;
use crate::outcome::Failure;

fn payload_of(record: &Record) -> Map<String, Value> {
    let mut json = Vec::new();
    record.write_json(&Policy::default(), &mut json);
    let text = String::from_utf8(json).unwrap();
    let event: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    event["payload"].as_object().unwrap().clone()
}

fn record_of<T: Serialize>(payload: &T) -> Record {
    let mut record = Record::blank(Moment::now());
    encode(payload, &[], &mut record.fields);
    record
}

/// What comes out for a payload, without our own keys.
fn through<T: Serialize>(payload: &T) -> Value {
    let mut fields = payload_of(&record_of(payload));
    fields.remove("run_id");
    Value::Object(fields)
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".*", inner, 0..6).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn every_json_object_comes_out_as_it_went_in(payload in prop::collection::btree_map("[a-e]{2,8}|.*", any_json(), 0..6)) {
        let payload: BTreeMap<_, _> = payload.into_iter().filter(|(key, _)| !json::IDENTITY.contains(&key.as_str())).collect();
        let text = serde_json::to_string(&payload).unwrap();
        prop_assert_eq!(through(&payload), serde_json::from_str::<Value>(&text).unwrap());
    }
}

#[derive(Serialize)]
enum Kind {
    Unit,
    Newtype(u8),
    Tuple(u8, char),
    Struct { a: Option<u8> },
}

#[derive(Serialize)]
struct Newtype(f32);

#[derive(Serialize)]
struct Everything {
    kinds: [Kind; 4],
    newtype: Newtype,
    unit: (),
    tuple: (i8, u128, i128),
    map: BTreeMap<i32, bool>,
    raw: Box<serde_json::value::RawValue>,
    bytes: Vec<u8>,
    infinite: f64,
    #[serde(flatten)]
    rest: BTreeMap<String, u8>,
}

#[test]
fn every_form_of_serde_comes_out_as_serde_json_writes_it() {
    let everything = Everything {
        kinds: [
            Kind::Unit,
            Kind::Newtype(1),
            Kind::Tuple(2, 'é'),
            Kind::Struct { a: None },
        ],
        newtype: Newtype(0.1),
        unit: (),
        tuple: (-1, u128::from(u64::MAX), i128::from(i64::MIN)),
        map: [(-3, true), (4, false)].into(),
        raw: serde_json::value::RawValue::from_string("{\"kept\":[1.50]}".to_owned()).unwrap(),
        bytes: vec![1, 2],
        infinite: f64::INFINITY,
        rest: [("x".to_owned(), 9)].into(),
    };
    let text = serde_json::to_string(&everything).unwrap();
    assert_eq!(through(&everything), serde_json::from_str::<Value>(&text).unwrap());
    let mut json = Vec::new();
    record_of(&everything).write_json(&Policy::default(), &mut json);
    assert!(
        String::from_utf8(json).unwrap().contains("\"raw\":{\"kept\":[1.50]}"),
        "raw JSON stays as it is"
    );
}

#[test]
fn what_has_no_named_fields_is_reported_in_the_event() {
    let payload = payload_of(&record_of(&vec![1]));
    assert_eq!(
        payload["encode_error"],
        "a payload must be a struct with named fields or a map, not a list"
    );
}

#[test]
fn a_serialize_that_fails_or_panics_harms_nobody() {
    struct Failing(bool);
    impl Serialize for Failing {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            assert!(!self.0, "in Serialize");
            Err(serde::ser::Error::custom("not today"))
        }
    }
    let fails = |panics| through(&json_with("x", &Failing(panics)));
    assert_eq!(fails(false), json!({"encode_error": "not today"}));
    assert_eq!(fails(true), json!({"encode_error": "serialising the payload panicked"}));
}

fn json_with<T: Serialize>(key: &'static str, value: T) -> BTreeMap<&'static str, T> {
    BTreeMap::from([(key, value)])
}

#[test]
fn identity_is_always_ours_and_no_key_comes_twice() {
    let mut record = record_of(&json!({"run_id": "theirs", "span_id": "theirs", "a": 1}));
    encode(&json!({"a": 2, "b": 3}), &[], &mut record.fields);
    let payload = payload_of(&record);
    assert_eq!(payload["run_id"], RunId::of_process().to_string());
    assert!(!payload.contains_key("span_id"), "a point has none");
    assert_eq!((&payload["a"], &payload["b"]), (&json!(1), &json!(3)));
}

fn finished(payload: &Value, outcome: Outcome) -> Map<String, Value> {
    finished_with(payload, 0, outcome)
}

fn finished_with(payload: &Value, told_fields: usize, outcome: Outcome) -> Map<String, Value> {
    let mut record = record_of(payload);
    record.started = record.moment;
    record.moment = Moment(record.started.0 + Duration::from_millis(1500));
    record.event_type = TypeName::Known(&EventType {
        name: "tool_returned",
        duration_key: Some("latency"),
    });
    record.told = record.fields.iter().take(told_fields).map(fields::Field::size).sum();
    record.outcome = Some(outcome);
    payload_of(&record)
}

fn error() -> Outcome {
    let chain = vec!["outer".to_owned(), "inner".to_owned()];
    Outcome::Error(Failure::new("outer".to_owned(), "Error", chain))
}

#[test]
fn a_failure_is_told_with_its_chain_and_the_duration_under_both_names() {
    let theirs = json!({"outcome": "theirs", "duration": 9, "latency": 9, "error": "of the started event"});
    let payload = finished(&theirs, error());
    assert_eq!(
        (&payload["outcome"], &payload["error"]),
        (&json!("error"), &json!("outer"))
    );
    assert_eq!((&payload["duration"], &payload["latency"]), (&json!(1.5), &json!(1.5)));
    assert_eq!(payload["error_chain"], json!(["outer", "inner"]));
}

#[test]
fn a_call_that_returned_well_may_set_an_error_itself() {
    let payload = finished(&json!({"error": "said by the tool"}), Outcome::Ok);
    assert_eq!(
        (&payload["outcome"], &payload["error"]),
        (&json!("ok"), &json!("said by the tool"))
    );
}

#[test]
fn what_is_told_of_a_failure_wins_over_what_is_known_of_it() {
    // In the order of their names: `error` is told, `error_type` of the started event.
    let theirs = json!({"error": "told", "error_type": "of the started event"});
    let payload = finished_with(&theirs, 1, error());
    assert_eq!(
        (&payload["error"], &payload["error_type"]),
        (&json!("told"), &json!("Error"))
    );
    let keys = json!({"error": 1, "error_chain": 2, "outcome": 3, "run_id": 4});
    let payload = finished_with(&keys, 4, error());
    assert_eq!((&payload["error"], &payload["error_chain"]), (&json!(1), &json!(2)));
    assert_eq!(payload["outcome"], "error");
    assert_ne!(payload["run_id"], json!(4));
}

#[test]
fn many_keys_come_once_each_as_well() {
    let mut record = record_of(&(0..100).map(|n| (format!("k{n}"), n)).collect::<BTreeMap<_, _>>());
    encode(
        &(0..200).map(|n| (format!("k{n}"), -n)).collect::<BTreeMap<_, _>>(),
        &[],
        &mut record.fields,
    );
    let payload = payload_of(&record);
    assert_eq!(payload.len(), 200 + 1);
    assert_eq!((&payload["k99"], &payload["k150"]), (&json!(99), &json!(-150)));
}

#[test]
fn a_value_that_holds_itself_ends_all_the_same() {
    struct Endless;
    impl Serialize for Endless {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq([Self])
        }
    }
    #[derive(Serialize)]
    enum Form {
        Variant(Box<Form>),
        Both { a: Endless, b: Box<Form> },
        End(Endless, Endless),
    }
    let end = Form::End(Endless, Endless);
    let forms = (0..200).fold(end, |form, n| match n % 2 {
        0 => Form::Variant(Box::new(form)),
        _ => Form::Both {
            a: Endless,
            b: Box::new(form),
        },
    });
    // Parsed by a reader that gives up at a depth of 128.
    let payload = payload_of(&record_of(&json_with("deep", Endless)));
    assert_eq!(payload["deep"].to_string().matches('[').count(), 96);
    assert_eq!(payload["truncated"], true);
    let payload = payload_of(&record_of(&json_with("deep", forms)));
    assert_eq!(payload["truncated"], true);
}

#[test]
fn the_usual_depths_are_left_alone() {
    let deep = (0..96).fold(json!(1), |deep, n| {
        if n % 2 == 0 {
            json!([deep])
        } else {
            json!({ "in": deep })
        }
    });
    assert_eq!(through(&json!({ "deep": deep })), json!({ "deep": deep }));
    let raw = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let raw = serde_json::value::RawValue::from_string(raw).unwrap();
    assert_eq!(payload_of(&record_of(&json_with("raw", raw)))["truncated"], true);
}

#[test]
fn keys_of_every_form_are_texts_and_others_are_reported() {
    let keys = (
        BTreeMap::from([(u128::MAX, 'a')]),
        BTreeMap::from([('c', 1.5_f32)]),
        BTreeMap::from([(true, i128::MIN)]),
    );
    let text = serde_json::to_string(&json_with("keys", &keys)).unwrap();
    let mut json = Vec::new();
    record_of(&json_with("keys", keys)).write_json(&Policy::default(), &mut json);
    let inside = text.trim_matches(['{', '}']);
    assert!(String::from_utf8(json).unwrap().contains(inside), "{inside}");
    let payload = through(&json_with("keys", BTreeMap::from([([1], 2)])));
    assert_eq!(
        payload,
        json!({"encode_error": "a map's key must be a text, a number or a bool"})
    );
}

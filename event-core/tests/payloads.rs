//! What becomes of payloads that are too large, can't be serialised, or hold what nobody should see.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use event_core::log::MemoryLog;
use event_core::testing::{Capture, Events};
use event_core::{Envelope, Event, EventBus, Limits, Redactor, Span, emits};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

const SECRET: &str = "sk-ant-api03-xK3pQ9vB7mN2wE5rT8yU1iO4pA6sD9fG";

/// What a `Serialize` does that its author did not think of.
#[derive(Clone, Copy)]
enum Misdeed {
    None,
    Fails,
    Panics,
    /// After it has written a part.
    PanicsLate,
}

impl Serialize for Misdeed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_str("well"),
            Self::Fails => Err(serde::ser::Error::custom(format!("no key {SECRET}"))),
            Self::Panics => panic!("in Serialize"),
            Self::PanicsLate => serializer.collect_seq([Self::None, Self::Panics]),
        }
    }
}

#[derive(Event, Serialize)]
struct Begun {
    n: u32,
    value: Misdeed,
    #[event(scope)]
    scope: u32,
}

#[derive(Event, Serialize)]
struct Ended {
    m: u32,
    value: Misdeed,
}

#[derive(Event, Serialize)]
struct Noted<T> {
    value: T,
}

#[emits(Begun { n: 1, value: begins, scope: 7 }, |value| Ended { m: *value, value: ends })]
fn call(begins: Misdeed, ends: Misdeed) -> Result<u32, String> {
    Noted { value: 0 }.publish();
    let _ = ends;
    Ok(3)
}

fn events_of(begins: Misdeed, ends: Misdeed) -> Events {
    let capture = Capture::start();
    assert_eq!(call(begins, ends), Ok(3), "the caller notices nothing");
    capture.events()
}

#[test]
fn a_started_event_that_can_t_be_encoded_says_why() {
    for (misdeed, error) in [
        (Misdeed::Fails, "no key sk-ant-…[redacted]"),
        (Misdeed::Panics, "serialising the payload panicked"),
        (Misdeed::PanicsLate, "serialising the payload panicked"),
    ] {
        let events = events_of(misdeed, Misdeed::None);
        let [begun, noted, ended] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(begun.text("encode_error"), Some(error));
        assert_eq!((begun.payload.get("n"), noted.payload.get("scope")), (None, None));
        assert_eq!(begun.text("span_id"), ended.text("span_id"));
        assert_eq!(
            (&ended.payload["m"], &ended.payload["outcome"]),
            (&json!(3), &json!("ok"))
        );
    }
}

#[test]
fn a_finished_event_that_can_t_be_encoded_says_why_and_tells_the_rest() {
    for misdeed in [Misdeed::Fails, Misdeed::Panics, Misdeed::PanicsLate] {
        let events = events_of(Misdeed::None, misdeed);
        let [begun, noted, ended] = &events[..] else {
            panic!("{events:?}")
        };
        assert!(begun.text("encode_error").is_none() && noted.payload["scope"] == 7);
        assert!(ended.text("encode_error").is_some() && !ended.payload.contains_key("m"));
        assert_eq!(
            (&ended.payload["n"], &ended.payload["outcome"]),
            (&json!(1), &json!("ok"))
        );
        assert_eq!(ended.text("value"), Some("well"), "of the started event");
    }
}

#[test]
fn a_span_by_hand_whose_payloads_panic_harms_nobody() {
    let capture = Capture::start();
    let begun = Begun {
        n: 1,
        value: Misdeed::Panics,
        scope: 7,
    };
    Span::<Ended>::start(&begun).finish(&Ended {
        m: 2,
        value: Misdeed::Panics,
    });
    let events = capture.events();
    assert!(events.iter().all(|event| event.text("encode_error").is_some()) && events.len() == 2);
}

#[test]
fn numbers_without_a_form_in_json_are_null() {
    let capture = Capture::start();
    Noted {
        value: (f64::NAN, f32::INFINITY, [f64::NEG_INFINITY, 1.5]),
    }
    .publish();
    Noted {
        value: BTreeMap::from([("a", f32::NAN)]),
    }
    .publish();
    let values: Vec<_> = capture
        .events()
        .into_iter()
        .map(|event| event.payload["value"].clone())
        .collect();
    assert_eq!(values, [json!([null, null, [null, 1.5]]), json!({"a": null})]);
}

#[test]
fn bytes_are_numbers_and_large_ones_keep_their_digits() {
    struct Bytes;
    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&[0, 255])
        }
    }
    let log = Arc::new(MemoryLog::new("test", 0));
    let installed = EventBus::builder().build(log.clone()).install_for_thread();
    let number: serde_json::Number = serde_json::from_str("1.50").unwrap();
    Noted {
        value: (Bytes, u128::MAX, i128::MIN, number),
    }
    .publish();
    drop(installed);
    let text = String::from_utf8(log.entries()[0].to_vec()).unwrap();
    let value =
        r#""value":[[0,255],340282366920938463463374607431768211455,-170141183460469231731687303715884105728,1.5"#;
    assert!(text.contains(value), "{text}");
}

/// What a bus with these options writes of some payloads.
fn written(bus: impl FnOnce(Arc<MemoryLog>) -> EventBus, payloads: &[Value]) -> Vec<Envelope> {
    let log = Arc::new(MemoryLog::new("test", 0));
    let bus = bus(log.clone());
    for payload in payloads {
        bus.publish_value("noted", payload.clone());
    }
    assert_eq!(bus.flush(Duration::from_secs(30)), 0);
    log.entries()
        .iter()
        .map(|json| serde_json::from_slice(json).unwrap())
        .collect()
}

#[test]
fn an_event_over_the_limit_is_cut_and_says_so() {
    let payloads = [
        json!({"text": "x".repeat(300_000)}),
        json!({"text": "x".repeat(250_000)}),
    ];
    let events = written(|log| EventBus::builder().build(log), &payloads);
    assert_eq!(events[0].payload["truncated"], true);
    assert!(
        events[0].text("text").unwrap().len() > 256 * 1024 - 1_000,
        "of 256 KiB nearly all is used"
    );
    assert!(!events[1].payload.contains_key("truncated"));

    let limits = Limits {
        max_event_bytes: 10_000,
        ..Limits::default()
    };
    let events = written(|log| EventBus::with_limits(log, limits), &payloads);
    assert!(events.iter().all(|event| event.text("text").unwrap().len() < 10_000));
}

#[test]
fn secrets_are_masked_before_the_log_and_a_testing_capture() {
    #[emits(Noted { value: SECRET }, Noted<&str>)]
    fn fails() -> Result<(), String> {
        Err(format!("401 for {SECRET}"))
    }
    let capture = Capture::start();
    fails().unwrap_err();
    let events = capture.events();
    assert_eq!(events[0].text("value"), Some("sk-ant-…[redacted]"));
    assert_eq!(events[1].text("error"), Some("401 for sk-ant-…[redacted]"));
}

#[test]
fn a_mask_of_ones_own_is_applied_and_masking_can_be_switched_off() {
    let payloads = [json!({"who": "Jane Doe", "key": SECRET})];
    let own = Redactor::default().and(|text| text.contains("Jane").then(|| "[a name]".to_owned()));
    let events = written(|log| EventBus::builder().redactor(own).build(log), &payloads);
    assert_eq!(
        (events[0].text("who"), events[0].text("key")),
        (Some("[a name]"), Some("sk-ant-…[redacted]"))
    );
    let events = written(
        |log| EventBus::builder().redactor(Redactor::off()).build(log),
        &payloads,
    );
    assert_eq!(events[0].text("key"), Some(SECRET));
}

//! The options of the attribute: `crate`, `err` and `when`, in each form that a function can take.
#![deny(warnings, clippy::pedantic)]

use std::cell::Cell;

use event_core::testing::{Capture, Events};
use event_core::{Envelope, Event, emits};
use serde_json::{Value, json};

/// A crate that hands the library on under another path.
mod kit {
    pub(crate) mod watch {
        pub(crate) use event_core::*;
    }
}

#[derive(Event, serde::Serialize)]
struct Asked {
    n: u32,
}

#[derive(Event, serde::Serialize, Default)]
struct Answered {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<u32>,
}

/// No event: only fields.
#[derive(serde::Serialize)]
struct Refused<'a> {
    status: u16,
    reason: &'a str,
}

#[derive(Debug)]
struct Refusal {
    status: u16,
    reason: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused with {}", self.status)
    }
}

impl std::error::Error for Refusal {}

fn refusal() -> Refusal {
    Refusal {
        status: 429,
        reason: "too many".to_owned(),
    }
}

type Answer<T> = Result<T, Refusal>;

fn events(run: impl FnOnce()) -> Events {
    let capture = Capture::start();
    run();
    capture.events()
}

fn types(events: &[Envelope]) -> Vec<&str> {
    events.iter().map(|event| event.event_type.as_str()).collect()
}

fn picked(event: &Envelope, keys: &[&str]) -> Value {
    keys.iter()
        .map(|key| event.payload.get(*key).cloned().unwrap_or_default())
        .collect()
}

#[emits(Asked { n }, |out| Answered { value: Some(*out) }, err = |e| Refused { status: e.status, reason: &e.reason })]
fn ask(n: u32) -> Answer<u32> {
    if n == 0 {
        return Err(refusal());
    }
    Ok(n)
}

#[emits(Asked { n }, Answered, err = |Refusal { status, .. }| Refused { status: *status, reason: "" })]
async fn ask_later(n: u32) -> Answer<u32> {
    tokio::task::yield_now().await;
    if n == 0 { Err(refusal()) } else { Ok(n) }
}

#[test]
fn an_error_adds_its_fields_to_the_finished_event() {
    let events = events(|| drop(ask(0)));
    assert_eq!(types(&events), ["asked", "answered"]);
    assert_eq!(
        picked(&events[1], &["n", "status", "reason", "outcome", "error", "value"]),
        json!([0, 429, "too many", "error", "refused with 429", null])
    );
}

#[test]
fn a_value_is_told_as_without_err() {
    let events = events(|| drop(ask(7)));
    assert_eq!(
        picked(&events[1], &["value", "status", "outcome"]),
        json!([7, null, "ok"])
    );
}

#[tokio::test]
async fn an_async_function_tells_of_its_error_as_well() {
    let capture = Capture::start();
    drop(ask_later(0).await);
    drop(ask_later(1).await);
    let events = capture.events();
    assert_eq!(picked(&events[1], &["status", "outcome"]), json!([429, "error"]));
    assert_eq!(picked(&events[3], &["status", "outcome"]), json!([null, "ok"]));
}

#[derive(serde::Serialize)]
struct Retold {
    error: &'static str,
    error_type: &'static str,
    span_id: u8,
    n: u8,
}

#[emits(Asked { n: 1 }, Answered, err = |_| Retold { error: "retold", error_type: "quota", span_id: 0, n: 2 })]
fn retells() -> Answer<()> {
    Err(refusal())
}

#[test]
fn what_err_says_wins_except_for_identity() {
    let events = events(|| drop(retells()));
    let finished = &events[1];
    assert_eq!(
        picked(finished, &["error", "error_type", "n"]),
        json!(["retold", "quota", 2])
    );
    assert_eq!(finished.payload["span_id"], events[0].payload["span_id"]);
}

#[emits(Asked { n: 1 }, Answered, err = |_| Refused { status: 0, reason: panicking() })]
fn panics_in_err() -> Answer<()> {
    Err(refusal())
}

fn panicking() -> &'static str {
    panic!("in err")
}

#[test]
fn a_panic_in_err_is_a_panic_of_the_call() {
    let events = events(|| assert!(std::panic::catch_unwind(panics_in_err).is_err()));
    assert_eq!(types(&events), ["asked", "answered"]);
    assert_eq!(events[1].payload["outcome"], "panicked");
}

#[emits(_, Answered, err = |e| Refused { status: e.status, reason: "" })]
fn silent() -> Answer<()> {
    Err(refusal())
}

#[test]
fn a_finished_event_alone_has_the_fields_as_well() {
    let events = events(|| drop(silent()));
    assert_eq!(types(&events), ["answered"]);
    assert_eq!(events[0].payload["status"], 429);
}

#[emits(Asked { n }, Answered, when = n > 2 || (Odd { n }).is_odd())]
fn sometimes(n: u32) -> u32 {
    nested(n);
    n
}

struct Odd {
    n: u32,
}

impl Odd {
    fn is_odd(&self) -> bool {
        self.n % 2 == 1
    }
}

#[emits(Asked { n: n * 10 }, Answered)]
fn nested(n: u32) {
    let _ = n;
}

#[test]
fn a_call_that_is_not_wanted_publishes_nothing_and_what_it_calls_attaches_around_it() {
    #[emits(Asked { n: 100 }, Answered)]
    fn around() {
        sometimes(2);
    }
    let events = events(around);
    let asked: Vec<_> = events.iter().filter(|event| event.event_type == "asked").collect();
    assert_eq!(asked.len(), 2, "{events:?}");
    assert_eq!(
        picked(asked[1], &["n", "parent_id"]),
        json!([20, asked[0].payload["span_id"]])
    );
}

#[test]
fn a_call_that_is_wanted_publishes_as_without_when() {
    let events = events(|| assert_eq!((sometimes(3), sometimes(1)), (3, 1)));
    assert_eq!(types(&events), ["asked", "asked", "answered", "answered"].repeat(2));
}

thread_local! {
    static EVALUATED: Cell<u32> = const { Cell::new(0) };
}

fn counted(n: u32) -> u32 {
    EVALUATED.set(EVALUATED.get() + 1);
    n
}

#[emits(Asked { n: counted(n) }, |_| Answered { value: Some(counted(1)) }, when = counted(n) > 0)]
fn counts(n: u32) {}

#[test]
fn when_comes_first_and_alone_if_it_says_no() {
    EVALUATED.set(0);
    counts(1);
    assert_eq!(EVALUATED.get(), 0, "there is no bus");
    drop(events(|| counts(0)));
    assert_eq!(EVALUATED.get(), 1);
    drop(events(|| counts(1)));
    assert_eq!(EVALUATED.get(), 4);
}

#[emits(Asked { n }, when = n > 2)]
fn point(n: u32) {}

#[emits(_, Answered, when = n > 2)]
fn only_finished(n: u32) {}

#[emits(Asked { n }, Answered, when = n > 2)]
#[track_caller]
fn guarded(n: u32) {}

#[emits(Asked { n: 0 }, Answered, when = n.len() > 2)]
async fn later(n: String) -> usize {
    tokio::task::yield_now().await;
    n.len()
}

#[test]
fn every_form_of_a_function_heeds_when() {
    assert!(events(|| (point(1), only_finished(1), guarded(1)).0).is_empty());
    assert_eq!(types(&events(|| point(3))), ["asked"]);
    assert_eq!(types(&events(|| only_finished(3))), ["answered"]);
    assert_eq!(types(&events(|| guarded(3))), ["asked", "answered"]);
}

#[tokio::test]
async fn an_async_function_heeds_when() {
    let capture = Capture::start();
    assert_eq!(later("no".to_owned()).await, 2);
    assert!(capture.events().is_empty());
    assert_eq!(later("yes".to_owned()).await, 3);
    assert_eq!(types(&capture.events()), ["asked", "answered"]);
}

mod renamed {
    use super::kit;

    #[derive(kit::watch::Event, serde::Serialize)]
    #[event(crate = crate::kit::watch)]
    pub(super) struct Through<T> {
        pub(super) value: T,
    }

    #[kit::watch::emits(Through::<u8> { value: 1 }, |out| Through::<u8> { value: *out }, crate = crate::kit::watch)]
    pub(super) fn sync() -> u8 {
        2
    }

    #[kit::watch::emits(
        Through::<u8> { value: 3 },
        Through<u8>,
        crate = crate::kit::watch,
        err = |e| super::Refused { status: e.status, reason: "" },
    )]
    pub(super) async fn asynchronous() -> super::Answer<()> {
        tokio::task::yield_now().await;
        Err(super::refusal())
    }

    #[kit::watch::emits(Through::<u8> { value: 4 }, crate = crate::kit::watch)]
    pub(super) fn point() {}
}

#[tokio::test]
async fn another_path_to_the_library_is_taken_everywhere() {
    let capture = Capture::start();
    renamed::sync();
    drop(renamed::asynchronous().await);
    renamed::point();
    assert_eq!(types(&capture.events()), ["through"; 5]);
}

/// As a crate of macros would: its users need not depend on the library.
macro_rules! watched {
    ($name:ident, $condition:expr) => {
        #[emits(Asked { n: 1 }, Answered, crate = $crate::kit::watch, when = !$condition)]
        fn $name(quiet: bool, off: bool) {
            let _ = (quiet, off);
        }
    };
}

watched!(by_macro, is_off() || false);

fn is_off() -> bool {
    false
}

#[test]
fn a_macro_names_the_library_and_the_condition() {
    assert_eq!(types(&events(|| by_macro(true, false))), ["asked", "answered"]);
}

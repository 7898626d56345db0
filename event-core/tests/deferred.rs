//! The call of a returned future begins when that is first polled; what it is and whose child is settled before.
#![deny(warnings, clippy::pedantic)]

use std::future::Future;
use std::time::Duration;

use event_core::testing::Capture;
use event_core::{Context, Envelope, Event, RunFinished, RunStarted, emits};
use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::task::yield_now;

#[derive(Event, serde::Serialize)]
struct Asked<'a> {
    what: &'a str,
}

#[derive(Event, serde::Serialize)]
struct Answered;

#[derive(Event, serde::Serialize)]
struct Noted {
    note: &'static str,
}

#[emits(Asked { what: &what }, Answered)]
fn owned(what: String) -> impl Future<Output = usize> + Send + use<> {
    async move {
        Noted { note: "working" }.publish();
        yield_now().await;
        what.len()
    }
}

#[emits(Asked { what }, Answered)]
fn boxed(what: &str) -> BoxFuture<'_, usize> {
    Box::pin(async move {
        Noted { note: "working" }.publish();
        yield_now().await;
        what.len()
    })
}

#[tokio::test]
async fn start_is_evaluated_at_the_call_and_published_at_the_first_poll() {
    let capture = Capture::start();
    let call = {
        let short_lived = String::from("gone");
        owned(short_lived)
    };
    Noted { note: "between" }.publish();
    tokio::time::sleep(Duration::from_millis(20)).await;
    call.await;
    let events = capture.events();
    let types: Vec<_> = events.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(types, ["noted", "asked", "noted", "answered"]);
    assert!(events[1].ts > events[0].ts);
    assert_eq!(events[1].text("what"), Some("gone"));
}

#[emits(RunStarted { name: "around", ..Default::default() }, RunFinished)]
fn around<T>(body: impl FnOnce() -> T) -> T {
    body()
}

fn span_of<'a>(events: &'a [Envelope], event_type: &str) -> &'a Envelope {
    events.iter().find(|event| event.event_type == event_type).unwrap()
}

#[tokio::test]
async fn the_parent_is_the_span_of_the_call() {
    let capture = Capture::start();
    let call = around(|| boxed("called in there"));
    tokio::spawn(Context::default().with_bus(capture.bus().clone()).wrap(call))
        .await
        .unwrap();
    let events = capture.events();
    let (run, asked) = (span_of(&events, "run_started"), span_of(&events, "asked"));
    assert_eq!(asked.text("parent_id"), run.text("span_id"));
    assert_eq!(asked.text("run_id"), run.text("run_id"));
}

#[test]
fn called_outside_any_span_the_parent_is_the_span_of_the_first_poll() {
    let capture = Capture::start();
    let call = owned("polled in there".to_owned());
    around(|| call.now_or_never());
    let events = capture.events();
    let (run, asked) = (span_of(&events, "run_started"), span_of(&events, "asked"));
    assert_eq!(asked.text("parent_id"), run.text("span_id"));
}

#[emits(Asked { what }, Answered)]
fn hybrid(what: &str) -> impl Future<Output = ()> + use<> {
    Noted { note: "eager" }.publish();
    let len = what.len();
    async move {
        Noted { note: "lazy" }.publish();
        assert_eq!(len, 4);
    }
}

#[test]
fn what_runs_before_it_returns_belongs_to_the_caller() {
    let capture = Capture::start();
    let call = around(|| hybrid("four"));
    call.now_or_never().unwrap();
    let events = capture.events();
    let (run, asked) = (span_of(&events, "run_started"), span_of(&events, "asked"));
    let parents: Vec<_> = events
        .iter()
        .filter(|event| event.event_type == "noted")
        .map(|event| event.text("parent_id"))
        .collect();
    assert_eq!(parents, [run.text("span_id"), asked.text("span_id")]);
}

#[test]
fn whether_events_are_published_is_decided_at_the_call() {
    let early = boxed("early");
    let opaque = owned("opaque".to_owned());
    let capture = Capture::start();
    assert!(early.now_or_never().is_none());
    assert!(opaque.now_or_never().is_none());
    let types: Vec<_> = capture.events().into_iter().map(|event| event.event_type).collect();
    assert_eq!(types, ["noted", "noted"]);
    let late = owned("late".to_owned());
    let bus = capture.bus().clone();
    drop(capture);
    assert!(late.now_or_never().is_none());
    assert_eq!(bus.flush(Duration::from_secs(30)), 0);
    assert_eq!(bus.stats().published, 5);
}

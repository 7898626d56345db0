//! Every started event has exactly one finished event, on every way out of a function.

use std::time::Duration;

use event_core::testing::Capture;
use event_core::{Envelope, Event, emits};
use serde_json::json;

#[derive(Event, serde::Serialize)]
struct CallStarted<'a> {
    name: &'a str,
}

#[derive(Event, serde::Serialize, Default)]
struct CallFinished {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<u32>,
}

type Aliased<T> = std::io::Result<T>;

#[emits(CallStarted { name }, |out| CallFinished { value: Some(*out) })]
fn value(name: &str) -> u32 {
    u32::try_from(name.len()).unwrap()
}

#[emits(CallStarted { name: "?" }, |out| CallFinished { value: Some(*out) })]
fn question_mark(text: &str) -> Result<u32, std::num::ParseIntError> {
    let parsed: u32 = text.parse()?;
    Ok(parsed + 1)
}

#[emits(CallStarted { name: "early" }, |out| CallFinished { value: Some(*out) })]
fn early_return(stop: bool) -> u32 {
    if stop {
        return 1;
    }
    2
}

#[emits(CallStarted { name: "alias" }, CallFinished)]
fn aliased_error() -> Aliased<u32> {
    Err(std::io::Error::other("disk full"))
}

#[emits(CallStarted { name: "boxed" }, CallFinished)]
fn boxed(as_text: bool) -> Result<Box<dyn std::fmt::Display>, Box<dyn std::error::Error>> {
    if as_text {
        return Ok(Box::new("text"));
    }
    Err("not a text".into())
}

#[emits(CallStarted { name: "panic" }, CallFinished)]
fn panics() -> u32 {
    panic!("boom {}", std::hint::black_box(7))
}

#[emits(CallStarted { name: "never" }, CallFinished)]
fn never() -> ! {
    panic!("for ever")
}

#[emits(CallStarted { name: "tracked" }, CallFinished)]
#[track_caller]
fn tracked(fail: bool) -> u32 {
    assert!(!fail, "tracked");
    std::panic::Location::caller().line()
}

#[emits(CallStarted { name }, |out| CallFinished { value: Some(*out) })]
async fn sleeps(name: &str, fail: bool) -> Result<u32, String> {
    tokio::time::sleep(Duration::from_secs(1)).await;
    if fail { Err("woke up badly".to_owned()) } else { Ok(3) }
}

#[emits(CallStarted { name: "async panic" }, CallFinished)]
async fn panics_later() {
    tokio::time::sleep(Duration::from_millis(1)).await;
    panic!("later")
}

#[emits(_, |out| CallFinished { value: Some(*out) })]
fn only_finished() -> u32 {
    value("inside")
}

#[emits(CallStarted { name: "point" })]
fn only_started() {}

/// The finished event of the only call, after checking that it pairs with its started event.
fn finished(events: &[Envelope]) -> &Envelope {
    let [started, finished] = events else {
        panic!("expected a started and a finished event, got {events:#?}");
    };
    assert_eq!(
        (started.event_type.as_str(), finished.event_type.as_str()),
        ("call_started", "call_finished")
    );
    for key in ["span_id", "run_id", "function", "name"] {
        assert!(started.text(key).is_some(), "{key} in {started:?}");
        assert_eq!(started.text(key), finished.text(key), "{key}");
    }
    assert!(started.payload.get("outcome").is_none());
    assert!(finished.payload["duration"].as_f64().unwrap() >= 0.0);
    finished
}

fn outcome(event: &Envelope) -> (&str, Option<&str>) {
    (event.text("outcome").unwrap(), event.text("error"))
}

#[test]
fn a_value_is_ok_and_seen_by_finish() {
    let capture = Capture::start();
    value("four");
    let events = capture.events();
    let finished = finished(&events);
    assert_eq!(outcome(finished), ("ok", None));
    assert_eq!(finished.payload["value"], 4);
    assert_eq!(finished.text("function"), Some("outcomes::value"));
}

#[test]
fn ok_and_err_of_a_question_mark_are_told_apart() {
    let capture = Capture::start();
    question_mark("16").unwrap();
    assert_eq!(finished(&capture.events()).payload["value"], 17);

    let capture = Capture::start();
    question_mark("x").unwrap_err();
    let events = capture.events();
    assert_eq!(
        outcome(finished(&events)),
        ("error", Some("invalid digit found in string"))
    );
    assert_eq!(
        finished(&events).text("error_type"),
        Some("core::num::error::ParseIntError")
    );
    assert!(
        finished(&events).payload.get("value").is_none(),
        "FINISH runs on ok only"
    );
}

#[test]
fn an_early_return_is_a_return() {
    let capture = Capture::start();
    early_return(true);
    assert_eq!(finished(&capture.events()).payload["value"], 1);
}

#[test]
fn an_alias_of_result_is_a_result() {
    let capture = Capture::start();
    aliased_error().unwrap_err();
    assert_eq!(outcome(finished(&capture.events())), ("error", Some("disk full")));
}

#[test]
fn boxed_values_and_errors_pass_through() {
    let capture = Capture::start();
    assert_eq!(boxed(true).ok().unwrap().to_string(), "text");
    assert_eq!(outcome(finished(&capture.events())), ("ok", None));
    let capture = Capture::start();
    assert!(boxed(false).is_err());
    assert_eq!(outcome(finished(&capture.events())), ("error", Some("not a text")));
}

#[test]
fn a_panic_passes_through_and_is_told_with_message_and_place() {
    let capture = Capture::start();
    let payload = std::panic::catch_unwind(panics).unwrap_err();
    assert_eq!(payload.downcast_ref::<String>().unwrap(), "boom 7");
    let events = capture.events();
    let (outcome, error) = outcome(finished(&events));
    assert_eq!(outcome, "panicked");
    assert!(
        error.unwrap().starts_with("boom 7, at ") && error.unwrap().contains("outcomes.rs:"),
        "{error:?}"
    );
    assert_eq!(finished(&events).text("error_type"), Some("panic"));
}

#[test]
fn a_function_that_never_returns_can_panic() {
    let capture = Capture::start();
    assert!(std::panic::catch_unwind(|| never()).is_err());
    assert_eq!(outcome(finished(&capture.events())).0, "panicked");
}

#[test]
fn a_tracked_function_keeps_its_caller_and_tells_that_it_returned() {
    let capture = Capture::start();
    assert_eq!(tracked(false), line!());
    assert_eq!(outcome(finished(&capture.events())), ("returned", None));
    let capture = Capture::start();
    assert!(std::panic::catch_unwind(|| tracked(true)).is_err());
    assert_eq!(outcome(finished(&capture.events())).0, "panicked");
}

#[tokio::test(start_paused = true)]
async fn an_async_function_that_is_done_is_ok_or_error() {
    let capture = Capture::start();
    assert_eq!(sleeps("well", false).await, Ok(3));
    assert_eq!(finished(&capture.events()).payload["value"], 3);
    let capture = Capture::start();
    sleeps("badly", true).await.unwrap_err();
    assert_eq!(outcome(finished(&capture.events())), ("error", Some("woke up badly")));
}

#[tokio::test(start_paused = true)]
async fn a_future_that_is_never_polled_publishes_nothing() {
    let capture = Capture::start();
    drop(sleeps("unpolled", false));
    assert_eq!(capture.events(), []);
}

#[tokio::test(start_paused = true)]
async fn timeout_select_and_abort_cancel() {
    let capture = Capture::start();
    tokio::time::timeout(Duration::from_millis(10), sleeps("timeout", false))
        .await
        .unwrap_err();
    let events = capture.events();
    assert_eq!(
        outcome(finished(&events)),
        ("cancelled", Some("dropped before it was done"))
    );
    assert_eq!(finished(&events).text("error_type"), Some("cancelled"));

    let capture = Capture::start();
    tokio::select! {
        _ = sleeps("select", false) => panic!("should lose"),
        () = tokio::time::sleep(Duration::from_millis(1)) => {}
    }
    assert_eq!(outcome(finished(&capture.events())).0, "cancelled");

    let capture = Capture::start();
    let task = tokio::spawn(sleeps("abort", false));
    tokio::task::yield_now().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(outcome(finished(&capture.events())).0, "cancelled");
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_poll_is_a_panic() {
    let capture = Capture::start();
    assert!(tokio::spawn(panics_later()).await.unwrap_err().is_panic());
    let events = capture.events();
    let (outcome, error) = outcome(finished(&events));
    assert!(
        outcome == "panicked" && error.unwrap().starts_with("later, at "),
        "{outcome} {error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_future_dropped_while_the_thread_unwinds_for_another_reason_was_cancelled() {
    let capture = Capture::start();
    let unwinding = tokio::spawn(async {
        let mut call = Box::pin(sleeps("bystander", false));
        assert!(futures_poll_once(&mut call).await.is_none());
        panic!("somebody else's");
    });
    assert!(unwinding.await.unwrap_err().is_panic());
    assert_eq!(outcome(finished(&capture.events())).0, "cancelled");
}

#[test]
fn a_panic_that_is_only_carried_on_has_no_text_of_an_older_one() {
    #[emits(CallStarted { name: "carries on" }, CallFinished)]
    fn carries_on() {
        std::panic::resume_unwind(Box::new("not from here"))
    }
    let capture = Capture::start();
    std::panic::catch_unwind(|| panic!("an older one")).unwrap_err();
    std::panic::catch_unwind(carries_on).unwrap_err();
    assert_eq!(outcome(finished(&capture.events())), ("panicked", Some("panicked")));
}

#[tokio::test]
async fn a_span_that_is_dropped_after_its_future_was_done_is_cancelled_not_panicked() {
    async fn gives_up() -> Result<(), String> {
        let mut span = event_core::Span::<CallFinished>::start(&CallStarted { name: "by hand" });
        let result: Result<(), String> = span.run_async(async { Err("no".to_owned()) }).await;
        result?;
        span.finish(&CallFinished::default());
        Ok(())
    }
    let capture = Capture::start();
    gives_up().await.unwrap_err();
    assert_eq!(capture.events()[1].text("outcome"), Some("cancelled"));
}

async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|cx| {
        let poll = std::pin::Pin::new(&mut *future).poll(cx);
        std::task::Poll::Ready(match poll {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[test]
fn a_finish_without_start_has_a_span_and_is_nobodys_parent() {
    let capture = Capture::start();
    only_finished();
    let events = capture.events();
    let types: Vec<_> = events.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(types, ["call_started", "call_finished", "call_finished"]);
    assert!(events[2].text("span_id").is_some());
    assert!(events[0].text("parent_id").is_none());
}

#[test]
fn a_start_without_finish_is_a_point() {
    let capture = Capture::start();
    only_started();
    let events = capture.events();
    assert_eq!(events.len(), 1);
    assert!(events[0].text("span_id").is_none());
    assert_eq!(events[0].text("function"), Some("outcomes::only_started"));
}

#[test]
fn a_finish_that_panics_is_a_call_that_panicked() {
    #[emits(CallStarted { name: "bad finish" }, |out| CallFinished { value: Some(10 / *out) })]
    fn divides(by: u32) -> u32 {
        by
    }
    let capture = Capture::start();
    assert!(std::panic::catch_unwind(|| divides(0)).is_err());
    assert_eq!(outcome(finished(&capture.events())).0, "panicked");
}

#[test]
fn without_a_bus_start_and_finish_are_not_evaluated() {
    #[emits(CallStarted { name: unreachable_text() }, |_out| CallFinished { value: u32::try_from(unreachable_text().len()).ok() })]
    fn quiet() -> u32 {
        5
    }
    fn unreachable_text() -> &'static str {
        panic!("evaluated")
    }
    assert_eq!(quiet(), 5);
}

#[test]
fn an_event_has_four_keys_in_order() {
    let capture = Capture::start();
    capture.bus().publish_value("my_type", json!({"a": 1}));
    capture.events();
    let log = capture.bus().log();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let page = runtime
        .block_on(log.page(event_core::log::Cursor::START, event_core::log::Direction::Forward, 1))
        .unwrap();
    let event_core::log::Content::Json(json) = &page.entries[0].content else {
        panic!()
    };
    let text = std::str::from_utf8(json).unwrap();
    let places: Vec<_> = [
        "{\"id\":",
        ",\"ts\":",
        ",\"type\":\"my_type\",",
        "\"payload\":{\"a\":1,",
    ]
    .iter()
    .map(|part| text.find(part).unwrap_or_else(|| panic!("{part} in {text}")))
    .collect();
    assert!(places.is_sorted(), "{text}");
    let event: Envelope = serde_json::from_str(text).unwrap();
    assert!(event.ts.ends_with('Z') && event.ts.len() == 27, "{}", event.ts);
}

//! A span by hand keeps the rules of the attribute.
#![deny(warnings, clippy::pedantic)]

use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};

use event_core::testing::Capture;
use event_core::{Envelope, Event, Span};
use futures_util::FutureExt as _;
use tokio::task::yield_now;

#[derive(Event, serde::Serialize)]
struct Imported<'a> {
    #[event(scope)]
    file: &'a str,
}

#[derive(Event, serde::Serialize)]
struct Done<'a> {
    rows: usize,
    first: &'a str,
}

#[derive(Event, serde::Serialize)]
struct Noted {}

fn import(file: &str) -> Result<Vec<String>, std::num::ParseIntError> {
    Noted {}.publish();
    let rows: usize = file.parse()?;
    Ok(vec!["row".to_owned(); rows])
}

async fn import_later(file: &str) -> Result<Vec<String>, std::num::ParseIntError> {
    yield_now().await;
    import(file)
}

fn done(rows: &[String]) -> Done<'_> {
    Done {
        rows: rows.len(),
        first: rows.first().map_or("", String::as_str),
    }
}

/// The outcome and error of the only span, after checking that it is whole.
fn end(events: &[Envelope]) -> (&str, Option<&str>) {
    let (started, finished) = (events.first().unwrap(), events.last().unwrap());
    assert_eq!(
        (started.event_type.as_str(), finished.event_type.as_str()),
        ("imported", "done")
    );
    assert_eq!(started.text("span_id"), finished.text("span_id"));
    for event in events {
        assert_eq!(event.text("file"), started.text("file"), "inherited, or carried");
    }
    for inside in &events[1..events.len() - 1] {
        assert_eq!(inside.text("parent_id"), started.text("span_id"));
    }
    (finished.text("outcome").unwrap(), finished.text("error"))
}

fn import_all(files: &[&str]) -> Result<usize, std::num::ParseIntError> {
    let mut rows = 0;
    for file in files {
        let mut span = Span::start(&Imported { file });
        let imported = span.run(|| import(file));
        span.finish_with(&imported, |imported| done(imported));
        rows += imported?.len();
    }
    Ok(rows)
}

#[test]
fn a_loop_body_is_a_span_that_ends_by_its_result() {
    let capture = Capture::start();
    assert_eq!(import_all(&["2", "1"]), Ok(3));
    import_all(&["no number"]).unwrap_err();
    let events = capture.events();
    let ends: Vec<_> = events.chunks(3).map(end).collect();
    assert_eq!(
        ends,
        [
            ("ok", None),
            ("ok", None),
            ("error", Some("invalid digit found in string"))
        ]
    );
    assert_eq!(
        (&events[2].payload["rows"], events[2].text("first")),
        (&2.into(), Some("row"))
    );
    assert!(!events[8].payload.contains_key("rows"), "made of the value only");
    assert_eq!(events[8].text("error_type"), Some("core::num::error::ParseIntError"));
}

#[tokio::test]
async fn a_future_is_inside_whenever_it_is_polled() {
    let capture = Capture::start();
    let mut span = Span::start(&Imported { file: "2" });
    let first = span.run_async(import_later("2")).await.unwrap();
    let second = span.run_async(import_later("1")).await.unwrap();
    span.finish(&Done {
        rows: first.len() + second.len(),
        first: "",
    });
    let events = capture.events();
    assert_eq!((end(&events), events.len()), (("ok", None), 4));
    assert_eq!(events[3].payload["rows"], 3);
}

#[test]
fn what_is_between_is_not_inside() {
    let capture = Capture::start();
    let mut span = Span::start(&Imported { file: "" });
    span.run(|| ());
    Noted {}.publish();
    assert!(span.run_async(yield_now()).now_or_never().is_none());
    Noted {}.publish();
    span.finish(&Done { rows: 0, first: "" });
    let events = capture.events();
    let outside = events.iter().filter(|event| event.event_type == "noted");
    assert_eq!(outside.filter(|event| event.text("parent_id").is_none()).count(), 2);
}

#[test]
fn a_failure_without_a_result_is_told_as_well() {
    let capture = Capture::start();
    Span::<Done>::start(&Imported { file: "" }).fail(&"disk full");
    assert_eq!(end(&capture.events()), ("error", Some("disk full")));
}

#[test]
fn a_panic_inside_and_one_between_are_panics() {
    let capture = Capture::start();
    let inside = || Span::<Done>::start(&Imported { file: "" }).run(|| panic!("inside"));
    catch_unwind(inside).unwrap_err();
    let events = capture.events();
    let (outcome, error) = end(&events);
    assert!(
        outcome == "panicked" && error.unwrap().starts_with("inside, at "),
        "{error:?}"
    );

    let capture = Capture::start();
    let between = || {
        let mut span = Span::<Done>::start(&Imported { file: "" });
        span.run(|| ());
        panic!("between");
    };
    catch_unwind(between).unwrap_err();
    assert_eq!(end(&capture.events()).0, "panicked");
}

#[test]
fn a_finish_that_panics_is_a_panic() {
    let capture = Capture::start();
    let span = Span::start(&Imported { file: "" });
    let divide = |by: &usize| Done {
        rows: 1 / by,
        first: "",
    };
    let finish = || span.finish_with(&Ok::<_, String>(0), divide);
    catch_unwind(AssertUnwindSafe(finish)).unwrap_err();
    assert_eq!(end(&capture.events()).0, "panicked");
}

#[tokio::test]
async fn a_panic_in_a_poll_is_a_panic() {
    let capture = Capture::start();
    let task = tokio::spawn(async {
        let mut span = Span::<Done>::start(&Imported { file: "" });
        span.run_async(async {
            yield_now().await;
            panic!("in a poll");
        })
        .await
    });
    assert!(task.await.unwrap_err().is_panic());
    let events = capture.events();
    let (outcome, error) = end(&events);
    assert!(
        outcome == "panicked" && error.unwrap().starts_with("in a poll, at "),
        "{error:?}"
    );
}

async fn never_done() {
    let mut span = Span::<Done>::start(&Imported { file: "" });
    span.run_async(pending::<()>()).await;
}

#[test]
fn dropped_while_suspended_it_was_given_up() {
    let capture = Capture::start();
    assert!(never_done().now_or_never().is_none());
    assert_eq!(
        end(&capture.events()),
        ("cancelled", Some("dropped before it was done"))
    );
}

#[test]
fn somebody_elses_panic_that_takes_it_along_is_no_panic_of_it() {
    let capture = Capture::start();
    let unwinding = || {
        let mut bystander = Box::pin(never_done());
        assert!(bystander.as_mut().now_or_never().is_none());
        panic!("somebody else's");
    };
    catch_unwind(unwinding).unwrap_err();
    assert_eq!(end(&capture.events()).0, "cancelled");
}

#[tokio::test]
async fn a_span_goes_on_after_a_future_it_gave_up() {
    let capture = Capture::start();
    let panics_after = async {
        let mut span = Span::<Done>::start(&Imported { file: "" });
        tokio::select! {
            biased;
            () = span.run_async(pending()) => {}
            () = ready(()) => {}
        }
        panic!("after the select");
    };
    AssertUnwindSafe(panics_after).catch_unwind().await.unwrap_err();
    assert_eq!(end(&capture.events()).0, "panicked");
}

#[test]
fn ended_early_by_a_question_mark_it_is_cancelled() {
    fn leaves() -> Result<(), std::num::ParseIntError> {
        let mut span = Span::<Done>::start(&Imported { file: "" });
        let _rows = span.run(|| import("x"))?;
        Ok(())
    }
    let capture = Capture::start();
    leaves().unwrap_err();
    assert_eq!(end(&capture.events()).0, "cancelled");
}

#[test]
fn without_a_bus_nothing_is_made() {
    let span = Span::<Done>::start(&Imported { file: "" });
    span.finish_with(&Ok::<_, String>(()), |()| panic!("made"));
    Span::<Done>::start(&Imported { file: "" }).fail(&"nobody reads it");
}

//! With `--cfg emits_off` a bus is there and nothing reaches it; without, the same code publishes. Run both ways by
//! `cargo xtask test --only off`.
#![deny(warnings, clippy::pedantic)]

use std::cell::Cell;

use event_core::testing::Capture;
use event_core::{Event, Span, emits};

const IS_ON: bool = !cfg!(emits_off);

#[derive(Event, serde::Serialize)]
struct Begun {
    n: u32,
}

#[derive(Event, serde::Serialize)]
struct Done {
    n: u32,
}

thread_local! {
    static EVALUATED: Cell<u32> = const { Cell::new(0) };
}

fn counted(n: u32) -> u32 {
    EVALUATED.set(EVALUATED.get() + 1);
    n
}

#[emits(Begun { n: counted(n) }, |out| Done { n: counted(*out) }, when = counted(n) > 0, err = |e| Done { n: counted(*e) })]
fn sync(n: u32) -> Result<u32, u32> {
    if n > 1 { Err(n) } else { Ok(n) }
}

#[emits(Begun { n: counted(n) }, |out| Done { n: counted(*out) })]
async fn asynchronous(n: u32) -> u32 {
    tokio::task::yield_now().await;
    n
}

#[emits(Begun { n: counted(n) }, Done)]
#[track_caller]
fn guarded(n: u32) -> u32 {
    n
}

#[emits(Begun { n: counted(n) })]
fn point(n: u32) -> u32 {
    n
}

#[emits(_, |out| Done { n: counted(*out) })]
fn silent(n: u32) -> u32 {
    n
}

/// How many events `run` publishes, and how often it evaluates what stands in an attribute.
fn counts(run: impl FnOnce()) -> (usize, u32) {
    let capture = Capture::start();
    EVALUATED.set(0);
    run();
    (capture.events().len(), EVALUATED.get())
}

/// The same if events are on, else nothing.
fn if_on(events: usize, evaluated: u32) -> (usize, u32) {
    if IS_ON { (events, evaluated) } else { (0, 0) }
}

#[test]
fn functions_of_every_form_return_what_they_did() {
    assert_eq!(counts(|| assert_eq!(sync(1), Ok(1))), if_on(2, 3));
    assert_eq!(counts(|| assert_eq!(sync(2), Err(2))), if_on(2, 3));
    assert_eq!(counts(|| assert_eq!(guarded(1), 1)), if_on(2, 1));
    assert_eq!(counts(|| assert_eq!(point(1), 1)), if_on(1, 1));
    assert_eq!(counts(|| assert_eq!(silent(1), 1)), if_on(1, 1));
}

#[tokio::test]
async fn an_async_function_returns_what_it_did() {
    let capture = Capture::start();
    assert_eq!(asynchronous(3).await, 3);
    assert_eq!(capture.events().len(), if_on(2, 0).0);
}

#[test]
fn a_panic_passes_through() {
    #[emits(Begun { n: 1 }, Done)]
    fn panics() {
        panic!("as ever");
    }
    let run = || {
        let payload = std::panic::catch_unwind(panics).unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"as ever"));
    };
    assert_eq!(counts(run), if_on(2, 0));
}

#[test]
fn spans_and_events_by_hand_are_off_as_well() {
    let run = || {
        let mut span = Span::start(&Begun { n: 1 });
        let n = span.run(|| 2);
        Done { n }.publish();
        span.finish(&Done { n });
        drop(Span::<Done>::start(&Begun { n: 2 }));
    };
    assert_eq!(counts(run), if_on(5, 0));
}

#[test]
fn a_value_without_a_type_is_off_as_well() {
    let capture = Capture::start();
    capture.bus().publish_value("by_name", serde_json::json!({}));
    assert_eq!(capture.events().len(), if_on(1, 0).0);
}

//! The testing kit, and that its failures show what was there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::time::Duration;

use event_core::testing::{Capture, Events, capture, capture_async};
use event_core::{Context, Event, EventBus, emits};
use futures_util::{FutureExt as _, StreamExt as _};
use serde_json::json;

#[derive(Event, serde::Serialize)]
struct WorkStarted {
    n: u32,
}

#[derive(Event, serde::Serialize)]
struct WorkFinished {
    made: u32,
}

#[derive(Event, serde::Serialize)]
struct Noted<'a> {
    text: &'a str,
}

#[emits(WorkStarted { n }, |made| WorkFinished { made: *made })]
fn work(n: u32) -> Result<u32, String> {
    Noted { text: "before" }.publish();
    match n {
        0 => Err("nothing to do".to_owned()),
        1 => Ok(1),
        n => Ok(work(n - 1)? + work(1)?),
    }
}

#[emits(WorkStarted { n }, WorkFinished)]
fn nap(n: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        tokio::task::yield_now().await;
        if n > 0 {
            tokio::spawn(Context::current().wrap(nap(n - 1))).await.unwrap();
        }
    })
}

/// What an assertion says when it fails.
fn says<R>(assertion: impl FnOnce() -> R) -> String {
    let assertion = AssertUnwindSafe(|| {
        assertion();
    });
    let panic = catch_unwind(assertion).expect_err("it should have failed");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

fn without(events: &Events, index: usize) -> Events {
    let kept = events.iter().enumerate().filter(|(at, _)| *at != index);
    kept.map(|(_, event)| event.clone()).collect()
}

#[test]
fn events_are_found_by_type_and_by_field() {
    let (result, events) = capture(|| work(2));
    assert_eq!(result, Ok(2));
    assert_eq!((events.len(), events.of::<WorkStarted>().len()), (9, 3));
    assert_eq!(events.of_type("work_started").having("n", 2).only().payload["n"], 2);
    assert_eq!(events.having("text", "before"), events.of::<Noted<'_>>());
    assert!(events.having("n", "2").is_empty());
}

#[test]
fn two_captures_at_once_see_their_own_events_only() {
    let lengths = std::thread::scope(|scope| {
        let threads: Vec<_> = (1..5)
            .map(|n| scope.spawn(move || capture(|| (0..n).for_each(|_| drop(work(1)))).1))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap().len())
            .collect::<Vec<_>>()
    });
    assert_eq!(lengths, [3, 6, 9, 12]);
}

#[test]
fn a_capture_inside_a_call_is_a_run_of_its_own() {
    let (((), inner), outer) = capture(|| {
        let _ = work(1);
        capture(|| drop(work(1)))
    });
    inner.span("work_started").assert_root();
    assert_eq!((inner.len(), outer.len()), (3, 3));
}

#[test]
fn a_capture_wins_over_the_bus_of_the_context_around() {
    let bus = EventBus::memory();
    let (_, events) = Context::current().with_bus(bus.clone()).run(|| capture(|| work(1)));
    assert_eq!((events.len(), bus.stats().published), (3, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_future_is_captured_on_whatever_thread_it_runs() {
    let captures = (0..20).map(|n| tokio::spawn(async move { capture_async(|| nap(n % 5)).await.1 }));
    for (capture, n) in captures.collect::<Vec<_>>().into_iter().zip(0..) {
        let events = capture.await.unwrap();
        events.assert_paired();
        assert_eq!(events.len(), 2 * (n % 5 + 1), "{events}");
    }
}

#[test]
fn the_tree_shows_calls_inside_of_calls() {
    let capture = Capture::start();
    let clock = capture.pause_clock();
    let _ = work(2);
    clock.advance(Duration::from_secs(1));
    let _ = work(0);
    assert_eq!(
        capture.events().tree(),
        "\
work_started → work_finished ok 0ns  made=2 n=2
├─ noted  n=2 text=\"before\"
├─ work_started → work_finished ok 0ns  made=1 n=1
│  └─ noted  n=1 text=\"before\"
└─ work_started → work_finished ok 0ns  made=1 n=1
   └─ noted  n=1 text=\"before\"
work_started → work_finished error 0ns  error=\"nothing to do\" error_type=\"alloc::string::String\" n=0
└─ noted  n=0 text=\"before\"
"
        .replace("noted  n=2 ", "noted  ")
        .replace("noted  n=1 ", "noted  ")
        .replace("noted  n=0 ", "noted  ")
    );
}

#[test]
fn an_unpaired_call_is_reported_with_what_was_there() {
    let (_, events) = capture(|| work(1));
    events.assert_paired();
    let open = without(&events, 2);
    let said = says(|| open.assert_paired());
    assert_eq!(
        said,
        "work_started has not ended; in:\nwork_started → not finished  n=1\n└─ noted  text=\"before\"\n"
    );
    let twice: Events = events.iter().chain(&events[2..]).cloned().collect();
    assert!(says(|| twice.assert_paired()).starts_with("work_started has 3 events"));
    let turned: Events = events.iter().rev().cloned().collect();
    assert!(says(|| turned.assert_paired()).starts_with("work_finished ended before it began"));
    let orphan = without(&without(&events, 2), 0);
    assert!(says(|| orphan.assert_paired()).starts_with("noted is inside of a call that is not there"));
}

#[test]
fn outcomes_and_parents_are_asserted_with_what_was_there() {
    let (_, events) = capture(|| work(2));
    let spans = events.spans();
    let [outer, first, second, ..] = spans.as_slice() else {
        panic!("{events}")
    };
    outer.assert_root().assert_outcome("ok");
    first.assert_inside(outer);
    assert!(says(|| second.assert_inside(first)).starts_with("work_started is not right inside of work_started"));
    assert!(says(|| first.assert_root()).starts_with("work_started ran in another call"));
    assert!(says(|| first.assert_outcome("error")).starts_with("work_started ended ok, expected error"));
    assert!(says(|| events.span("work_started")).starts_with("expected one call with a work_started, got 3"));
    assert!(says(|| events.span("other")).contains("got 0, in:\nwork_started → "));
    assert!(says(|| events.of::<Noted<'_>>().only().clone()).starts_with("expected one event, got 3"));
}

#[test]
fn a_paused_clock_gives_exact_times_to_its_capture_only() {
    #[emits(WorkStarted { n: 1 }, WorkFinished)]
    fn slow(pass: &dyn Fn()) {
        pass();
    }
    let capture = Capture::start();
    let clock = capture.pause_clock();
    slow(&|| clock.advance(Duration::from_millis(1_500)));
    std::thread::scope(|scope| {
        let context = Context::current().with_bus(capture.bus().clone());
        let clock = clock.clone();
        scope.spawn(move || context.run(|| slow(&|| clock.advance(Duration::from_nanos(1)))));
    });
    let ((), other) = event_core::testing::capture(|| slow(&|| clock.advance(Duration::from_secs(3_600))));
    let events = capture.events();
    let durations: Vec<_> = events.spans().iter().map(|span| span.duration().unwrap()).collect();
    assert_eq!(durations, [Duration::from_millis(1_500), Duration::from_nanos(1)]);
    assert!(other.span("work_started").duration().unwrap() < Duration::from_secs(3_600));
    let (first, last) = (&events[1].ts, &events[2].ts);
    assert_eq!(first, last, "no time passes by itself");
}

#[test]
fn a_paused_clock_is_also_that_of_a_stream_s_first_item() {
    #[emits(WorkStarted { n: 1 }, WorkFinished)]
    fn answer(pass: impl Fn() + Send + 'static) -> impl futures_util::Stream<Item = u32> {
        futures_util::stream::iter(0..3).inspect(move |_| pass())
    }
    let capture = Capture::start();
    let clock = capture.pause_clock();
    let tick = clock.clone();
    let items = answer(move || tick.advance(Duration::from_millis(250))).collect::<Vec<_>>();
    assert_eq!(items.now_or_never().unwrap().len(), 3);
    let events = capture.events();
    let span = events.span("work_started");
    assert_eq!(span.duration(), Some(Duration::from_millis(750)));
    assert_eq!(span.finished().unwrap().payload["time_to_first"], 0.25);
}

#[test]
fn what_is_no_call_is_told_by_its_type_alone() {
    let ((), events) = capture(|| {
        let bus = EventBus::current().unwrap();
        bus.publish_value("plain", json!("x".repeat(100)));
    });
    let shown = format!("plain  value=\"{}…\n", "x".repeat(59));
    assert_eq!(events.to_string(), shown);
    assert!(events.spans().is_empty());
}

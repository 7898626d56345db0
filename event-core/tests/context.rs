//! Parents, runs and scope fields, on threads, in tasks, across processes, and under concurrency.

use event_core::testing::Capture;
use event_core::{Context, Envelope, Event, Span, emits};
use serde::Serialize;

#[derive(Event, Serialize)]
struct OuterStarted<'a> {
    #[event(scope)]
    node: &'a str,
    private: u32,
}
#[derive(Event, Serialize)]
struct OuterFinished;
#[derive(Event, Serialize)]
struct InnerStarted {
    n: u32,
}
#[derive(Event, Serialize)]
struct InnerFinished;
#[derive(Event, Serialize)]
struct Noted {
    n: u32,
}
#[derive(Event, Serialize)]
struct OverridingNoted<'a> {
    node: &'a str,
}

#[emits(InnerStarted { n }, InnerFinished)]
fn inner(n: u32) {
    Noted { n }.publish();
}

#[emits(InnerStarted { n }, InnerFinished)]
async fn inner_async(n: u32) {
    tokio::task::yield_now().await;
    Noted { n }.publish();
    tokio::task::yield_now().await;
}

#[emits(OuterStarted { node, private: 1 }, OuterFinished)]
fn outer(node: &str) {
    inner(1);
    OverridingNoted { node: "own" }.publish();
}

#[emits(OuterStarted { node, private: 1 }, OuterFinished)]
async fn outer_async(node: &str, tasks: u32) {
    tokio::join!(inner_async(0), inner_async(1));
    let mut spawned = tokio::task::JoinSet::new();
    for n in 2..tasks {
        spawned.spawn(Context::current().wrap(inner_async(n)));
    }
    while spawned.join_next().await.is_some() {}
    let context = Context::current();
    tokio::task::spawn_blocking(move || context.run(|| inner(100)))
        .await
        .unwrap();
    let context = Context::current();
    std::thread::scope(|scope| scope.spawn(|| context.run(|| inner(101))).join().unwrap());
}

fn find<'a>(events: &'a [Envelope], event_type: &str) -> &'a Envelope {
    events
        .iter()
        .find(|event| event.event_type == event_type)
        .unwrap_or_else(|| panic!("{event_type} in {events:#?}"))
}

#[test]
fn a_call_inside_a_call_has_it_as_parent_and_inherits_its_scope() {
    let capture = Capture::start();
    outer("n1");
    let events = capture.events();
    let (started, inner) = (find(&events, "outer_started"), find(&events, "inner_started"));
    assert_eq!(inner.text("parent_id"), started.text("span_id"));
    assert_eq!(inner.text("run_id"), started.text("run_id"));
    assert_eq!(inner.text("node"), Some("n1"));
    assert!(
        inner.payload.get("private").is_none(),
        "only scope fields are inherited"
    );

    let noted = find(&events, "noted");
    assert_eq!(noted.text("parent_id"), inner.text("span_id"));
    assert_eq!(
        (noted.text("span_id"), noted.text("node")),
        (None, Some("n1")),
        "a point has no span of its own"
    );
    assert_eq!(find(&events, "overriding_noted").text("node"), Some("own"));
    assert!(started.text("parent_id").is_none());
}

#[test]
fn a_finished_event_tells_the_whole_call() {
    let capture = Capture::start();
    outer("n1");
    let events = capture.events();
    let finished = find(&events, "outer_finished");
    assert_eq!(
        (finished.text("node"), finished.payload["private"].as_u64()),
        (Some("n1"), Some(1))
    );
    assert_eq!(
        find(&events, "inner_finished").text("node"),
        Some("n1"),
        "inherited fields included"
    );
}

#[test]
fn after_a_call_the_context_is_what_it_was() {
    let capture = Capture::start();
    outer("n1");
    std::panic::catch_unwind(|| {
        let mut span = Span::<InnerFinished>::start(&InnerStarted { n: 0 });
        span.run(|| panic!("out of it"));
    })
    .unwrap_err();
    Noted { n: 7 }.publish();
    let events = capture.events();
    let last = events.last().unwrap();
    assert_eq!((last.payload["n"].as_u64(), last.text("parent_id")), (Some(7), None));
    assert_eq!(find(&events[6..], "inner_finished").text("outcome"), Some("panicked"));
}

#[test]
fn outside_any_span_events_belong_to_the_run_of_the_process() {
    let capture = Capture::start();
    Noted { n: 1 }.publish();
    Noted { n: 2 }.publish();
    outer("n1");
    outer("n2");
    let events = capture.events();
    let run = |event: &Envelope| event.text("run_id").unwrap().to_owned();
    assert_eq!(run(&events[0]), run(&events[1]));
    let mut runs: Vec<_> = events.iter().map(run).collect();
    runs.dedup();
    assert_eq!(runs.len(), 3, "each root span opens a run");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_runs_with_tasks_threads_and_joins_do_not_mix() {
    let capture = Capture::start();
    let mut runs = tokio::task::JoinSet::new();
    let here = Context::current().with_bus(capture.bus().clone());
    for run in 0..8 {
        runs.spawn(
            here.clone()
                .wrap(async move { outer_async(&format!("node {run}"), 6).await }),
        );
    }
    while let Some(run) = runs.join_next().await {
        run.unwrap();
    }
    let events = capture.events();
    // Per run: 2 of its own, 2 joined and 4 spawned tasks, a blocking one and a thread with 3 each.
    assert_eq!(events.len(), 8 * (2 + 3 * (2 + 4 + 1 + 1)));
    for started in events.iter().filter(|event| event.event_type == "outer_started") {
        let of_run: Vec<_> = events
            .iter()
            .filter(|event| event.text("run_id") == started.text("run_id"))
            .collect();
        assert_eq!(of_run.len(), 2 + 3 * 8);
        for event in of_run {
            assert_eq!(event.text("node"), started.text("node"));
            match event.event_type.as_str() {
                "inner_started" | "inner_finished" => assert_eq!(event.text("parent_id"), started.text("span_id")),
                "noted" => {
                    let mut parents = events.iter().filter(|event| event.event_type == "inner_started");
                    let parent = parents
                        .find(|parent| parent.text("span_id") == event.text("parent_id"))
                        .unwrap();
                    assert_eq!(
                        parent.payload["n"], event.payload["n"],
                        "the right one of the concurrent parents"
                    );
                }
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn a_task_without_its_context_starts_a_run_of_its_own() {
    let capture = Capture::start();
    let mut span = Span::<OuterFinished>::start(&OuterStarted { node: "a", private: 0 });
    span.run_async(async { tokio::spawn(inner_async(5)).await.unwrap() })
        .await;
    span.finish(&OuterFinished);
    let events = capture.events();
    assert!(find(&events, "inner_started").text("parent_id").is_none());
    assert_ne!(
        find(&events, "inner_started").text("run_id"),
        find(&events, "outer_started").text("run_id")
    );
}

#[test]
fn a_traceparent_joins_two_processes_in_one_run() {
    let capture = Capture::start();
    let mut caller = Span::<OuterFinished>::start(&OuterStarted {
        node: "client",
        private: 0,
    });
    let header = caller.run(|| Context::current().traceparent()).unwrap();
    assert_eq!(caller.context().traceparent().as_ref(), Some(&header));

    Context::from_traceparent(&header).unwrap().run(|| outer("server"));

    caller.finish(&OuterFinished);
    let events = capture.events();
    let (client, server) = (&events[0], &events[1]);
    assert_eq!(server.text("parent_id"), client.text("span_id"));
    assert_eq!(server.text("run_id"), client.text("run_id"));
    assert_eq!(
        header,
        format!(
            "00-{}-{}-01",
            client.text("run_id").unwrap(),
            client.text("span_id").unwrap()
        )
    );
    assert_eq!(
        server.text("node"),
        Some("server"),
        "scope does not travel, the new span sets its own"
    );
}

#[test]
fn a_span_by_hand_ends_as_it_is_told() {
    let capture = Capture::start();
    Span::<OuterFinished>::start(&OuterStarted {
        node: "done",
        private: 0,
    })
    .finish(&OuterFinished);
    Span::<OuterFinished>::start(&OuterStarted {
        node: "failed",
        private: 0,
    })
    .fail(&"no luck");
    drop(Span::<OuterFinished>::start(&OuterStarted {
        node: "forgotten",
        private: 0,
    }));
    let outcomes: Vec<_> = capture
        .events()
        .iter()
        .filter_map(|event| Some((event.text("node")?.to_owned(), event.text("outcome")?.to_owned())))
        .collect();
    let told = [("done", "ok"), ("failed", "error"), ("forgotten", "cancelled")];
    assert_eq!(
        outcomes,
        told.map(|(node, outcome)| (node.to_owned(), outcome.to_owned()))
    );
}

/// Its destructor publishes.
struct Leaver(u32);

impl Drop for Leaver {
    fn drop(&mut self) {
        Noted { n: self.0 }.publish();
    }
}

#[tokio::test]
async fn what_is_dropped_with_a_cancelled_future_still_belongs_to_its_span() {
    #[emits(InnerStarted { n: 1 }, InnerFinished)]
    async fn holds(_leaver: Leaver) {
        std::future::pending::<()>().await;
    }
    let capture = Capture::start();
    let nothing = tokio::time::timeout(std::time::Duration::ZERO, holds(Leaver(9))).await;
    assert!(nothing.is_err());
    let events = capture.events();
    let types: Vec<_> = events.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(types, ["inner_started", "noted", "inner_finished"]);
    assert_eq!(events[1].text("parent_id"), events[0].text("span_id"));
}

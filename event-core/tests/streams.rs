//! A function that returns a stream is followed by what comes out of it.
#![deny(warnings, clippy::pedantic)]

use std::pin::{Pin, pin};
use std::time::Duration;

use event_core::testing::Capture;
use event_core::{Envelope, Event, Streamed, emits};
use futures_core::Stream;
use futures_util::stream::{self, BoxStream, LocalBoxStream, StreamExt as _};

#[derive(Event, serde::Serialize)]
struct Asked<'a> {
    question: &'a str,
}

#[derive(Event, serde::Serialize, Default)]
struct Answered {
    #[serde(skip_serializing_if = "Option::is_none")]
    chunks: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<u64>,
}

#[derive(Event, serde::Serialize)]
struct Noted {}

type Chunk = Result<String, std::fmt::Error>;

/// The words of a text; the word `bad` is an error, `panic` a panic. What it does is noted.
fn words(text: &str) -> impl Stream<Item = Chunk> + Send + Sync + '_ {
    stream::iter(text.split_whitespace()).map(|word| {
        Noted {}.publish();
        assert_ne!(word, "panic", "as asked");
        if word == "bad" {
            Err(std::fmt::Error)
        } else {
            Ok(word.to_owned())
        }
    })
}

#[emits(Asked { question }, |out| Answered { chunks: Some(out.items), items: None })]
fn opaque(question: &str) -> impl Stream<Item = Chunk> + Send + Unpin {
    words(question)
}

#[emits(Asked { question }, |out: &Streamed| Answered { chunks: Some(out.items), items: None })]
fn boxed(question: &str) -> Pin<Box<dyn Stream<Item = Chunk> + Send + '_>> {
    Box::pin(words(question))
}

#[emits(Asked { question }, |out| Answered { chunks: Some(out.items), items: None })]
fn aliased(question: &str) -> BoxStream<'_, Chunk> {
    words(question).boxed()
}

#[emits(Asked { question }, |out| Answered { chunks: Some(out.items), items: None })]
fn local(question: &str) -> LocalBoxStream<'_, Chunk> {
    let rc = std::rc::Rc::new(());
    words(question).inspect(move |_| drop(rc.clone())).boxed_local()
}

type Words<'a> = Pin<Box<dyn Stream<Item = Chunk> + Send + Sync + 'a>>;

#[emits(Asked { question }, |out| Answered { chunks: Some(out.items), items: None })]
fn mine(question: &str) -> Words<'_> {
    Box::pin(words(question))
}

/// The finished event, after checking what is around it.
fn finished(events: &[Envelope]) -> &Envelope {
    let [started, noted @ .., finished] = events else {
        panic!("expected a started and a finished event, got {events:#?}");
    };
    assert_eq!(
        (started.event_type.as_str(), finished.event_type.as_str()),
        ("asked", "answered")
    );
    assert_eq!(started.text("span_id"), finished.text("span_id"));
    assert_eq!(started.text("question"), finished.text("question"));
    for event in noted {
        assert_eq!(
            (event.event_type.as_str(), event.text("parent_id")),
            ("noted", started.text("span_id"))
        );
    }
    finished
}

/// What a finished event says: outcome, error, items, whether there was a first one.
fn told(event: &Envelope) -> (&str, Option<&str>, u64, bool) {
    let time_to_first = event.payload.get("time_to_first").map(|time| time.as_f64().unwrap());
    let duration = event.payload["duration"].as_f64().unwrap();
    assert!(
        time_to_first.is_none_or(|time| 0.0 < time && time <= duration),
        "{event:?}"
    );
    (
        event.text("outcome").unwrap(),
        event.text("error"),
        event.payload["items"].as_u64().unwrap(),
        time_to_first.is_some(),
    )
}

async fn is_followed<S>(call: impl Fn(&'static str) -> S)
where
    S: Stream<Item = Chunk> + Unpin,
{
    let capture = Capture::start();
    let words: Vec<_> = call("all is well").collect().await;
    assert_eq!(words.len(), 3);
    let events = capture.events();
    assert_eq!(told(finished(&events)), ("ok", None, 3, true));
    assert_eq!(finished(&events).payload["chunks"], 3);

    let capture = Capture::start();
    assert_eq!(call("").count().await, 0);
    assert_eq!(told(finished(&capture.events())), ("ok", None, 0, false));

    let failed = "an error occurred when formatting an argument";
    let capture = Capture::start();
    assert_eq!(call("ends bad").count().await, 2);
    let events = capture.events();
    assert_eq!(told(finished(&events)), ("error", Some(failed), 2, true));
    assert_eq!(finished(&events).text("error_type"), Some("core::fmt::Error"));
    assert!(
        !finished(&events).payload.contains_key("chunks"),
        "FINISH runs on ok only"
    );

    let capture = Capture::start();
    assert_eq!(call("a bad word in between").count().await, 5);
    assert_eq!(told(finished(&capture.events())), ("ok", None, 5, true));

    let capture = Capture::start();
    drop(call("never polled"));
    assert_eq!(capture.events(), []);

    let capture = Capture::start();
    call("given up").next().await.unwrap().unwrap();
    assert_eq!(
        told(finished(&capture.events())),
        ("cancelled", Some("dropped before it was done"), 1, true)
    );

    let capture = Capture::start();
    call("not bad at all").take(2).count().await;
    assert_eq!(told(finished(&capture.events())), ("error", Some(failed), 2, true));

    let capture = Capture::start();
    let mut panics = call("in panic");
    let caught = std::panic::AssertUnwindSafe(panics.by_ref().count());
    assert!(futures_util::FutureExt::catch_unwind(caught).await.is_err());
    drop(panics);
    let events = capture.events();
    let (outcome, error, items, _) = told(finished(&events));
    assert_eq!((outcome, items), ("panicked", 1));
    assert!(error.unwrap().contains("as asked"), "{error:?}");
}

#[tokio::test]
async fn every_form_is_followed_to_its_end() {
    is_followed(opaque).await;
    is_followed(boxed).await;
    is_followed(aliased).await;
    is_followed(local).await;
    is_followed(mine).await;
}

#[tokio::test]
async fn destructors_of_a_stream_that_is_given_up_run_inside_the_span() {
    struct Leaves;
    impl Drop for Leaves {
        fn drop(&mut self) {
            Noted {}.publish();
        }
    }
    #[emits(Asked { question: "leaves" }, Answered)]
    fn leaves() -> impl Stream<Item = u8> + Unpin {
        let leaves = Leaves;
        stream::iter([1, 2]).map(move |n| {
            let _ = &leaves;
            n
        })
    }
    let capture = Capture::start();
    leaves().next().await;
    let events = capture.events();
    assert_eq!((told(finished(&events)).0, events.len()), ("cancelled", 3));
}

#[emits(Asked { question: "counts" }, |out| Answered { chunks: None, items: Some(out.items * 100) })]
fn counts(limit: u8) -> impl Stream<Item = u8> {
    stream::iter(0..limit)
}

/// Only the declared type says what an `Ok` alone is a `Result` of.
#[emits(Asked { question: "once" }, |out| Answered { chunks: Some(out.items), items: None })]
fn once<T: Clone>(item: T) -> impl Stream<Item = Result<T, String>> {
    stream::once(async { Ok(item) })
}

#[tokio::test]
async fn the_declared_item_decides_what_the_body_leaves_open() {
    let capture = Capture::start();
    assert_eq!(once(3).collect::<Vec<_>>().await, [Ok(3)]);
    assert_eq!(told(finished(&capture.events())), ("ok", None, 1, true));
}

#[tokio::test]
async fn a_field_of_finish_wins_over_the_count() {
    let capture = Capture::start();
    assert_eq!(counts(2).collect::<Vec<_>>().await, [0, 1]);
    assert_eq!(finished(&capture.events()).payload["items"], 200);
}

#[test]
fn what_is_known_of_the_length_stays_known() {
    assert_eq!(counts(7).size_hint(), (7, Some(7)));
    assert_eq!(aliased("x").size_hint(), words("x").size_hint());
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_waits_is_suspended() {
    #[emits(Asked { question: "ticks" }, Answered)]
    fn ticks() -> BoxStream<'static, ()> {
        let tick = || tokio::time::sleep(Duration::from_secs(1));
        stream::unfold((), move |()| async move { Some((tick().await, ())) }).boxed()
    }
    let capture = Capture::start();
    let all = pin!(ticks().count());
    tokio::time::timeout(Duration::from_millis(2500), all)
        .await
        .unwrap_err();
    assert_eq!(capture.events().len(), 1, "its owner still holds it");
    let capture = Capture::start();
    tokio::time::timeout(Duration::from_millis(2500), ticks().count())
        .await
        .unwrap_err();
    let events = capture.events();
    assert_eq!(
        (events[1].text("outcome"), &events[1].payload["items"]),
        (Some("cancelled"), &2.into())
    );
}

#[tokio::test]
async fn a_stream_can_be_spawned() {
    let capture = Capture::start();
    assert_eq!(tokio::spawn(opaque("a b").count()).await.unwrap(), 2);
    assert_eq!(told(finished(&capture.events())), ("ok", None, 2, true));
}

mod another {
    pub(super) trait Stream {
        type Item;
        fn read(&self) -> Self::Item;
    }

    impl Stream for u8 {
        type Item = u8;
        fn read(&self) -> u8 {
            *self
        }
    }
}

#[emits(Asked { question: "another" }, |out| Answered { chunks: Some(u64::from(*out)), items: None })]
fn of_another_trait() -> impl another::Stream<Item = u8> {
    6_u8
}

#[emits(Asked { question: "async" }, Answered)]
async fn in_async() -> BoxStream<'static, u8> {
    stream::iter([1, 2]).boxed()
}

#[tokio::test]
async fn what_can_not_be_wrapped_is_finished_at_return() {
    let capture = Capture::start();
    assert_eq!(another::Stream::read(&of_another_trait()), 6);
    let stream = in_async().await;
    let events = capture.events();
    let ends: Vec<_> = events.iter().filter_map(|event| event.text("outcome")).collect();
    assert_eq!(
        (ends.as_slice(), events[1].payload["chunks"].as_u64()),
        (&["ok", "ok"][..], Some(6))
    );
    assert!(events.iter().all(|event| !event.payload.contains_key("items")));
    assert_eq!(stream.count().await, 2);
    assert_eq!(capture.events().len(), 4);
}

#[tokio::test]
async fn without_a_bus_it_is_the_stream_it_was() {
    assert_eq!(opaque("in panic no more").take(1).count().await, 1);
    assert_eq!(boxed("a b").count().await, 2);
}

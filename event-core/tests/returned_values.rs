//! A function that returns a future or the like that can't be wrapped is finished when it returns.
#![deny(warnings, clippy::pedantic)]

use std::future::{Future, Ready, ready};

use event_core::testing::Capture;
use event_core::{Event, emits};
use futures_util::future::{BoxFuture, FutureExt as _, LocalBoxFuture};
use tokio::task::{JoinHandle, yield_now};

#[derive(Event, serde::Serialize)]
struct Asked<'a> {
    what: &'a str,
}

#[derive(Event, serde::Serialize, Default)]
struct Answered {
    #[serde(skip_serializing_if = "Option::is_none")]
    len: Option<usize>,
}

/// Nothing says that `T` lives as long as the future.
#[emits(Asked { what: text }, Answered)]
fn parse<T: std::str::FromStr>(text: &str) -> LocalBoxFuture<'_, Option<T>> {
    Box::pin(async move { text.parse().ok() })
}

/// Passes on what it is given: a wrapper would have to prove how long `Response` and `E` live, and nothing says so.
struct Boxes<T, Response, E>(Box<dyn Fn(T) -> BoxFuture<'static, Result<Response, E>>>);

impl<T, Response, E> Boxes<T, Response, E> {
    #[emits(Asked { what: "generic" }, Answered)]
    fn call(&self, request: T) -> BoxFuture<'static, Result<Response, E>> {
        (self.0)(request)
    }
}

/// As above, for a lifetime.
#[emits(Asked { what: "begin" }, Answered)]
fn passes_on<'a>(given: BoxFuture<'static, &'a str>) -> BoxFuture<'static, &'a str> {
    given
}

#[tokio::test]
async fn a_box_that_might_outlive_what_is_in_it_is_a_value() {
    let capture = Capture::start();
    let boxes = Boxes::<u8, u8, ()>(Box::new(|n| ready(Ok(n)).boxed()));
    let (generic, passed_on) = (boxes.call(1), passes_on(ready("x").boxed()));
    let parsed = parse("7");
    assert_eq!(capture.events().len(), 6);
    assert_eq!((generic.await, passed_on.await, parsed.await), (Ok(1), "x", Some(7)));
}

#[emits(Asked { what: "spawn" }, Answered)]
fn spawns() -> JoinHandle<u8> {
    tokio::spawn(async { 7 })
}

#[emits(Asked { what: "ready" }, |out| Answered { len: Some(usize::from(out.clone().into_inner())) })]
fn is_ready() -> Ready<u8> {
    ready(3)
}

#[emits(Asked { what: "clone" }, |out| Answered { len: Some(usize::from(out.clone().into_inner())) })]
fn bounded() -> impl Future<Output = u8> + Clone + Into<Option<Ready<u8>>> {
    ready(4)
}

#[emits(Asked { what: "async" }, Answered)]
async fn in_async() -> BoxFuture<'static, u8> {
    Box::pin(async {
        yield_now().await;
        5
    })
}

mod another {
    pub(super) trait Future {
        type Output;
        fn get(self) -> Self::Output;
    }

    impl Future for u8 {
        type Output = u8;
        fn get(self) -> u8 {
            self
        }
    }
}

#[emits(Asked { what: "another" }, |out| Answered { len: Some(usize::from(*out)) })]
fn of_another_trait() -> impl another::Future<Output = u8> {
    6_u8
}

#[tokio::test]
async fn what_can_not_be_wrapped_is_finished_at_return() {
    let capture = Capture::start();
    let joined = spawns();
    let (is_ready, bounded, in_async) = (is_ready(), bounded(), in_async().await);
    let another = of_another_trait();
    let events = capture.events();
    let finished = events.iter().filter(|event| event.text("outcome") == Some("ok"));
    assert_eq!((finished.count(), events.len()), (5, 10));
    assert_eq!(
        (joined.await.unwrap(), is_ready.await, bounded.await, in_async.await),
        (7, 3, 4, 5)
    );
    assert_eq!(another::Future::get(another), 6);
    assert_eq!(capture.events().len(), 10);
}

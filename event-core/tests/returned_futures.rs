//! A function that returns a future without being `async` is followed by what becomes of its future.
#![deny(warnings, clippy::pedantic)]

use std::cell::Cell;
use std::future::{Future, pending, poll_fn, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use event_core::testing::Capture;
use event_core::{Envelope, Event, emits};
use futures_util::future::{BoxFuture, FutureExt as _, LocalBoxFuture};
use tokio::task::yield_now;

#[derive(Event, serde::Serialize)]
struct Asked<'a> {
    #[event(scope)]
    what: &'a str,
}

#[derive(Event, serde::Serialize, Default)]
struct Answered {
    #[serde(skip_serializing_if = "Option::is_none")]
    len: Option<usize>,
}

#[derive(Event, serde::Serialize)]
struct Noted {
    note: &'static str,
}

type Answer = Result<String, std::io::Error>;

async fn work(what: &str) -> Answer {
    Noted { note: "working" }.publish();
    yield_now().await;
    if what == "nothing" {
        return Err(std::io::Error::other("asked for nothing"));
    }
    assert_ne!(what, "panic", "as asked");
    Ok(what.to_uppercase())
}

// The forms: each with the same events.

#[emits(Asked { what }, |out| Answered { len: Some(out.len()) })]
fn lazy(what: &str) -> impl Future<Output = Answer> + Send + '_ {
    async move { work(what).await }
}

#[emits(Asked { what: &what }, |out| Answered { len: Some(out.len()) })]
fn captures_nothing(what: String) -> impl Future<Output = Answer> + Send + use<> {
    async move {
        let text = work(&what).await?;
        Ok(text.parse().unwrap_or_default())
    }
}

#[emits(Asked { what }, |out| Answered { len: Some(out.len()) })]
fn boxed(what: &str) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
    if what.is_empty() {
        return Box::pin(ready(Ok(String::new())));
    }
    Box::pin(async move { work(what).await })
}

#[emits(Asked { what }, |out| Answered { len: Some(out.len()) })]
fn aliased<'a>(what: &'a str) -> BoxFuture<'a, Answer> {
    work(what).boxed()
}

#[emits(Asked { what }, |out| Answered { len: Some(out.len()) })]
fn local(what: &str) -> LocalBoxFuture<'_, Answer> {
    let rc = Rc::new(what);
    async move { work(&rc).await }.boxed_local()
}

type Mine<'a> = Pin<Box<dyn Future<Output = Answer> + Send + Sync + 'a>>;

#[emits(Asked { what }, |out| Answered { len: Some(out.len()) })]
fn mine(what: &str) -> Mine<'_> {
    Box::pin(async move { work(what).await })
}

trait Ask {
    type Future<'a>
    where
        Self: 'a;

    fn associated<'a>(&'a mut self, what: &'a str) -> Self::Future<'a>;

    #[emits(Asked { what }, |out| Answered { len: Some(out.len()) })]
    fn provided(&self, what: &str) -> impl Future<Output = Answer> + Send
    where
        Self: Sync,
    {
        async move { work(what).await }
    }

    #[emits(Asked { what }, |out| Answered { len: Some(out.len()) })]
    fn generic<'a, T: AsRef<str> + Send + Sync + 'a>(&self, what: &'a str, _also: T) -> BoxFuture<'a, Answer>
    where
        Self: Sized,
    {
        Box::pin(work(what))
    }
}

struct Asker;

impl Ask for Asker {
    type Future<'a> = BoxFuture<'a, Answer>;

    #[emits(Asked { what }, |out| Answered { len: Some(out.len()) })]
    fn associated<'a>(&'a mut self, what: &'a str) -> Self::Future<'a> {
        Box::pin(async move {
            let _: &mut Self = self;
            work(what).await
        })
    }
}

/// The payloads of the events that are of the call itself, after checking that those inside belong to it.
fn call_of(events: &[Envelope]) -> (&Envelope, &Envelope) {
    let [started, noted, finished] = events else {
        panic!("expected started, noted, finished, got {events:#?}");
    };
    assert_eq!(started.event_type, "asked");
    assert_eq!(finished.event_type, "answered");
    assert_eq!(noted.text("parent_id"), started.text("span_id"));
    assert_eq!(noted.text("what"), started.text("what"), "the scope is inherited");
    for key in ["span_id", "run_id", "function", "what"] {
        assert!(started.text(key).is_some(), "{key}");
        assert_eq!(started.text(key), finished.text(key), "{key}");
    }
    (started, finished)
}

async fn ends_by_its_output<F>(call: impl Fn(&'static str) -> F)
where
    F: Future<Output = Answer>,
{
    let capture = Capture::start();
    assert_eq!(call("four").await.unwrap(), "FOUR");
    let events = capture.events();
    let (_, finished) = call_of(&events);
    assert_eq!(finished.text("outcome"), Some("ok"));
    assert_eq!(finished.payload["len"], 4);

    let capture = Capture::start();
    call("nothing").await.unwrap_err();
    let events = capture.events();
    let (_, finished) = call_of(&events);
    assert_eq!(finished.text("outcome"), Some("error"));
    assert_eq!(finished.text("error"), Some("asked for nothing"));
    assert_eq!(finished.text("error_type"), Some("std::io::error::Error"));
    assert!(!finished.payload.contains_key("len"), "FINISH runs on ok only");

    let capture = Capture::start();
    drop(call("never polled"));
    assert_eq!(capture.events(), []);

    let capture = Capture::start();
    assert!(call("dropped").now_or_never().is_none());
    let events = capture.events();
    assert_eq!(call_of(&events).1.text("outcome"), Some("cancelled"));

    let capture = Capture::start();
    let caught = std::panic::AssertUnwindSafe(call("panic")).catch_unwind().await;
    assert!(caught.is_err());
    let events = capture.events();
    let (_, finished) = call_of(&events);
    assert_eq!(finished.text("outcome"), Some("panicked"));
    assert!(finished.text("error").unwrap().contains("as asked"), "{finished:?}");
}

#[tokio::test]
async fn every_form_ends_by_its_output() {
    ends_by_its_output(lazy).await;
    ends_by_its_output(|what| captures_nothing(what.to_owned())).await;
    ends_by_its_output(boxed).await;
    ends_by_its_output(aliased).await;
    ends_by_its_output(local).await;
    ends_by_its_output(mine).await;
    ends_by_its_output(|what| async move { Asker.associated(what).await }).await;
    ends_by_its_output(|what| async move { Asker.provided(what).await }).await;
    ends_by_its_output(|what| Asker.generic(what, "")).await;
}

#[tokio::test]
async fn losing_a_select_is_a_cancellation() {
    let capture = Capture::start();
    tokio::select! {
        biased;
        _ = boxed("slow") => panic!("should lose"),
        () = ready(()) => {}
    }
    tokio::select! {
        biased;
        () = pending() => {}
        () = async { aliased("polled").now_or_never(); pending().await } => {}
        () = ready(()) => {}
    }
    let events = capture.events();
    let outcomes: Vec<_> = events.iter().filter_map(|event| event.text("outcome")).collect();
    assert_eq!(outcomes, ["cancelled", "cancelled"]);
}

#[test]
fn without_a_bus_a_boxed_future_is_handed_back_untouched() {
    thread_local! {
        static BOX: Cell<usize> = const { Cell::new(0) };
    }
    fn address(future: &BoxFuture<'static, u8>) -> usize {
        std::ptr::from_ref(&**future).cast::<u8>() as usize
    }
    #[emits(Asked { what: "" }, Answered)]
    fn remembers() -> BoxFuture<'static, u8> {
        let future: BoxFuture<'static, u8> = Box::pin(async {
            yield_now().await;
            1
        });
        BOX.set(address(&future));
        future
    }
    assert_eq!(address(&remembers()), BOX.get());
    let _capture = Capture::start();
    assert_ne!(address(&remembers()), BOX.get());
}

#[emits(Asked { what: "fib" }, |out| Answered { len: Some(*out) })]
fn fibonacci(n: usize) -> BoxFuture<'static, usize> {
    Box::pin(async move {
        if n < 2 {
            return n;
        }
        fibonacci(n - 1).await + fibonacci(n - 2).await
    })
}

#[tokio::test]
async fn a_recursion_is_a_tree_of_spans() {
    let capture = Capture::start();
    assert_eq!(fibonacci(5).await, 5);
    let events = capture.events();
    assert_eq!(events.len(), 30);
    let spans: Vec<_> = events.iter().filter_map(|event| event.text("span_id")).collect();
    let roots = events.iter().filter(|event| event.text("parent_id").is_none()).count();
    assert_eq!(roots, 2, "the outermost call, started and finished");
    let orphans = events
        .iter()
        .filter_map(|event| event.text("parent_id"))
        .filter(|parent| !spans.contains(parent));
    assert_eq!(orphans.count(), 0);
}

struct Store {
    pages: Vec<String>,
}

impl Store {
    #[emits(Asked { what: key }, |page| Answered { len: Some(page.len()) })]
    fn page<'a>(
        &'a mut self,
        key: &'a str,
    ) -> BoxFuture<'a, Result<&'a str, Box<dyn std::error::Error + Send + Sync>>> {
        Box::pin(async move {
            let index: usize = key.parse()?;
            yield_now().await;
            self.pages.push(String::from("last"));
            Ok(self.pages.get(index).ok_or("no such page")?.as_str())
        })
    }

    #[emits(Asked { what: "count" }, |out| Answered { len: Some(*out + self.pages.len()) })]
    fn count(&self) -> impl Future<Output = usize> {
        ready(self.pages.len())
    }
}

#[tokio::test]
async fn futures_borrow_from_arguments_and_outputs_from_futures() {
    let capture = Capture::start();
    let mut store = Store {
        pages: vec!["1".to_owned()],
    };
    assert_eq!(store.page("1").await.unwrap(), "last");
    assert_eq!(
        store.page("x").await.unwrap_err().to_string(),
        "invalid digit found in string"
    );
    assert_eq!(store.page("9").await.unwrap_err().to_string(), "no such page");
    assert_eq!(store.count().await, 3);
    let events = capture.events();
    let ends: Vec<_> = events
        .iter()
        .filter_map(|event| Some((event.text("outcome")?, event.text("error"), event.payload.get("len"))))
        .collect();
    assert_eq!(
        ends,
        [
            ("ok", None, Some(&4.into())),
            ("error", Some("invalid digit found in string"), None),
            ("error", Some("no such page"), None),
            ("ok", None, Some(&6.into())),
        ]
    );
}

#[test]
fn destructors_of_a_future_that_is_given_up_run_inside_the_span() {
    struct Leaves;
    impl Drop for Leaves {
        fn drop(&mut self) {
            Noted { note: "leaves" }.publish();
        }
    }
    #[emits(Asked { what: "leaves" }, Answered)]
    fn leaves() -> impl Future<Output = ()> {
        let leaves = Leaves;
        async move {
            pending::<()>().await;
            drop(leaves);
        }
    }
    let capture = Capture::start();
    assert!(leaves().now_or_never().is_none());
    assert_eq!(call_of(&capture.events()).1.text("outcome"), Some("cancelled"));
}

#[emits(_, |out| Answered { len: Some(*out) })]
fn only_finished() -> impl Future<Output = usize> {
    async {
        Noted { note: "inside" }.publish();
        2
    }
}

#[emits(Asked { what: "point" })]
fn point() -> BoxFuture<'static, ()> {
    Box::pin(async {})
}

#[tokio::test]
async fn a_finish_alone_is_silent_and_a_start_alone_a_point() {
    let capture = Capture::start();
    only_finished().await;
    drop(point());
    let events = capture.events();
    let last = &events[events.len() - 2];
    assert_eq!(
        (last.payload["len"].as_u64(), last.text("outcome")),
        (Some(2), Some("ok"))
    );
    assert_eq!(events[0].text("parent_id"), None, "nobody's parent");
    assert_eq!(events.last().unwrap().text("what"), Some("point"));
    assert_eq!(events.last().unwrap().text("outcome"), None);
}

#[emits(Asked { what: "finish" }, |out| Answered { len: Some(10 / *out) })]
fn divides(by: usize) -> impl Future<Output = usize> {
    ready(by)
}

#[tokio::test]
async fn a_finish_that_panics_is_a_call_that_panicked() {
    let capture = Capture::start();
    assert!(divides(0).catch_unwind().await.is_err());
    assert_eq!(capture.events()[1].text("outcome"), Some("panicked"));
}

#[test]
fn a_future_polled_after_its_end_does_what_it_did() {
    let capture = Capture::start();
    let mut twice = Box::pin(divides(5));
    let mut poll = || {
        poll_fn(|cx| Poll::Ready(twice.as_mut().poll(cx)))
            .now_or_never()
            .unwrap()
    };
    assert_eq!(poll(), Poll::Ready(5));
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(poll)).is_err());
    assert_eq!(capture.events().len(), 2);
}

#[test]
fn a_wrapper_has_the_auto_traits_of_its_future() {
    fn all<F: Send + Sync + Unpin + std::panic::UnwindSafe + std::panic::RefUnwindSafe + 'static>(_: F) {}
    fn unwind_safe<F: std::panic::UnwindSafe>(_: F) {}
    #[emits(Asked { what: "" }, Answered)]
    async fn waits(by: String) -> usize {
        ready(()).await;
        by.len()
    }
    all(divides(1));
    unwind_safe(waits(String::new()));
}

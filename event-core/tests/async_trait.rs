//! `#[emits]` and `#[async_trait]` on the same methods.
#![deny(warnings, clippy::pedantic)]

use async_trait::async_trait;
use event_core::testing::Capture;
use event_core::{Envelope, Event, emits};
use futures_util::FutureExt as _;
use tokio::task::yield_now;

#[derive(Event, serde::Serialize)]
struct Called<'a> {
    tool: &'a str,
    id: usize,
}

#[derive(Event, serde::Serialize)]
struct Returned {
    len: usize,
    id: usize,
}

#[derive(Event, serde::Serialize)]
struct Noted {}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[async_trait]
trait Tool: Sync {
    async fn call(&self, input: &str) -> Result<String, BoxError>;

    /// A method with a body of its own.
    #[emits(Called { tool: name, id: 0 }, |out| Returned { len: out.len(), id: 0 })]
    async fn provided(&self, name: &str) -> Vec<u8> {
        yield_now().await;
        name.as_bytes().to_vec()
    }

    async fn generic<T>(&mut self, values: Vec<T>, (a, b): (usize, usize)) -> Result<usize, BoxError>
    where
        T: ToString + Send + Sync,
        Self: Sized;

    async fn consumes(self: Box<Self>) -> usize;
}

struct Echo {
    id: usize,
}

async fn echo(input: &str) -> Result<String, BoxError> {
    Noted {}.publish();
    yield_now().await;
    assert_ne!(input, "panic", "as asked");
    input.parse::<u8>()?;
    Ok(input.repeat(2))
}

// The trait's methods are desugared when #[emits] sees them: they return boxed futures.
#[async_trait]
impl Tool for Echo {
    #[emits(Called { tool: input, id: self.id }, |out| Returned { len: out.len(), id: self.id })]
    async fn call(&self, input: &str) -> Result<String, BoxError> {
        let text = echo(input).await?;
        Ok(text)
    }

    #[emits(Called { tool: "generic", id: values.len() }, |out| Returned { len: *out, id: 0 })]
    async fn generic<T>(&mut self, values: Vec<T>, (a, b): (usize, usize)) -> Result<usize, BoxError>
    where
        T: ToString + Send + Sync,
        Self: Sized,
    {
        self.id += a + b;
        for value in values {
            self.id += self.call(&value.to_string()).await?.len();
        }
        Ok(self.id)
    }

    #[emits(Called { tool: "consumes", id: self.id }, |out| Returned { len: *out, id: 0 })]
    async fn consumes(self: Box<Self>) -> usize {
        yield_now().await;
        self.id
    }
}

fn finished(events: &[Envelope]) -> &Envelope {
    let [called, noted, returned] = events else {
        panic!("expected called, noted, returned, got {events:#?}");
    };
    assert_eq!(
        (called.event_type.as_str(), returned.event_type.as_str()),
        ("called", "returned")
    );
    assert_eq!(noted.text("parent_id"), called.text("span_id"));
    assert_eq!(called.text("span_id"), returned.text("span_id"));
    assert_eq!(called.text("tool"), returned.text("tool"));
    assert!(returned.text("function").unwrap().ends_with("::call"));
    returned
}

#[tokio::test]
async fn a_desugared_method_ends_by_the_output_of_its_future() {
    let tool: Box<dyn Tool> = Box::new(Echo { id: 3 });
    let capture = Capture::start();
    assert_eq!(tool.call("17").await.unwrap(), "1717");
    let events = capture.events();
    let returned = finished(&events);
    assert_eq!(
        (returned.text("outcome"), returned.payload["len"].as_u64()),
        (Some("ok"), Some(4))
    );

    let capture = Capture::start();
    tool.call("seventeen").await.unwrap_err();
    let events = capture.events();
    let returned = finished(&events);
    assert_eq!(returned.text("outcome"), Some("error"));
    assert_eq!(returned.text("error"), Some("invalid digit found in string"));

    let capture = Capture::start();
    assert!(tool.call("17").now_or_never().is_none());
    assert_eq!(finished(&capture.events()).text("outcome"), Some("cancelled"));

    let capture = Capture::start();
    drop(tool.call("17"));
    assert_eq!(capture.events(), []);

    let capture = Capture::start();
    assert!(
        std::panic::AssertUnwindSafe(tool.call("panic"))
            .catch_unwind()
            .await
            .is_err()
    );
    assert_eq!(finished(&capture.events()).text("outcome"), Some("panicked"));
}

#[tokio::test]
async fn provided_generic_and_consuming_methods_are_followed() {
    let capture = Capture::start();
    let mut tool = Echo { id: 1 };
    assert_eq!(tool.provided("four").await, b"four");
    assert_eq!(tool.generic(vec![1, 22], (1, 2)).await.unwrap(), 10);
    tool.generic(vec!["x"], (0, 0)).await.unwrap_err();
    assert_eq!(Box::new(tool).consumes().await, 10);
    let events = capture.events();
    let ends: Vec<_> = events
        .iter()
        .filter_map(|event| Some((event.text("tool")?, event.text("outcome")?)))
        .collect();
    assert_eq!(
        ends,
        [
            ("four", "ok"),
            ("1", "ok"),
            ("22", "ok"),
            ("generic", "ok"),
            ("x", "error"),
            ("generic", "error"),
            ("consumes", "ok"),
        ]
    );
}

#[tokio::test]
async fn a_desugared_method_can_be_spawned() {
    let capture = Capture::start();
    let task = tokio::spawn(async { Echo { id: 1 }.call("1").await });
    assert_eq!(task.await.unwrap().unwrap(), "11");
    assert_eq!(capture.events().len(), 3);
}

//! Errors in which something lives shorter than `'static`: the function compiles as without the attribute.

use event_core::testing::Capture;
use event_core::{StepFinished, StepStarted, emits};

/// An error only if all in it is `'static`: a bound that the function does not have.
struct Full<T>(T);

impl<T> std::fmt::Debug for Full<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Full")
    }
}

impl<T> std::fmt::Display for Full<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no room")
    }
}

impl<T: std::any::Any> std::error::Error for Full<T> {}

#[emits(StepStarted, StepFinished)]
fn push<T>(value: T) -> Result<(), Full<T>> {
    Err(Full(value))
}

#[emits(StepStarted, StepFinished)]
async fn push_text(value: &str) -> Result<(), Full<&str>> {
    Err(Full(value))
}

#[emits(StepStarted, StepFinished)]
fn push_later<'a>(value: &'a str) -> impl Future<Output = Result<(), Full<&'a str>>> + use<'a> {
    async move { Err(Full(value)) }
}

#[tokio::test]
async fn an_error_of_borrowed_things_is_told_by_its_text() {
    let capture = Capture::start();
    let text = String::from("text");
    assert_eq!(push(&text).unwrap_err().0, "text");
    assert_eq!(push_text(&text).await.unwrap_err().0, "text");
    assert_eq!(push_later(&text).await.unwrap_err().0, "text");
    let finished: Vec<_> = capture
        .events()
        .into_iter()
        .filter(|event| event.event_type == "step_finished")
        .collect();
    assert_eq!(finished.len(), 3);
    for event in finished {
        assert_eq!(
            (&event.payload["outcome"], &event.payload["error"]),
            (&"error".into(), &"no room".into())
        );
    }
}

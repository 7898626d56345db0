//! What is told of a stream beside its outcome.

use std::time::Duration;

use serde::{Serialize, Serializer};

/// What came out of a stream: what FINISH sees of one, and what its finished event has in the payload.
///
/// ```
/// use std::pin::Pin;
///
/// use event_core::{Event, Streamed, emits};
/// # use futures_core::Stream;
/// # use futures_util::stream;
///
/// #[derive(Event, serde::Serialize)]
/// struct AnswerStarted<'a> { question: &'a str }
/// #[derive(Event, serde::Serialize)]
/// struct AnswerFinished { chunks: u64 }
///
/// #[emits(AnswerStarted { question }, |out: &Streamed| AnswerFinished { chunks: out.items })]
/// fn answer(question: &str) -> impl Stream<Item = char> {
///     stream::iter(question.chars().rev())
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Streamed {
    /// How many items.
    pub items: u64,
    /// From the first poll to the first item; in the payload in seconds.
    #[serde(serialize_with = "seconds", skip_serializing_if = "Option::is_none")]
    pub time_to_first: Option<Duration>,
}

#[expect(clippy::ref_option, reason = "the signature is serde's")]
fn seconds<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    duration.map(|duration| duration.as_secs_f64()).serialize(serializer)
}

//! What an event is: the trait of its payload types, and the envelope as it stands in a log. Owns no behaviour
//! beyond the way from a value to the bus.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::span;

/// A type whose values are the payloads of one type of event. Derive it, together with [`serde::Serialize`]:
///
/// ```
/// use event_core::Event;
///
/// #[derive(Event, serde::Serialize)]
/// struct CacheMissed<'a> {
///     key: &'a str,
/// }
///
/// CacheMissed { key: "user:17" }.publish();
/// ```
///
/// The wire type is the name in snake case (`cache_missed`); `#[event(name = "…")]` gives another. A field marked
/// `#[event(scope)]` is inherited by everything that is published inside the span which the event starts.
/// `#[event(duration = "latency")]` on a type that finishes spans writes the duration under that key as well.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no event",
    label = "not an event",
    note = "an event is a struct with named fields and `#[derive(event_core::Event, serde::Serialize)]`"
)]
pub trait Event: Serialize {
    /// The wire type, in snake case.
    const TYPE: &'static str;
    /// The keys that events inside the span inherit.
    const SCOPE: &'static [&'static str] = &[];
    /// A second key for the duration in seconds, beside `duration`.
    const DURATION_KEY: Option<&'static str> = None;

    /// Publishes this value as a point event: one that opens no span, and belongs to the current one.
    ///
    /// It never blocks, fails or panics; with no bus installed it does nothing.
    fn publish(&self)
    where
        Self: Sized,
    {
        span::publish(self);
    }
}

/// An event as it stands in a log: exactly these four keys, in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// A UUID; the same event carries the same one, however often it is delivered.
    pub id: String,
    /// RFC 3339, UTC, six decimals.
    pub ts: String,
    /// The wire type, in snake case.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Everything else.
    pub payload: Map<String, Value>,
}

impl Envelope {
    /// The text under a key of the payload.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.payload.get(key)?.as_str()
    }
}

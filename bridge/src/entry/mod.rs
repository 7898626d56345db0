//! What an entry of the log says. Owns the line between an event, which is passed on unchanged, and anything else,
//! which is wrapped and shown; and the few facts of an event that filters and summaries look at. Nothing that is
//! read here can fail: a producer's mistake is something to show.

mod payload;
mod scan;

use std::borrow::Cow;

use event_core::log::{Content, Entry};
use serde::Deserialize;
use serde_json::value::RawValue;

pub(crate) use self::payload::Payload;

/// The largest event that is passed on; what is larger would stall every viewer for the sake of one entry.
pub(crate) const MAX_EVENT_BYTES: usize = 1024 * 1024;
/// How much of an entry that is no event is shown.
pub(crate) const MAX_RAW_BYTES: usize = 1024;

/// What filters look at.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Keys<'a> {
    pub(crate) kind: Cow<'a, str>,
    pub(crate) run: Option<Cow<'a, str>>,
    pub(crate) node: Option<Cow<'a, str>>,
    pub(crate) outcome: Option<Cow<'a, str>>,
}

/// An event, as far as the bridge looks into it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    /// The stored JSON.
    pub(crate) text: &'a str,
    pub(crate) id: Option<Cow<'a, str>>,
    pub(crate) ts: Option<Cow<'a, str>>,
    pub(crate) kind: Cow<'a, str>,
    pub(crate) payload: Payload<'a>,
}

/// An entry that is no event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    pub(crate) reason: String,
    /// The beginning of what was stored.
    pub(crate) raw: String,
    /// The length of what was stored.
    pub(crate) bytes: usize,
}

#[derive(Deserialize)]
struct Envelope<'a, P> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    ts: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    payload: Option<P>,
}

impl<'a, P> Envelope<'a, P> {
    fn event(self, text: &'a str, payload: impl FnOnce(P) -> Payload<'a>) -> Result<Event<'a>, String> {
        let read = |raw: Option<&'a RawValue>| self::text(raw.map(RawValue::get));
        Ok(Event {
            text,
            id: read(self.id),
            ts: read(self.ts),
            kind: read(self.kind).ok_or("no `type` that is a string")?,
            payload: self.payload.map(payload).unwrap_or_default(),
        })
    }
}

impl Event<'_> {
    /// How the call ended: as written, but `failed` where it returned and says by a value that it was for nothing; of
    /// what is no call, `error` if it says so.
    pub(crate) fn outcome(&self) -> Option<Cow<'_, str>> {
        let payload = &self.payload;
        match payload.outcome() {
            Some(written) if matches!(&*written, "ok" | "returned") && payload.says_failure(&self.kind) => {
                Some(Cow::Borrowed("failed"))
            }
            None if !payload.is_of_a_call() && payload.says_failure(&self.kind) => Some(Cow::Borrowed("error")),
            written => written,
        }
    }

    /// What went wrong, and the causes of it.
    pub(crate) fn errors(&self) -> Vec<Cow<'_, str>> {
        let error = text(self.payload.error(&self.kind));
        error.into_iter().chain(self.payload.error_chain()).collect()
    }

    /// See [`Payload::is_failure`].
    pub(crate) fn is_failure(&self) -> bool {
        self.payload.is_failure(&self.kind)
    }

    pub(crate) fn keys(&self) -> Keys<'_> {
        Keys {
            kind: Cow::Borrowed(&self.kind),
            run: self.payload.run(),
            node: self.payload.node(&self.kind),
            outcome: self.outcome(),
        }
    }
}

/// Anything that is a JSON object with a `type` is an event, whoever wrote it.
pub(crate) fn read(entry: &Entry) -> Result<Event<'_>, Invalid> {
    let bytes = match &entry.content {
        Content::Json(bytes) => bytes.as_ref(),
        Content::Foreign(fields) => {
            let fields = fields.join(", ");
            let reason = format!(
                "the entry has no field `json`; it has: {}",
                event_core::truncate(&fields, MAX_RAW_BYTES)
            );
            return Err(Invalid {
                reason,
                raw: String::new(),
                bytes: 0,
            });
        }
    };
    parse(bytes).map_err(|reason| {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_RAW_BYTES)]);
        Invalid {
            reason,
            raw: event_core::truncate(&start, MAX_RAW_BYTES).to_owned(),
            bytes: bytes.len(),
        }
    })
}

fn parse(bytes: &[u8]) -> Result<Event<'_>, String> {
    if bytes.len() > MAX_EVENT_BYTES {
        return Err(format!(
            "too large to be shown: {} bytes, the most is {MAX_EVENT_BYTES}",
            bytes.len()
        ));
    }
    let stored = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8: {error}"))?;
    match glance(stored) {
        Some(event) => Ok(event),
        None => judge(stored),
    }
}

/// The event that `text` is, if that can be told in one look.
pub(crate) fn glance(text: &str) -> Option<Event<'_>> {
    scan::event(text)
}

/// The event that `text` is, or what is wrong with it.
pub(crate) fn judge(text: &str) -> Result<Event<'_>, String> {
    // A derived struct would be read from an array as well.
    let is_object = text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('{');
    if !is_object {
        let json = serde_json::from_str::<&RawValue>(text);
        return Err(json.map_or_else(
            |error| format!("not JSON: {error}"),
            |_| "JSON, but not an object".to_owned(),
        ));
    }
    // Nearly always its payload is an object, and one look is enough.
    if let Ok(envelope) = serde_json::from_str::<Envelope<'_, Payload<'_>>>(text) {
        return envelope.event(text, |payload| payload);
    }
    let envelope: Envelope<'_, &RawValue> = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
    envelope.event(text, |payload| serde_json::from_str(payload.get()).unwrap_or_default())
}

/// A JSON string, borrowed where it has no escapes.
fn text(raw: Option<&str>) -> Option<Cow<'_, str>> {
    let quoted = raw?;
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_some() {
        return serde_json::from_str(quoted).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

#[cfg(test)]
mod any_bytes;
#[cfg(test)]
mod tests;

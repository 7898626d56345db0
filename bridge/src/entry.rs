//! What an entry of the log says. Owns the line between an event, which is passed on unchanged, and anything else,
//! which is wrapped and shown; and the few facts of an event that filters and summaries look at. Nothing that is
//! read here can fail: a producer's mistake is something to show.

use std::borrow::Cow;
use std::fmt;

use event_core::catalog::ALIASES;
use event_core::log::{Content, Entry};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The largest event that is passed on; what is larger would stall every viewer for the sake of one entry.
pub(crate) const MAX_EVENT_BYTES: usize = 1024 * 1024;
/// How much of an entry that is no event is shown.
pub(crate) const MAX_RAW_BYTES: usize = 1024;

/// What filters look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) kind: Box<str>,
    pub(crate) run: Option<Box<str>>,
    pub(crate) node: Option<Box<str>>,
    pub(crate) outcome: Option<Box<str>>,
}

impl Keys {
    /// What they hold in memory.
    pub(crate) fn bytes(&self) -> usize {
        let optional = [&self.run, &self.node, &self.outcome];
        let optional = optional.into_iter().flatten().map(|text| text.len());
        self.kind.len() + optional.sum::<usize>()
    }
}

/// An event, as far as the bridge looks into it.
#[derive(Debug)]
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
        Ok(Event {
            text,
            id: self::text(self.id),
            ts: self::text(self.ts),
            kind: self::text(self.kind).ok_or("no `type` that is a string")?,
            payload: self.payload.map(payload).unwrap_or_default(),
        })
    }
}

/// A payload that is an object. A derived struct alone would be read from an array as well.
struct Object<'a>(Payload<'a>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<'de>, A::Error> {
        Payload::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// The fields of a payload that the bridge knows, each of whatever JSON type its producer chose.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Payload<'a> {
    #[serde(borrow)]
    run_id: Option<&'a RawValue>,
    #[serde(borrow)]
    span_id: Option<&'a RawValue>,
    #[serde(borrow)]
    parent_id: Option<&'a RawValue>,
    #[serde(borrow)]
    node_id: Option<&'a RawValue>,
    /// The guide's other word for `node_id`.
    #[serde(borrow)]
    node: Option<&'a RawValue>,
    #[serde(borrow)]
    outcome: Option<&'a RawValue>,
    #[serde(borrow)]
    function: Option<&'a RawValue>,
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    question: Option<&'a RawValue>,
    #[serde(borrow)]
    duration: Option<&'a RawValue>,
    #[serde(borrow)]
    cost_estimate: Option<&'a RawValue>,
    #[serde(borrow)]
    token_usage: Option<&'a RawValue>,
    /// The guide's other word for `token_usage.total_tokens`.
    #[serde(borrow)]
    tokens: Option<&'a RawValue>,
    #[serde(borrow)]
    producer_id: Option<&'a RawValue>,
    #[serde(borrow)]
    success: Option<&'a RawValue>,
    /// The guide's other way to tell a tool's `success`.
    #[serde(borrow)]
    state: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    error_chain: Option<&'a RawValue>,
    /// The guide's other word for `error`.
    #[serde(borrow)]
    exception: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct TokenUsage<'a> {
    #[serde(borrow)]
    total_tokens: Option<&'a RawValue>,
}

impl<'a> Payload<'a> {
    pub(crate) fn run(&self) -> Option<Cow<'a, str>> {
        text(self.run_id)
    }

    pub(crate) fn span(&self) -> Option<Cow<'a, str>> {
        text(self.span_id)
    }

    pub(crate) fn parent(&self) -> Option<Cow<'a, str>> {
        text(self.parent_id)
    }

    pub(crate) fn outcome(&self) -> Option<Cow<'a, str>> {
        text(self.outcome)
    }

    pub(crate) fn function(&self) -> Option<Cow<'a, str>> {
        text(self.function)
    }

    pub(crate) fn name(&self) -> Option<Cow<'a, str>> {
        text(self.name)
    }

    pub(crate) fn question(&self) -> Option<Cow<'a, str>> {
        text(self.question)
    }

    /// Seconds.
    pub(crate) fn duration(&self) -> Option<f64> {
        number(self.duration)
    }

    /// US dollars.
    pub(crate) fn cost(&self) -> Option<f64> {
        number(self.cost_estimate)
    }

    /// Of a completed call of a model.
    pub(crate) fn tokens(&self) -> Option<f64> {
        let usage = self
            .token_usage
            .and_then(|usage| serde_json::from_str::<TokenUsage<'a>>(usage.get()).ok());
        number(usage.and_then(|usage| usage.total_tokens)).or_else(|| number(self.tokens))
    }

    /// The process it comes from, if it says so.
    pub(crate) fn producer(&self) -> Option<Cow<'a, str>> {
        text(self.producer_id)
    }

    /// A call that ended failed: with an outcome that says so, or by value, as tools do that return in good order and
    /// say in `success` or `error` that it was for nothing. Outside of spans the values alone are enough.
    fn is_failure(&self, kind: &str) -> bool {
        match self.outcome().as_deref() {
            Some("error" | "panicked" | "failed") => true,
            Some("ok" | "returned") => self.says_failure(kind),
            None if self.span_id.is_none() => self.says_failure(kind),
            _ => false,
        }
    }

    fn says_failure(&self, kind: &str) -> bool {
        let error = self.error(kind);
        let is_success = match self.success {
            Some(success) => success.get() != "false",
            None if kind == "tool_returned" => {
                text(self.state).is_none_or(|state| state.eq_ignore_ascii_case("success"))
            }
            None => true,
        };
        !is_success || text(error).is_some_and(|error| !error.is_empty())
    }

    fn error(&self, kind: &str) -> Option<&'a RawValue> {
        self.error
            .or(self.exception.filter(|_| is_alias(kind, "exception", "error")))
    }

    pub(crate) fn node(&self, kind: &str) -> Option<Cow<'a, str>> {
        text(self.node_id).or_else(|| text(self.node).filter(|_| is_alias(kind, "node", "node_id")))
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
            None if payload.span_id.is_none() && payload.says_failure(&self.kind) => Some(Cow::Borrowed("error")),
            written => written,
        }
    }

    /// What went wrong, and the causes of it.
    pub(crate) fn errors(&self) -> Vec<Cow<'_, str>> {
        let payload = &self.payload;
        let chain = payload
            .error_chain
            .and_then(|chain| serde_json::from_str(chain.get()).ok());
        let chain: Vec<Cow<'_, str>> = chain.unwrap_or_default();
        text(payload.error(&self.kind)).into_iter().chain(chain).collect()
    }

    /// See [`Payload::is_failure`].
    pub(crate) fn is_failure(&self) -> bool {
        self.payload.is_failure(&self.kind)
    }

    pub(crate) fn keys(&self) -> Keys {
        let boxed = |text: Option<Cow<'_, str>>| text.map(|text| text.into_owned().into_boxed_str());
        Keys {
            kind: self.kind.as_ref().into(),
            run: boxed(self.payload.run()),
            node: boxed(self.payload.node(&self.kind)),
            outcome: boxed(self.outcome()),
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
    // A derived struct would be read from an array as well.
    let is_object = stored.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('{');
    if !is_object {
        let json = serde_json::from_str::<&RawValue>(stored);
        return Err(json.map_or_else(
            |error| format!("not JSON: {error}"),
            |_| "JSON, but not an object".to_owned(),
        ));
    }
    // Nearly always its payload is an object, and one look is enough.
    if let Ok(envelope) = serde_json::from_str::<Envelope<'_, Object<'_>>>(stored) {
        return envelope.event(stored, |Object(payload)| payload);
    }
    let envelope: Envelope<'_, &RawValue> =
        serde_json::from_str(stored).map_err(|error| format!("not JSON: {error}"))?;
    envelope.event(stored, |payload| {
        let is_object = payload.get().starts_with('{');
        is_object
            .then(|| serde_json::from_str(payload.get()).ok())
            .flatten()
            .unwrap_or_default()
    })
}

/// The catalogue's table says under which other names a field may come, and in which events.
fn is_alias(kind: &str, alias: &str, canonical: &str) -> bool {
    let mut known = ALIASES
        .iter()
        .filter(|known| known.alias == alias && known.canonical == canonical);
    known.any(|known| known.types.contains(&kind))
}

/// A JSON string, borrowed where it has no escapes.
fn text(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    let quoted = raw?.get();
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        return serde_json::from_str(quoted).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

fn number(raw: Option<&RawValue>) -> Option<f64> {
    raw?.get().parse().ok()
}

#[cfg(test)]
mod any_bytes;
#[cfg(test)]
mod tests;

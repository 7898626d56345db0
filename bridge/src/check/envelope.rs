//! An event as the checker sees it. Owns the rules about its four keys, taken one by one: what else is wrong with it can
//! be told only of what can be read.

use std::fmt;

use event_core::{Timestamp, normalize};
use serde_json::{Map, Value};

use super::finding::{Finding, Findings, Place, Rule};
use crate::fields::Fields;

const KEYS: [&str; 4] = ["id", "ts", "type", "payload"];

/// An event that can be read.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) mark: Mark,
    pub(super) uuid: Option<u128>,
    /// With the names that fields have in the catalogue.
    pub(super) payload: Map<String, Value>,
}

/// What is remembered of an event.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Counted from 1.
    pub(super) order: u64,
    pub(super) place: Place,
    pub(super) id: String,
    /// In unix microseconds.
    pub(super) micros: Option<i64>,
    pub(super) kind: String,
}

impl Mark {
    pub(super) fn finding(&self, rule: Rule, what: impl Into<String>, expected: impl Into<String>) -> Finding {
        Finding {
            rule,
            event: Some(self.id.clone()),
            place: self.place,
            what: what.into(),
            expected: expected.into(),
        }
    }
}

impl fmt::Display for Mark {
    /// As other findings name it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.kind, self.id, self.place)
    }
}

impl Seen {
    /// None if what is there is no event; what is wrong with its keys is added to `out`.
    pub(super) fn read(order: u64, place: Place, json: &[u8], out: &mut Findings) -> Option<Self> {
        let mut envelope = |what: String, expected: &str| {
            out.add(Finding {
                rule: Rule::Envelope,
                event: None,
                place,
                what,
                expected: expected.to_owned(),
            });
        };
        let object = "a JSON object with the keys id, ts, type, payload";
        let fields: Fields<'_> = match serde_json::from_slice(json) {
            Ok(fields) => fields,
            Err(error) => {
                envelope(format!("no event: {error}"), object);
                return None;
            }
        };
        let id = fields.text("id");
        let Some(kind) = fields.text("type") else {
            envelope("no `type` that is a string".to_owned(), object);
            return None;
        };
        let mut mark = Mark {
            order,
            place,
            id: id.unwrap_or_default(),
            micros: None,
            kind,
        };
        let names: Vec<_> = fields.0.iter().map(|(name, _)| name.as_str()).collect();
        if names != KEYS {
            let what = format!("its keys are {}", names.join(", "));
            out.add(mark.finding(Rule::Envelope, what, "id, ts, type, payload, in this order"));
        }
        if mark.kind.is_empty() || !mark.kind.bytes().all(is_snake) {
            let what = format!("its type is {:?}", mark.kind);
            out.add(mark.finding(Rule::Envelope, what, "a name in snake case"));
        }
        let uuid = uuid(&mark.id);
        if uuid.is_none() {
            let what = format!("its id is {:?}", mark.id);
            out.add(mark.finding(Rule::Id, what, "a UUID, in lower case with hyphens"));
        }
        mark.micros = micros(&fields, &mark, out);
        let payload = fields.get("payload").map(|payload| serde_json::from_str(payload.get()));
        let mut payload = if let Some(Ok(Value::Object(payload))) = payload {
            payload
        } else {
            out.add(mark.finding(Rule::Envelope, "its payload is no object", "an object"));
            Map::new()
        };
        normalize(&mark.kind, &mut payload);
        Some(Self { mark, uuid, payload })
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.payload.get(key)?.as_str()
    }

    pub(super) fn owned(&self, key: &str) -> Option<String> {
        self.text(key).map(str::to_owned)
    }

    pub(super) fn finding(&self, rule: Rule, what: impl Into<String>, expected: impl Into<String>) -> Finding {
        self.mark.finding(rule, what, expected)
    }

    /// It closes a span.
    pub(super) fn is_finish(&self) -> bool {
        self.payload.contains_key("span_id") && self.payload.contains_key("outcome")
    }

    /// It opens a span.
    pub(super) fn is_start(&self) -> bool {
        self.payload.contains_key("span_id") && !self.payload.contains_key("outcome")
    }
}

fn micros(fields: &Fields<'_>, mark: &Mark, out: &mut Findings) -> Option<i64> {
    let text = fields.text("ts").unwrap_or_default();
    if let Ok(ts) = text.parse::<Timestamp>() {
        return i64::try_from(ts.unix_micros).ok();
    }
    let what = format!("its ts is {text:?}");
    let expected = "RFC 3339, such as 2026-11-22T13:51:28.123456Z";
    out.add(mark.finding(Rule::Timestamp, what, expected));
    None
}

fn is_snake(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')
}

fn uuid(text: &str) -> Option<u128> {
    let mut digits = String::with_capacity(32);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'-' if [8, 13, 18, 23].contains(&at) => {}
            b'0'..=b'9' | b'a'..=b'f' => digits.push(byte.into()),
            _ => return None,
        }
    }
    (text.len() == 36 && digits.len() == 32)
        .then(|| u128::from_str_radix(&digits, 16).ok())
        .flatten()
}

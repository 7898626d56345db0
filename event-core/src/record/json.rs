//! From the compact form to JSON, on the writer's thread. Owns the envelope's form, the order of keys, and which of
//! two equal keys counts. Nothing here or below recurses, whatever the depth of a value.

mod copy;
mod cut;
mod raw;
mod tokens;
mod value;

use std::collections::HashSet;
use std::io::Write as _;

use self::value::{Values, float, string};
use super::{Policy, Record};
use crate::clock::Timestamp;
use crate::ids::{self, RunId};
use crate::outcome::{Failure, Outcome};
use crate::text::truncate;

/// Keys that tell who an event belongs to: always ours.
pub(super) const IDENTITY: [&str; 4] = ["run_id", "span_id", "parent_id", "function"];
/// Keys that tell how a call ended: ours on a finished event.
const RESULT: [&str; 2] = ["outcome", "duration"];
/// Keys that tell what went wrong: ours when the call itself failed, unless its own literal for that says them. One that
/// returned well may set them, as a tool does that fails by value.
const FAILURE: [&str; 3] = ["error", "error_type", "error_chain"];
/// From so many fields on, repeated keys are looked up rather than compared.
const MANY_FIELDS: usize = 32;

/// The longest name of a type that is told: what is longer was made by accident.
const MAX_TYPE_BYTES: usize = 256;
/// Tells that something of the payload was cut.
const TRUNCATED: &str = "truncated";

pub(super) fn write(record: &Record, policy: &Policy, out: &mut Vec<u8>) {
    let start = out.len();
    let unix_micros = record.moment.unix_micros();
    // Writing to a Vec can't fail, here and below.
    let (id, ts) = (ids::event_id(unix_micros), Timestamp { unix_micros });
    let _ = write!(out, "{{\"id\":\"{id}\",\"ts\":\"{ts}\",\"type\":");
    string(out, truncate(record.event_type.name(), MAX_TYPE_BYTES));
    out.extend_from_slice(b",\"payload\":{");
    let told = out.len();
    let mut payload = Payload::new(out, policy);
    own_fields(record, &mut payload);
    let failure = record.outcome.as_ref().and_then(Outcome::failure);
    if let Some(failure) = failure {
        what_went_wrong(failure, record, &mut payload);
    }
    let is_too_deep = payload.values.is_too_deep;
    let ours = payload.values.out.len();
    ending(record, &mut payload);
    out.extend_from_slice(b"}}");
    if is_too_deep || out.len() - start > policy.max_bytes.0 {
        let room = (start + policy.max_bytes.0).saturating_sub(told + out.len() - ours);
        cut::cut(out, told..ours, room);
    }
}

/// How the call ended, and who the event belongs to.
fn ending(record: &Record, payload: &mut Payload<'_>) {
    if let Some(outcome) = &record.outcome {
        payload.ours("outcome", outcome.name());
        let seconds = record.moment.since(record.started).as_secs_f64();
        for key in record.event_type.duration_key().into_iter().chain(["duration"]) {
            payload.key(key);
            float(payload.values.out, seconds);
        }
    }
    let identity = &record.identity;
    payload.ours("run_id", &identity.run.unwrap_or_else(RunId::of_process).to_string());
    if let Some(span) = identity.span {
        payload.ours("span_id", &span.to_string());
    }
    if let Some(parent) = identity.parent {
        payload.ours("parent_id", &parent.to_string());
    }
    let (path, name) = identity.function;
    if !name.is_empty() {
        payload.ours("function", &format!("{path}::{name}"));
    }
}

/// The fields of the payload's types: each key once, the first one counts.
fn own_fields(record: &Record, payload: &mut Payload<'_>) {
    let outcome = record.outcome.as_ref();
    let duration_key = record.event_type.duration_key();
    let has_failed = outcome.is_some_and(|outcome| outcome.failure().is_some());
    let is_ours = |key: &str| {
        IDENTITY.contains(&key)
            || outcome.is_some() && (RESULT.contains(&key) || duration_key == Some(key))
            || has_failed && FAILURE.contains(&key) && !is_told(record, key)
    };
    let (mut few, mut many) = (Vec::new(), HashSet::new());
    for field in record.fields.iter() {
        let key = field.key();
        if is_ours(key) {
            continue;
        }
        let is_new = if few.len() < MANY_FIELDS {
            let is_new = !few.contains(&key);
            few.extend(is_new.then_some(key));
            is_new
        } else {
            !few.contains(&key) && many.insert(key)
        };
        if is_new {
            payload.key(key);
            payload.values.encoded(field.value);
        }
    }
}

/// Whether the call's own literal for its end has the key.
fn is_told(record: &Record, key: &str) -> bool {
    record.fields.first(record.told).any(|field| field.key() == key)
}

fn what_went_wrong(failure: &Failure, record: &Record, payload: &mut Payload<'_>) {
    let is_told = |key| is_told(record, key);
    let [error, error_type, error_chain] = FAILURE;
    if !is_told(error) {
        payload.key(error);
        payload.values.text(&failure.error);
    }
    if !is_told(error_type) {
        payload.ours(error_type, failure.error_type);
    }
    if failure.error_chain.len() > 1 && !is_told(error_chain) {
        payload.key(error_chain);
        payload.values.texts(&failure.error_chain);
    }
}

struct Payload<'a> {
    values: Values<'a>,
    is_first: bool,
}

impl<'a> Payload<'a> {
    fn new(out: &'a mut Vec<u8>, policy: &'a Policy) -> Self {
        Self {
            values: Values::new(out, &policy.redactor),
            is_first: true,
        }
    }

    fn key(&mut self, key: &str) {
        if !self.is_first {
            self.values.out.push(b',');
        }
        self.is_first = false;
        self.values.key(key, 0);
        self.values.out.push(b':');
    }

    /// A field that says nothing of the agent's, so that there is nothing to hide.
    fn ours(&mut self, key: &str, text: &str) {
        self.key(key);
        string(self.values.out, text);
    }
}

#[cfg(test)]
mod tests;

//! From the compact form to JSON, on the writer's thread. Owns the envelope's form, the order of keys, and which of
//! two equal keys counts. Nothing here recurses, whatever the depth of a value.

use std::collections::HashSet;
use std::io::Write as _;

use super::Record;
use super::encode::Tag;
use crate::clock::Timestamp;
use crate::ids::{self, RunId};
use crate::outcome::Outcome;

/// Keys that tell who an event belongs to: always ours.
pub(super) const IDENTITY: [&str; 4] = ["run_id", "span_id", "parent_id", "function"];
/// Keys that tell how a call ended: ours on a finished event.
const RESULT: [&str; 2] = ["outcome", "duration"];
/// Keys that tell what went wrong: ours when the call itself failed, unless its own literal for that says them. One that
/// returned well may set them, as a tool does that fails by value.
const FAILURE: [&str; 3] = ["error", "error_type", "error_chain"];
/// From so many fields on, repeated keys are looked up rather than compared.
const MANY_FIELDS: usize = 32;

pub(super) fn write(record: &Record, out: &mut Vec<u8>) {
    let unix_micros = record.moment.unix_micros();
    // Writing to a Vec can't fail, here and below.
    let (id, ts) = (ids::event_id(unix_micros), Timestamp { unix_micros });
    let _ = write!(out, "{{\"id\":\"{id}\",\"ts\":\"{ts}\",\"type\":");
    string(out, record.event_type.name());
    out.extend_from_slice(b",\"payload\":{");
    let mut payload = Payload { out, is_first: true };
    own_fields(record, &mut payload);
    if let Some(outcome) = &record.outcome {
        result(outcome, record, &mut payload);
    }
    let identity = &record.identity;
    payload.text("run_id", &identity.run.unwrap_or_else(RunId::of_process).to_string());
    if let Some(span) = identity.span {
        payload.text("span_id", &span.to_string());
    }
    if let Some(parent) = identity.parent {
        payload.text("parent_id", &parent.to_string());
    }
    let (path, name) = identity.function;
    if !name.is_empty() {
        payload.text("function", &format!("{path}::{name}"));
    }
    out.extend_from_slice(b"}}");
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
            value(payload.out, field.value);
        }
    }
}

/// Whether the call's own literal for its end has the key.
fn is_told(record: &Record, key: &str) -> bool {
    record.fields.first(record.told).any(|field| field.key() == key)
}

fn result(outcome: &Outcome, record: &Record, payload: &mut Payload<'_>) {
    payload.text("outcome", outcome.name());
    let seconds = record.moment.since(record.started).as_secs_f64();
    for key in record.event_type.duration_key().into_iter().chain(["duration"]) {
        payload.key(key);
        float(payload.out, seconds);
    }
    let Some(failure) = outcome.failure() else {
        return;
    };
    let is_told = |key| is_told(record, key);
    let [error, error_type, error_chain] = FAILURE;
    if !is_told(error) {
        payload.text(error, &failure.error);
    }
    if !is_told(error_type) {
        payload.text(error_type, failure.error_type);
    }
    if failure.error_chain.len() > 1 && !is_told(error_chain) {
        payload.key(error_chain);
        let _ = serde_json::to_writer(&mut *payload.out, &failure.error_chain);
    }
}

struct Payload<'a> {
    out: &'a mut Vec<u8>,
    is_first: bool,
}

impl Payload<'_> {
    fn key(&mut self, key: &str) {
        if !self.is_first {
            self.out.push(b',');
        }
        self.is_first = false;
        string(self.out, key);
        self.out.push(b':');
    }

    fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        string(self.out, text);
    }
}

fn string(out: &mut Vec<u8>, text: &str) {
    let _ = serde_json::to_writer(out, text);
}

/// Non-finite numbers have no JSON form and become null.
fn float(out: &mut Vec<u8>, number: f64) {
    let _ = serde_json::to_writer(out, &number);
}

/// What surrounds the next value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    List,
    /// The next value is a key.
    Key,
    /// The next value belongs to the key before it.
    Value,
}

/// One encoded value as JSON.
fn value(out: &mut Vec<u8>, encoded: &[u8]) {
    let mut input = Input(encoded);
    let mut stack: Vec<Around> = Vec::new();
    let mut needs_comma = false;
    while let Some(tag) = input.tag() {
        if tag == Tag::End {
            out.push(if stack.pop() == Some(Around::List) { b']' } else { b'}' });
            needs_comma = true;
            continue;
        }
        if needs_comma && stack.last() != Some(&Around::Value) {
            out.push(b',');
        }
        let around = stack.last_mut();
        let is_key = around.as_deref() == Some(&Around::Key);
        match around {
            Some(around @ Around::Key) => *around = Around::Value,
            Some(around @ Around::Value) => *around = Around::Key,
            _ => {}
        }
        needs_comma = true;
        match tag {
            Tag::List | Tag::Map => {
                let is_list = tag == Tag::List;
                stack.push(if is_list { Around::List } else { Around::Key });
                out.push(if is_list { b'[' } else { b'{' });
                needs_comma = false;
            }
            tag => scalar(out, tag, &mut input),
        }
        if is_key {
            out.push(b':');
        }
    }
}

fn scalar(out: &mut Vec<u8>, tag: Tag, input: &mut Input<'_>) {
    match tag {
        Tag::False => out.extend_from_slice(b"false"),
        Tag::True => out.extend_from_slice(b"true"),
        Tag::Unsigned => drop(serde_json::to_writer(out, &u64::from_le_bytes(input.eight()))),
        Tag::Signed => drop(serde_json::to_writer(out, &i64::from_le_bytes(input.eight()))),
        Tag::Float => float(out, f64::from_le_bytes(input.eight())),
        Tag::Text => string(out, input.text()),
        Tag::Raw => out.extend_from_slice(input.text().as_bytes()),
        Tag::Null | Tag::List | Tag::Map | Tag::End => out.extend_from_slice(b"null"),
    }
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn tag(&mut self) -> Option<Tag> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Tag::from_byte(*first)
    }

    fn eight(&mut self) -> [u8; 8] {
        let Some((bytes, rest)) = self.0.split_first_chunk() else {
            return [0; 8];
        };
        self.0 = rest;
        *bytes
    }

    fn text(&mut self) -> &'a str {
        let Some((len, rest)) = self.0.split_first_chunk() else {
            return "";
        };
        let (text, rest) = rest.split_at(rest.len().min(u32::from_le_bytes(*len) as usize));
        self.0 = rest;
        std::str::from_utf8(text).unwrap_or_default()
    }
}

//! An event as it is copied on the calling thread, and the JSON made of it on the writer's. Owns the compact form in
//! between, so that the hot path only moves bytes: no formatting, no escaping, no look at keys that can wait.

mod encode;
mod fields;
mod json;

use std::ptr;

pub(crate) use self::encode::encode;
pub(crate) use self::fields::{Fields, inherit};
use crate::clock::Moment;
use crate::event::Event;
use crate::ids::{RunId, SpanId};
use crate::outcome::Outcome;
use crate::prefetch;
use crate::redact::Redactor;

/// The module path and the name of an annotated function; both empty for none.
pub(crate) type Function = (&'static str, &'static str);

/// What is known of a type of events before there is a value of it.
#[derive(Debug)]
pub struct EventType {
    pub(crate) name: &'static str,
    pub(crate) duration_key: Option<&'static str>,
}

impl EventType {
    pub(crate) const fn of<E: Event>() -> &'static Self {
        const {
            &Self {
                name: E::TYPE,
                duration_key: E::DURATION_KEY,
            }
        }
    }
}

/// Who an event belongs to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Identity {
    /// None outside any span: then it is the process's own run.
    pub(crate) run: Option<RunId>,
    pub(crate) span: Option<SpanId>,
    pub(crate) parent: Option<SpanId>,
    pub(crate) function: Function,
}

/// The wire type of an event.
#[derive(Debug)]
pub(crate) enum TypeName {
    Known(&'static EventType),
    /// Of a value without a type of its own.
    Given(Box<str>),
}

/// What an event may hold when it leaves the process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy {
    pub(crate) redactor: Redactor,
    pub(crate) max_bytes: MaxBytes,
}

/// How large an event's JSON may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MaxBytes(usize);

impl MaxBytes {
    /// Less than 4 KiB has no room for what every event tells.
    pub(crate) fn new(bytes: usize) -> Self {
        Self(bytes.max(4 * 1024))
    }
}

impl Default for MaxBytes {
    /// 256 KiB.
    fn default() -> Self {
        Self(256 * 1024)
    }
}

/// An event on its way from the caller to the writer.
#[derive(Debug)]
// In lines of its own.
#[repr(align(64))]
pub(crate) struct Record {
    pub(crate) moment: Moment,
    pub(crate) event_type: TypeName,
    pub(crate) identity: Identity,
    /// How the call ended, on the event that finishes a span.
    pub(crate) outcome: Option<Outcome>,
    /// When that call had begun.
    pub(crate) started: Moment,
    /// How many bytes of the fields, from their front, the call's own literal for its end wrote.
    pub(crate) told: usize,
    /// The payload: own fields first, then what is carried and inherited. The first of equal keys counts.
    pub(crate) fields: Fields,
}

impl TypeName {
    pub(crate) fn of<E: Event>() -> Self {
        Self::Known(EventType::of::<E>())
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Known(known) => known.name,
            Self::Given(name) => name,
        }
    }

    /// The type's own name for the duration, if it has one.
    fn duration_key(&self) -> Option<&'static str> {
        match self {
            Self::Known(known) => known.duration_key,
            Self::Given(_) => None,
        }
    }

    const BLANK: Self = Self::Known(&EventType {
        name: "",
        duration_key: None,
    });
}

impl Record {
    /// A point event of the process's own run, still without type and payload.
    pub(crate) fn blank(moment: Moment) -> Self {
        Self {
            moment,
            event_type: TypeName::BLANK,
            identity: Identity::default(),
            outcome: None,
            started: moment,
            told: 0,
            fields: Fields::new(),
        }
    }

    /// Blank again, with the memory of its fields.
    pub(crate) fn clear(&mut self) {
        self.event_type = TypeName::BLANK;
        self.identity = Identity::default();
        self.outcome = None;
        self.told = 0;
        self.fields.clear();
    }

    /// It is written to soon: asks for it, but not for its payload's memory.
    #[inline]
    pub(crate) fn prefetch(&self) {
        const LINES: usize = size_of::<Record>() / prefetch::LINE;
        prefetch::to_write::<LINES>(ptr::from_ref(self).cast());
    }

    /// Bytes that count against the queue's bound.
    #[inline]
    pub(crate) fn size(&self) -> usize {
        let name = match &self.event_type {
            TypeName::Known(_) => 0,
            TypeName::Given(name) => name.len(),
        };
        let outcome = self.outcome.as_ref().map_or(0, Outcome::size);
        size_of::<Self>() + self.fields.len() + name + outcome
    }

    /// Bytes that it holds on to when it is blank again.
    pub(crate) fn capacity(&self) -> usize {
        self.fields.capacity()
    }

    /// Appends the whole event as JSON.
    pub(crate) fn write_json(&self, policy: &Policy, out: &mut Vec<u8>) {
        json::write(self, policy, out);
    }
}

#[cfg(test)]
mod tests;

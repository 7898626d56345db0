//! An event as it is copied on the calling thread, and the JSON made of it on the writer's. Owns the compact form in
//! between, so that the hot path only moves bytes: no formatting, no escaping, no look at keys that can wait.

mod encode;
mod fields;
mod json;

use std::borrow::Cow;

pub(crate) use self::encode::encode;
pub(crate) use self::fields::{Fields, inherit};
use crate::clock::Moment;
use crate::event::Event;
use crate::ids::{RunId, SpanId};
use crate::outcome::Outcome;

/// The module path and the name of an annotated function; both empty for none.
pub(crate) type Function = (&'static str, &'static str);

/// What is known of a type of events before there is a value of it.
#[derive(Debug)]
pub(crate) struct EventType {
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

/// An event on its way from the caller to the writer.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) moment: Moment,
    pub(crate) event_type: Cow<'static, str>,
    pub(crate) function: Function,
    pub(crate) run: RunId,
    pub(crate) span: Option<SpanId>,
    pub(crate) parent: Option<SpanId>,
    /// How the call ended, on the event that finishes a span.
    pub(crate) ending: Option<Ending>,
    /// The payload: own fields first, then what is carried and inherited. The first of equal keys counts.
    pub(crate) fields: Fields,
}

/// What a finished event adds about its call.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    pub(crate) started: Moment,
    /// The type's own name for the duration, if it has one.
    pub(crate) duration_key: Option<&'static str>,
}

impl Record {
    /// A point event of the process's own run, still without type and payload.
    pub(crate) fn blank(moment: Moment) -> Self {
        Self {
            moment,
            event_type: Cow::Borrowed(""),
            function: ("", ""),
            run: RunId::of_process(),
            span: None,
            parent: None,
            ending: None,
            fields: Fields::new(),
        }
    }

    /// Blank again, with the memory of its fields.
    pub(crate) fn clear(&mut self) {
        let mut fields = std::mem::take(&mut self.fields);
        fields.truncate(0);
        *self = Self {
            fields,
            ..Self::blank(self.moment)
        };
    }

    /// Bytes that count against the queue's bound.
    pub(crate) fn size(&self) -> usize {
        let ending = self.ending.as_ref().map_or(0, |ending| ending.outcome.size());
        size_of::<Self>() + self.fields.len() + self.event_type.len() + ending
    }

    /// Bytes that it holds on to when it is blank again.
    pub(crate) fn capacity(&self) -> usize {
        self.fields.capacity()
    }

    /// Appends the whole event as JSON.
    pub(crate) fn write_json(&self, out: &mut Vec<u8>) {
        json::write(self, out);
    }
}

#[cfg(test)]
mod tests;

//! Events that were captured, and what a test asks of them. Owns the questions about many; those about one call are
//! `span`'s.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::Deref;

use serde_json::Value;

use super::SpanEvents;
use super::tree::tree;
use crate::event::{Envelope, Event};

/// Events in the order in which they were published; a slice of [`Envelope`]s with questions to ask.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Events(Vec<Envelope>);

impl Events {
    /// Those of the type `E`.
    pub fn of<E: Event>(&self) -> Self {
        self.of_type(E::TYPE)
    }

    /// Those of the wire type.
    pub fn of_type(&self, event_type: &str) -> Self {
        self.filtered(|event| event.event_type == event_type)
    }

    /// Those whose payload has `value` under `key`.
    pub fn having(&self, key: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        self.filtered(|event| event.payload.get(key) == Some(&value))
    }

    fn filtered(&self, is_wanted: impl Fn(&&Envelope) -> bool) -> Self {
        self.iter().filter(is_wanted).cloned().collect()
    }

    /// The one event that there is.
    ///
    /// # Panics
    /// If there are none or more.
    #[track_caller]
    pub fn only(&self) -> &Envelope {
        match self.0.as_slice() {
            [only] => only,
            others => panic!("expected one event, got {}:\n{self}", others.len()),
        }
    }

    /// The wire types, in order.
    pub fn types(&self) -> Vec<&str> {
        self.iter().map(|event| event.event_type.as_str()).collect()
    }

    /// All calls, in the order of their first events.
    pub fn spans(&self) -> Vec<SpanEvents<'_>> {
        let mut index = HashMap::new();
        let mut spans: Vec<SpanEvents<'_>> = Vec::new();
        for event in &self.0 {
            let Some(id) = event.text("span_id") else { continue };
            let at = *index.entry(id).or_insert_with(|| {
                spans.push(SpanEvents::new(self, id));
                spans.len() - 1
            });
            spans[at].add(event);
        }
        spans
    }

    /// The one call that was started, or finished, with an event of the wire type.
    ///
    /// # Panics
    /// If there are none or more.
    #[track_caller]
    pub fn span(&self, event_type: &str) -> SpanEvents<'_> {
        let mut spans = self.spans();
        spans.retain(|span| span.is(event_type));
        let count = spans.len();
        match spans.pop() {
            Some(span) if count == 1 => span,
            _ => panic!("expected one call with a {event_type}, got {count}, in:\n{self}"),
        }
    }

    /// That every call has one finished event, behind its started one if it has that, and that whatever has a parent has
    /// one that was captured.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn assert_paired(&self) -> &Self {
        let faults: Vec<_> = self.spans().iter().filter_map(SpanEvents::fault).collect();
        assert!(faults.is_empty(), "{}; in:\n{self}", faults.join("; "));
        let spans: HashSet<_> = self.iter().filter_map(|event| event.text("span_id")).collect();
        let orphan = self
            .iter()
            .find(|event| event.text("parent_id").is_some_and(|parent| !spans.contains(parent)));
        if let Some(event) = orphan {
            let event_type = &event.event_type;
            panic!("{event_type} is inside of a call that is not there; in:\n{self}");
        }
        self
    }

    /// Each run as a tree of its calls and of the events between; one line each, ids left out.
    pub fn tree(&self) -> String {
        tree(self)
    }
}

impl fmt::Display for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tree())
    }
}

impl Deref for Events {
    type Target = [Envelope];

    fn deref(&self) -> &[Envelope] {
        &self.0
    }
}

impl FromIterator<Envelope> for Events {
    fn from_iter<I: IntoIterator<Item = Envelope>>(events: I) -> Self {
        Self(events.into_iter().collect())
    }
}

impl IntoIterator for Events {
    type Item = Envelope;
    type IntoIter = std::vec::IntoIter<Envelope>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Events {
    type Item = &'a Envelope;
    type IntoIter = std::slice::Iter<'a, Envelope>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<const N: usize> PartialEq<[Envelope; N]> for Events {
    fn eq(&self, other: &[Envelope; N]) -> bool {
        self.0 == other
    }
}

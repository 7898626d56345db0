//! One call, as its events tell it. Owns the pairing of a started event with its finished one.

use std::time::Duration;

use super::Events;
use crate::event::Envelope;

/// A call by its events: the started and the finished one, which share a `span_id`.
#[derive(Clone, Debug)]
pub struct SpanEvents<'a> {
    id: &'a str,
    /// All that was captured, to show in a failure.
    all: &'a Events,
    events: Vec<&'a Envelope>,
}

impl<'a> SpanEvents<'a> {
    pub(super) fn new(all: &'a Events, id: &'a str) -> Self {
        Self {
            id,
            all,
            events: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, event: &'a Envelope) {
        self.events.push(event);
    }

    /// Its id, 16 hex digits.
    pub fn id(&self) -> &'a str {
        self.id
    }

    /// The event it began with; none if the attribute's START is `_`.
    pub fn started(&self) -> Option<&'a Envelope> {
        self.events.iter().find(|event| !is_finish(event)).copied()
    }

    /// The event it ended with; none if it has not ended.
    pub fn finished(&self) -> Option<&'a Envelope> {
        self.events.iter().find(|event| is_finish(event)).copied()
    }

    /// Whether one of its events is of the wire type.
    pub fn is(&self, event_type: &str) -> bool {
        self.events.iter().any(|event| event.event_type == event_type)
    }

    /// The id of the call it ran in.
    pub fn parent_id(&self) -> Option<&'a str> {
        self.events.first()?.text("parent_id")
    }

    /// The run it belongs to, 32 hex digits.
    pub fn run_id(&self) -> Option<&'a str> {
        self.events.first()?.text("run_id")
    }

    /// `ok`, `error`, `panicked`, `cancelled`, or `returned`; none if it has not ended.
    pub fn outcome(&self) -> Option<&'a str> {
        self.finished()?.text("outcome")
    }

    /// What went wrong.
    pub fn error(&self) -> Option<&'a str> {
        self.finished()?.text("error")
    }

    /// How long it took.
    pub fn duration(&self) -> Option<Duration> {
        let seconds = self.finished()?.payload.get("duration")?.as_f64()?;
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// That it ended so.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn assert_outcome(&self, outcome: &str) -> &Self {
        let (name, all) = (self.name(), self.all);
        match self.outcome() {
            Some(ended) if ended == outcome => self,
            Some(ended) => panic!("{name} ended {ended}, expected {outcome}; in:\n{all}"),
            None => panic!("{name} has not ended, expected {outcome}; in:\n{all}"),
        }
    }

    /// That it ran right inside of that other call.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn assert_inside(&self, parent: &SpanEvents<'_>) -> &Self {
        let is_inside = self.parent_id() == Some(parent.id) && self.run_id() == parent.run_id();
        let (name, other, all) = (self.name(), parent.name(), self.all);
        assert!(is_inside, "{name} is not right inside of {other}; in:\n{all}");
        self
    }

    /// That it ran in no other call: the root of a run.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn assert_root(&self) -> &Self {
        let (name, all) = (self.name(), self.all);
        assert!(self.parent_id().is_none(), "{name} ran in another call; in:\n{all}");
        self
    }

    /// The wire type of its first event.
    fn name(&self) -> &'a str {
        self.events.first().map_or("", |event| event.event_type.as_str())
    }

    /// What is wrong with the pair, if anything.
    pub(super) fn fault(&self) -> Option<String> {
        let name = self.name();
        let fault = match self.events.as_slice() {
            [finish] if is_finish(finish) => return None,
            [_] => "has not ended",
            [start, finish] if !is_finish(start) && is_finish(finish) => {
                let is_same = |key| start.text(key) == finish.text(key);
                if is_same("run_id") && is_same("parent_id") {
                    return None;
                }
                "ended in another run, or in another call, than it began"
            }
            [finish, start] if is_finish(finish) && !is_finish(start) => "ended before it began",
            events => return Some(format!("{name} has {} events", events.len())),
        };
        Some(format!("{name} {fault}"))
    }
}

/// Only how a call ended is told with an outcome.
fn is_finish(event: &Envelope) -> bool {
    event.payload.contains_key("outcome")
}

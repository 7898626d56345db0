//! A call from start to finish. Owns the rule that a started event has exactly one finished event, on every way out.

use std::borrow::Cow;

use super::{Function, enclosing, here};
use crate::bus::EventBus;
use crate::clock::Moment;
use crate::context::{Context, Entered, Node, Place};
use crate::event::Event;
use crate::ids::{RunId, SpanId};
use crate::outcome::{Outcome, Verdict};
use crate::panics;
use crate::record::{Ending, Fields, Record, encode};

/// One call of an annotated function: off, or open from `start` to `finish`. Dropped while open, it publishes the
/// finished event itself: the call panicked, or its future was dropped.
#[derive(Debug)]
pub struct Call {
    function: Function,
    /// Where to publish; none when events are off for this call, which is decided once.
    bus: Option<EventBus>,
    open: Option<Open>,
}

/// What is kept between the started and the finished event.
#[derive(Debug)]
struct Open {
    /// The span as a place for what runs inside.
    context: Context,
    parent: Option<SpanId>,
    started: Moment,
    finish: &'static FinishType,
    /// What runs inside belongs to it; not so for a call without a started event.
    is_parent: bool,
    /// Nothing of it runs: dropped now, it was given up.
    is_suspended: bool,
    /// How many panics the thread had seen when the call last went on.
    panics_before: u32,
}

/// What is known of the type that finishes a call before there is a value of it.
#[derive(Debug)]
struct FinishType {
    event_type: &'static str,
    duration_key: Option<&'static str>,
}

impl FinishType {
    const fn of<F: Event>() -> &'static Self {
        const {
            &Self {
                event_type: F::TYPE,
                duration_key: F::DURATION_KEY,
            }
        }
    }
}

/// A call of the function `name` in the module at `path`.
#[inline]
pub fn call(path: &'static str, name: &'static str) -> Call {
    Call::new((path, name))
}

impl Call {
    /// A call, which is off if there is no bus.
    #[inline]
    pub(super) fn new(function: Function) -> Self {
        Self {
            function,
            bus: here(),
            open: None,
        }
    }

    /// Whether events are published for this call.
    #[inline]
    pub fn is_on(&self) -> bool {
        self.bus.is_some()
    }

    /// Begins the call, if it is on. The argument only names the type of the finished event.
    pub fn start<F: Event>(&mut self, _finish: fn(F)) -> Option<Start<'_>> {
        self.is_on().then(|| Start {
            call: self,
            finish: FinishType::of::<F>(),
        })
    }

    /// Begins a call that publishes only its finished event, and that is nobody's parent.
    pub fn start_silent<F: Event>(&mut self, _finish: fn(F)) {
        self.open(FinishType::of::<F>(), |_| ());
        if let Some(open) = &mut self.open {
            open.is_parent = false;
        }
    }

    fn open(&mut self, finish: &'static FinishType, payload: impl FnOnce(&mut Fields)) {
        let Some(bus) = &self.bus else { return };
        let mut node = Node {
            bus: Some(bus.clone()),
            ..Node::default()
        };
        payload(&mut node.fields);
        let around = enclosing(&mut node.fields);
        node.place = Some(Place {
            run: around.map_or_else(RunId::random, |around| around.run),
            span: SpanId::random(),
        });
        bus.opened(around.is_none());
        self.open = Some(Open {
            context: Context::of(node),
            parent: around.map(|around| around.span),
            started: Moment::now(),
            finish,
            is_parent: true,
            is_suspended: false,
            panics_before: panics::count(),
        });
    }

    fn publish_started(&self, event_type: &'static str) {
        if let (Some(bus), Some(open)) = (&self.bus, &self.open) {
            let mut record = bus.blank(open.started);
            record.event_type = Cow::Borrowed(event_type);
            open.describe(self.function, &mut record);
            bus.send(record);
        }
    }

    /// Runs the body of a function inside the span.
    #[inline]
    pub fn run<R>(&mut self, body: impl FnOnce() -> R) -> R {
        let _entered = self.enter();
        body()
    }

    /// For a body that can't be put into a closure: inside the span until the guard goes, which finishes the call
    /// without a look at its value.
    pub fn guard(self) -> Guard {
        Guard {
            entered: self.enter(),
            was_panicking: std::thread::panicking(),
            call: self,
        }
    }

    /// The span as a place for what runs inside; none when the call is off.
    pub(super) fn context(&self) -> Option<&Context> {
        self.open.as_ref().map(|open| &open.context)
    }

    pub(crate) fn enter(&self) -> Option<Entered> {
        let open = self.open.as_ref().filter(|open| open.is_parent)?;
        Some(open.context.clone().enter())
    }

    pub(crate) fn suspend(&mut self) {
        if let Some(open) = &mut self.open {
            open.is_suspended = true;
        }
    }

    /// The thread unwinds through what held the call.
    pub(super) fn unwind(&mut self) {
        if let Some(open) = &mut self.open {
            open.is_suspended = false;
        }
    }

    pub(crate) fn resume(&mut self) {
        if let Some(open) = &mut self.open {
            open.is_suspended = false;
            // A future may go on on another thread.
            open.panics_before = panics::count();
        }
    }

    /// Ends the call, if it is on: by itself on a failure, else by the value and the fields that are made of it.
    pub fn finish<'a, T>(&mut self, verdict: Verdict<'a, T>) -> Option<(&'a T, Finish<'_>)> {
        let record = self.bus.as_ref()?.blank(Moment::now());
        match verdict {
            Ok(value) => Some((value, Finish { call: self, record })),
            Err(failure) => {
                self.end(record, Outcome::Error(failure));
                None
            }
        }
    }

    /// Publishes the finished event of a call of which nothing but its outcome is known.
    fn end_unseen(&mut self, outcome: Outcome) {
        if let Some(bus) = &self.bus {
            self.end(bus.blank(Moment::now()), outcome);
        }
    }

    fn end(&mut self, mut record: Box<Record>, outcome: Outcome) {
        let (Some(bus), Some(open)) = (&self.bus, self.open.take()) else {
            return;
        };
        record.event_type = Cow::Borrowed(open.finish.event_type);
        record.ending = Some(Ending {
            outcome,
            duration: record.moment.since(open.started),
            duration_key: open.finish.duration_key,
        });
        open.describe(self.function, &mut record);
        bus.send(record);
        bus.closed(open.parent.is_none());
    }
}

impl Open {
    /// The outcome of a call that is dropped as it is.
    fn abandoned(&self) -> Outcome {
        if self.is_suspended {
            Outcome::cancelled()
        } else {
            panics::outcome(self.panics_before)
        }
    }

    /// Adds to a record who it belongs to, and the payload that the span carries.
    fn describe(&self, function: Function, record: &mut Record) {
        let Some(node) = self.context.node() else { return };
        record.function = function;
        record.parent = self.parent;
        if let Some(place) = node.place {
            record.run = place.run;
            record.span = Some(place.span);
        }
        record.fields.carry(&node.fields);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(open) = &self.open {
            let outcome = open.abandoned();
            self.end_unseen(outcome);
        }
    }
}

/// A call that is about to begin.
#[derive(Debug)]
pub struct Start<'a> {
    call: &'a mut Call,
    finish: &'static FinishType,
}

impl Start<'_> {
    /// Publishes the started event, which is `event`.
    pub fn event<S: Event>(self, event: &S) {
        self.call.open(self.finish, |fields| encode(event, S::SCOPE, fields));
        self.call.publish_started(S::TYPE);
    }

    /// Publishes the started event with the automatic fields only. The argument only names its type.
    pub fn bare<S: Event>(self, _start: fn(S)) {
        self.call.open(self.finish, |_| ());
        self.call.publish_started(S::TYPE);
    }
}

/// A call that has ended well. It stays open until the finished event is published: should the code that makes its
/// fields panic, the call has panicked.
#[derive(Debug)]
pub struct Finish<'a> {
    call: &'a mut Call,
    record: Box<Record>,
}

impl Finish<'_> {
    /// Publishes the finished event, whose fields are those of `event`.
    pub fn event<F: Event>(mut self, event: &F) {
        encode(event, &[], &mut self.record.fields);
        self.bare();
    }

    /// Publishes the finished event with the automatic fields only.
    pub fn bare(self) {
        self.call.end(self.record, Outcome::Ok);
    }
}

/// Inside a span whose value can't be seen; see [`Call::guard`].
#[derive(Debug)]
#[must_use]
pub struct Guard {
    // Left before the call ends.
    entered: Option<Entered>,
    call: Call,
    was_panicking: bool,
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.entered.take());
        let has_panicked = std::thread::panicking() && !self.was_panicking;
        let outcome = match &self.call.open {
            Some(open) if has_panicked => open.abandoned(),
            _ => Outcome::Returned,
        };
        self.call.end_unseen(outcome);
    }
}

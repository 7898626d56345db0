//! What a call knows of itself from start to finish. Owns the rule that a started event has exactly one finished event,
//! on every way out. Nothing of it is compiled into the functions of users.

use std::time::Duration;

use serde::Serialize;

use super::{enclosing, here};
use crate::bus;
use crate::clock::Moment;
use crate::context::{Context, Opening};
use crate::event::Event;
use crate::ids::{RunId, SpanId};
use crate::outcome::{Outcome, Streamed};
use crate::panics;
use crate::record::{EventType, Fields, Record, TypeName, encode};

/// A call: off, waiting to be opened, or open until its end.
///
/// It fits two registers and is handed over by value, so that in a function without a bus it is not even in memory. What
/// stays the same is in the span's node.
#[derive(Debug, Default)]
pub(crate) struct Ongoing {
    /// The span as a place for what runs inside, and while the thread is in there, the place that it came from. Empty
    /// when the call is off or has ended.
    context: Context,
    state: State,
}

/// What there is to know of a call at any time: bits, and how many panics the thread had seen when it last went on.
#[derive(Clone, Copy, Debug, Default)]
struct State(u64);

impl State {
    /// There is a bus for the call, and it has not ended.
    const HAS_BUS: u64 = 1;
    /// The started event is published; the finished one is not.
    const OPEN: u64 = 1 << 1;
    /// What runs inside belongs to it; not so for a call without a started event.
    const PARENT: u64 = 1 << 2;
    /// The thread is in there.
    const INSIDE: u64 = 1 << 3;
    /// Nothing of it runs: dropped now, it was given up.
    const SUSPENDED: u64 = 1 << 4;
    /// Where the panics begin.
    const PANICS: u32 = 32;

    #[inline]
    fn is(self, bit: u64) -> bool {
        self.0 & bit != 0
    }

    #[inline]
    fn set(&mut self, bit: u64, is_set: bool) {
        self.0 = if is_set { self.0 | bit } else { self.0 & !bit };
    }

    fn panics(self) -> u32 {
        // Made of one in the first place.
        u32::try_from(self.0 >> Self::PANICS).unwrap_or_default()
    }

    fn set_panics(&mut self, panics: u32) {
        self.0 = self.0 & u64::from(u32::MAX) | u64::from(panics) << Self::PANICS;
    }
}

impl Ongoing {
    /// A call of that function, which is off if there is no bus.
    #[cold]
    #[inline(never)]
    pub(super) fn of(path: &'static str, name: &'static str) -> Self {
        let Some(bus) = here() else { return Self::default() };
        Self {
            context: Context::of_call((path, name), bus),
            state: State(State::HAS_BUS),
        }
    }

    /// Whether there is a bus for it, and it has not ended.
    #[inline]
    pub(super) fn has_bus(&self) -> bool {
        self.state.is(State::HAS_BUS)
    }

    /// Whether a finished event is due.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.state.is(State::OPEN)
    }

    /// Whether the thread is inside the span.
    #[inline]
    pub(super) fn is_inside(&self) -> bool {
        self.state.is(State::INSIDE)
    }

    /// Encodes the payload of the started event into the node of a call that is opened later.
    pub(super) fn load<S: Event>(&mut self, event: &S) {
        if let Some(node) = self.context.node_mut() {
            encode(event, S::SCOPE, &mut node.fields);
        }
    }

    /// Opens the span, and publishes the started event with the fields that `payload` adds, if there is one.
    #[inline(never)]
    pub(super) fn open(
        mut self,
        finish: &'static EventType,
        started: Option<&'static EventType>,
        payload: &mut dyn FnMut(&mut Fields),
    ) -> Self {
        let Some(node) = self.context.node_mut() else {
            return self;
        };
        let Some(bus) = &node.bus else { return self };
        payload(&mut node.fields);
        let around = enclosing(&mut node.fields);
        let moment = Moment::now();
        node.identity.run = Some(around.map_or_else(RunId::random, |around| around.run));
        node.identity.span = Some(SpanId::random());
        node.identity.parent = around.map(|around| around.span);
        node.opening = Some(Opening {
            started: moment,
            finish,
        });
        bus.opened(around.is_none());
        if let Some(event_type) = started {
            let mut record = bus::blank(moment);
            record.event_type = TypeName::Known(event_type);
            record.identity = node.identity;
            record.fields.carry(&node.fields);
            bus.send(record);
        }
        self.state.set(State::OPEN, true);
        self.state.set(State::PARENT, started.is_some());
        self.state.set_panics(panics::count());
        self
    }

    /// Opens the span, and publishes the started event, which is `event`.
    #[inline(never)]
    pub(super) fn open_with<S: Event>(self, finish: &'static EventType, event: &S) -> Self {
        let mut payload = |fields: &mut Fields| encode(event, S::SCOPE, fields);
        self.open(finish, Some(EventType::of::<S>()), &mut payload)
    }

    /// Opens the span, and publishes a started event with the automatic fields only, if there is one.
    #[inline(never)]
    pub(super) fn open_bare(self, finish: &'static EventType, started: Option<&'static EventType>) -> Self {
        self.open(finish, started, &mut |_| ())
    }

    /// The span as a place for what runs inside; none when the call is off, or the thread inside.
    pub(super) fn context(&self) -> Option<&Context> {
        self.is_open().then_some(&self.context)
    }

    /// Into the span, if it has an inside.
    #[inline]
    pub(super) fn enter(&mut self) {
        if self.state.is(State::PARENT) {
            self.context.swap();
            self.state.set(State::INSIDE, true);
        }
    }

    /// The other half of `enter`.
    #[inline]
    pub(super) fn leave(&mut self) {
        if self.is_inside() {
            self.context.swap();
            self.state.set(State::INSIDE, false);
        }
    }

    /// As `enter`, for calls that are in registers.
    #[inline(never)]
    pub(super) fn entered(mut self) -> Self {
        self.enter();
        self
    }

    /// As `leave`, for calls that are in registers. Cold, as all of a call that is on is to one that is off: that is not to
    /// save a register for it.
    #[cold]
    #[inline(never)]
    pub(super) fn left(mut self) -> Self {
        self.leave();
        self
    }

    #[inline]
    pub(super) fn suspend(&mut self) {
        self.state.set(State::SUSPENDED, true);
    }

    /// Goes on inside the span, on this thread, which may be another one.
    #[inline]
    pub(super) fn resume(&mut self) {
        self.state.set(State::SUSPENDED, false);
        self.state.set_panics(panics::count());
        self.enter();
    }

    /// Dropped now, it was given up.
    #[inline]
    pub(super) fn is_suspended(&self) -> bool {
        self.state.is(State::SUSPENDED)
    }

    /// How long it is since then, by the clock of its events.
    pub(super) fn since(&self, moment: Moment) -> Duration {
        let bus = self.context.node().and_then(|node| node.bus.as_ref());
        bus.map_or_else(|| Moment::now().since(moment), |bus| bus.since(moment))
    }

    /// Tells the finished event what came out of the stream that the call is.
    pub(super) fn tell(&self, streamed: Streamed) {
        if let Some(node) = self.context.node() {
            // A stream ends once.
            let _ = node.streamed.set(streamed);
        }
    }

    /// Publishes the finished event, with fields of its own.
    #[inline(never)]
    pub(super) fn end_with<T: Serialize>(self, moment: Moment, fields: &T, outcome: Outcome) {
        let mut record = bus::blank(moment);
        encode(fields, &[], &mut record.fields);
        record.outcome = Some(outcome);
        self.end(record);
    }

    /// Publishes the finished event with the automatic fields only.
    #[inline(never)]
    pub(super) fn end_bare(self) {
        let mut record = bus::blank(Moment::now());
        record.outcome = Some(Outcome::Ok);
        self.end(record);
    }

    /// Publishes the finished event of a call of which nothing but its outcome is known.
    #[cold]
    #[inline(never)]
    pub(super) fn end_unseen(self, outcome: Outcome) {
        let mut record = bus::blank(Moment::now());
        record.outcome = Some(outcome);
        self.end(record);
    }

    /// Publishes the finished event.
    #[inline(never)]
    pub(super) fn end(self, mut record: Box<Record>) {
        if let Some(node) = self.context.node()
            && let (Some(bus), Some(opening)) = (&node.bus, node.opening)
        {
            record.event_type = TypeName::Known(opening.finish);
            record.identity = node.identity;
            record.started = opening.started;
            record.told = record.fields.len();
            if let Some(streamed) = node.streamed.get() {
                encode(streamed, &[], &mut record.fields);
            }
            record.fields.carry(&node.fields);
            bus.send(record);
            bus.closed(node.identity.parent.is_none());
        }
        self.context.retire();
    }

    /// The outcome of a call that is dropped as it is.
    pub(super) fn abandoned(&self) -> Outcome {
        if self.is_suspended() {
            Outcome::cancelled()
        } else {
            panics::outcome(self.state.panics())
        }
    }

    /// Ends the call as one that is dropped as it is.
    #[cold]
    #[inline(never)]
    pub(super) fn abandon(self) {
        let this = self.left();
        if this.is_open() {
            let outcome = this.abandoned();
            this.end_unseen(outcome);
        } else {
            this.context.retire();
        }
    }
}

//! A call from start to finish. Owns the rule that a started event has exactly one finished event, on every way out.

use serde::Serialize;

use super::{enclosing, here};
use crate::bus::{self, IS_COMPILED_IN};
use crate::clock::Moment;
use crate::context::{Context, Opening};
use crate::event::Event;
use crate::ids::{RunId, SpanId};
use crate::outcome::{Failure, Fallible, Outcome, Streamed, Verdict};
use crate::panics;
use crate::record::{EventType, Fields, Function, Record, TypeName, encode};

/// The value or the error that a call ended with, and where its finished event is published.
type Either<'a, 'c, R> = Result<(&'a <R as Fallible>::Value, Finish<'c>), (&'a <R as Fallible>::Error, Failing<'c>)>;

/// One call of an annotated function: off, or open from `start` to `finish`. Dropped while open, it publishes the
/// finished event itself: the call panicked, or its future was dropped.
///
/// It lies in the frame of every annotated function, so it is small: what stays the same is in the span's node.
#[derive(Debug)]
pub struct Call {
    /// The span as a place for what runs inside, and while the thread is in there, the place that it came from. Empty
    /// when events are off for this call, which is decided once, and when it has ended.
    context: Context,
    /// How many panics the thread had seen when the call last went on.
    panics_before: u32,
    /// The started event is published; the finished one is not.
    is_open: bool,
    /// What runs inside belongs to it; not so for a call without a started event.
    is_parent: bool,
    /// Nothing of it runs: dropped now, it was given up.
    is_suspended: bool,
}

/// A call of the function `name` in the module at `path`.
#[inline]
pub fn call(path: &'static str, name: &'static str) -> Call {
    if bus::is_any() {
        Call::new((path, name))
    } else {
        Call::off()
    }
}

impl Call {
    #[inline]
    fn off() -> Self {
        Self::at(Context::default())
    }

    #[inline]
    fn at(context: Context) -> Self {
        Self {
            context,
            panics_before: 0,
            is_open: false,
            is_parent: false,
            is_suspended: false,
        }
    }

    /// A call, which is off if there is no bus.
    #[inline(never)]
    pub(super) fn new(function: Function) -> Self {
        here().map_or_else(Self::off, |bus| Self::at(Context::of_call(function, bus)))
    }

    /// Whether a finished event is due.
    #[inline]
    pub fn is_on(&self) -> bool {
        IS_COMPILED_IN && self.is_open
    }

    /// Whether there is a bus for it.
    #[inline]
    pub(super) fn has_bus(&self) -> bool {
        IS_COMPILED_IN && self.context.node().is_some()
    }

    /// Begins the call, which is to end with an event of that type, if there is a bus. Without an event the call stays
    /// off.
    #[inline]
    pub fn start(&mut self, finish: &'static EventType) -> Option<Start<'_>> {
        self.has_bus().then_some(Start { call: self, finish })
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
        &mut self,
        finish: &'static EventType,
        started: Option<&'static EventType>,
        payload: &mut dyn FnMut(&mut Fields),
    ) {
        let Some(node) = self.context.node_mut() else { return };
        let Some(bus) = &node.bus else { return };
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
        self.is_open = true;
        self.is_parent = started.is_some();
        self.panics_before = panics::count();
    }

    /// Runs the body of a function inside the span.
    #[inline]
    pub fn run<R>(&mut self, body: impl FnOnce() -> R) -> R {
        let _entered = self.enter();
        body()
    }

    /// The span as a place for what runs inside; none when the call is off.
    pub(super) fn context(&self) -> Option<&Context> {
        self.is_open.then_some(&self.context)
    }

    /// Into the span until the guard goes, if there is one that has an inside.
    #[inline]
    pub(crate) fn enter(&mut self) -> Entered<'_> {
        Entered(if self.is_on() { self.entered() } else { None })
    }

    #[inline(never)]
    fn entered(&mut self) -> Option<&mut Self> {
        self.is_parent.then(|| {
            self.context.swap();
            self
        })
    }

    /// The other half of `entered`.
    #[inline(never)]
    pub(super) fn left(&mut self) {
        self.context.swap();
    }

    pub(crate) fn suspend(&mut self) {
        self.is_suspended = true;
    }

    pub(crate) fn resume(&mut self) {
        self.is_suspended = false;
        if self.is_open {
            // A future may go on on another thread.
            self.panics_before = panics::count();
        }
    }

    /// Tells the finished event what came out of the stream that the call is.
    pub(crate) fn tell(&mut self, streamed: Streamed) {
        if let Some(node) = self.context.node() {
            // A stream ends once.
            let _ = node.streamed.set(streamed);
        }
    }

    /// Dropped now, it was given up.
    pub(crate) fn is_suspended(&self) -> bool {
        self.is_suspended
    }

    /// Ends the call, if it is on: by itself on a failure, else by the value and the fields that are made of it.
    #[inline]
    pub fn finish<'a, T>(&mut self, verdict: Verdict<'a, T>) -> Option<(&'a T, Finish<'_>)> {
        if !self.is_on() {
            return None;
        }
        let moment = Moment::now();
        match verdict {
            Ok(value) => Some((value, Finish { call: self, moment })),
            Err(failure) => {
                self.end_unseen(moment, Outcome::Error(failure));
                None
            }
        }
    }

    /// Ends the call, if it is on: by the value or the error, and the fields that are made of either.
    pub fn finish_either<'a, R: Fallible>(
        &mut self,
        out: &'a R,
        describe: impl FnOnce(&'a R::Error) -> Failure,
    ) -> Option<Either<'a, '_, R>> {
        let moment = self.is_on().then(Moment::now)?;
        let finish = Finish { call: self, moment };
        Some(match out.as_result() {
            Ok(value) => Ok((value, finish)),
            Err(error) => {
                let failure = describe(error);
                Err((error, Failing { finish, failure }))
            }
        })
    }

    /// Publishes the finished event of a call of which nothing but its outcome is known.
    #[cold]
    #[inline(never)]
    pub(super) fn end_unseen(&mut self, moment: Moment, outcome: Outcome) {
        let mut record = bus::blank(moment);
        record.outcome = Some(outcome);
        self.end(record);
    }

    /// Publishes the finished event, if the call is open.
    #[inline(never)]
    fn end(&mut self, mut record: Box<Record>) {
        let context = std::mem::take(&mut self.context);
        (self.is_open, self.is_parent) = (false, false);
        if let Some(node) = context.node()
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
        context.retire();
    }

    /// The outcome of a call that is dropped as it is.
    pub(super) fn abandoned(&self) -> Outcome {
        if self.is_suspended {
            Outcome::cancelled()
        } else {
            panics::outcome(self.panics_before)
        }
    }

    #[cold]
    #[inline(never)]
    fn abandon(&mut self) {
        if self.is_open {
            let outcome = self.abandoned();
            self.end_unseen(Moment::now(), outcome);
        } else {
            std::mem::take(&mut self.context).retire();
        }
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        if self.has_bus() {
            self.abandon();
        }
    }
}

/// While it lives, the thread is inside the span of a call.
#[derive(Debug)]
pub(crate) struct Entered<'a>(Option<&'a mut Call>);

impl Entered<'_> {
    /// Leaves it to somebody else to leave; whether there is anything to leave.
    pub(super) fn stay(mut self) -> bool {
        self.0.take().is_some()
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(call) = self.0.take() {
            call.left();
        }
    }
}

/// A call that is about to begin.
#[derive(Debug)]
pub struct Start<'a> {
    call: &'a mut Call,
    finish: &'static EventType,
}

impl Start<'_> {
    /// Publishes the started event, which is `event`.
    #[inline(never)]
    pub fn event<S: Event>(self, event: &S) {
        let mut payload = |fields: &mut Fields| encode(event, S::SCOPE, fields);
        self.call.open(self.finish, Some(EventType::of::<S>()), &mut payload);
    }

    /// Publishes a started event of that type, with the automatic fields only.
    pub fn bare(self, start: &'static EventType) {
        self.call.open(self.finish, Some(start), &mut |_| ());
    }

    /// Publishes no started event: what runs inside belongs to the span around.
    pub fn silent(self) {
        self.call.open(self.finish, None, &mut |_| ());
    }
}

/// A call that has ended well. It stays open until the finished event is published: should the code that makes its
/// fields panic, the call has panicked.
#[derive(Debug)]
pub struct Finish<'a> {
    call: &'a mut Call,
    moment: Moment,
}

impl Finish<'_> {
    /// Publishes the finished event, whose fields are those of `event`.
    #[inline(never)]
    pub fn event<F: Event>(self, event: &F) {
        let mut record = bus::blank(self.moment);
        encode(event, &[], &mut record.fields);
        record.outcome = Some(Outcome::Ok);
        self.call.end(record);
    }

    /// Publishes the finished event with the automatic fields only.
    #[inline(never)]
    pub fn bare(self) {
        let mut record = bus::blank(self.moment);
        record.outcome = Some(Outcome::Ok);
        self.call.end(record);
    }
}

/// A call that returned an error, with what is known of it. Open as [`Finish`] is.
#[derive(Debug)]
pub struct Failing<'a> {
    finish: Finish<'a>,
    failure: Failure,
}

impl Failing<'_> {
    /// Publishes the finished event, with the fields of `fields`.
    pub fn event<T: Serialize>(self, fields: &T) {
        let Finish { call, moment } = self.finish;
        let mut record = bus::blank(moment);
        encode(fields, &[], &mut record.fields);
        record.outcome = Some(Outcome::Error(self.failure));
        call.end(record);
    }
}

//! A call as it lies in an annotated function. Owns what of it is compiled in there, which is as little as can be: the
//! question whether it is on, and the steps that an expansion names.

use std::mem::{self, ManuallyDrop};
use std::time::Duration;

use serde::Serialize;

use super::ongoing::Ongoing;
use crate::bus::{self, IS_COMPILED_IN};
use crate::clock::Moment;
use crate::context::Context;
use crate::event::Event;
use crate::outcome::{Failure, Fallible, Outcome, Streamed, Verdict};
use crate::record::EventType;

/// One call of an annotated function: off, or open from `start` to `finish`. Dropped while open, it publishes the
/// finished event itself: the call panicked, or its future was dropped.
#[derive(Debug)]
pub struct Call(
    // Dropped by hand: a call that is off has nothing to drop, which the compiler could not see.
    ManuallyDrop<Ongoing>,
);

/// A call of the function `name` in the module at `path`.
#[inline]
pub fn call(path: &'static str, name: &'static str) -> Call {
    Call(ManuallyDrop::new(if bus::is_any() {
        Ongoing::of(path, name)
    } else {
        Ongoing::default()
    }))
}

impl Call {
    /// A call of no function, which is off if there is no bus.
    pub(super) fn new() -> Self {
        Self(ManuallyDrop::new(Ongoing::of("", "")))
    }

    /// Whether a finished event is due.
    #[inline]
    pub fn is_on(&self) -> bool {
        IS_COMPILED_IN && self.0.is_open()
    }

    /// The call on its way to its body, if a finished event is due. What is off has nothing left to do.
    #[inline]
    pub fn if_on(mut self) -> Option<Opened> {
        self.is_on().then(|| Opened(mem::take(&mut self.0)))
    }

    /// Whether there is a bus for it: then it is to be started. (`&mut`, since an expansion calls it on one.)
    #[inline]
    pub fn has_bus(&mut self) -> bool {
        IS_COMPILED_IN && self.0.has_bus()
    }

    /// Goes on as another: one that has been opened, entered or left.
    #[inline]
    pub(super) fn change(&mut self, change: impl FnOnce(Ongoing) -> Ongoing) {
        self.0 = ManuallyDrop::new(change(self.take()));
    }

    /// What has not ended, to be ended.
    #[inline]
    pub(super) fn take(&mut self) -> Ongoing {
        ManuallyDrop::into_inner(mem::take(&mut self.0))
    }

    /// Encodes the payload of the started event of a call that is opened later.
    pub(super) fn load<S: Event>(&mut self, event: &S) {
        self.0.load(event);
    }

    /// Begins the call, which is to end with an event of the type `finish`, and publishes its started event. What is not
    /// begun stays off.
    #[inline]
    pub fn start<S: Event>(&mut self, finish: &'static EventType, event: &S) {
        self.change(|call| call.open_with(finish, event));
    }

    /// As `start`, with a started event of that type which has the automatic fields only.
    #[inline]
    pub fn start_bare(&mut self, finish: &'static EventType, start: &'static EventType) {
        self.change(|call| call.open_bare(finish, Some(start)));
    }

    /// As `start`, without a started event: what runs inside belongs to the span around.
    #[inline]
    pub fn start_silent(&mut self, finish: &'static EventType) {
        self.change(|call| call.open_bare(finish, None));
    }

    /// Into the span, if the call is on, for the body of a function. Should that panic, the call leaves when it is
    /// dropped.
    #[inline]
    pub fn inside(&mut self) -> Inside {
        if self.is_on() {
            self.change(Ongoing::entered);
        }
        Inside::NEW
    }

    /// Out of the span. Whether a finished event is due.
    #[inline]
    pub(crate) fn leave(&mut self) -> bool {
        if !self.has_bus() {
            return false;
        }
        let is_on = self.is_on();
        if is_on {
            self.change(Ongoing::left);
        } else {
            // At once: so what has no bus is asked for that one thing, here and not again when it is dropped.
            self.take().abandon();
        }
        is_on
    }

    /// Into the span, if it has an inside. As the next ones it is compiled once, here: a call that comes and goes is in
    /// memory anyway.
    #[inline(never)]
    pub(crate) fn go_in(&mut self) {
        self.0.enter();
    }

    /// The other half of `go_in`.
    #[inline(never)]
    pub(crate) fn go_out(&mut self) {
        self.0.leave();
    }

    /// As `go_in`, of what had been left to itself.
    #[inline(never)]
    pub(crate) fn go_on(&mut self) {
        self.0.resume();
    }

    /// The other half of `go_on`: left to itself again.
    #[inline(never)]
    pub(crate) fn pause(&mut self) {
        self.0.leave();
        self.0.suspend();
    }

    /// All of it; what is left here is off.
    #[inline]
    pub(crate) fn take_all(&mut self) -> Self {
        Self(mem::take(&mut self.0))
    }

    /// Into the span until the guard goes, if there is one that has an inside.
    #[inline]
    pub(crate) fn enter(&mut self) -> Entered<'_> {
        if self.is_on() {
            self.go_in();
        }
        Entered(self)
    }

    /// As `enter`, of what had been left to itself.
    #[inline]
    pub(crate) fn resume(&mut self) -> Entered<'_> {
        if self.is_on() {
            self.go_on();
        }
        Entered(self)
    }

    /// The span as a place for what runs inside; none when the call is off.
    pub(super) fn context(&self) -> Option<&Context> {
        self.0.context()
    }

    #[inline]
    pub(crate) fn suspend(&mut self) {
        self.0.suspend();
    }

    /// Dropped now, it was given up.
    #[inline]
    pub(crate) fn is_suspended(&self) -> bool {
        self.0.is_suspended()
    }

    /// How long it is since then, by the clock of its events.
    pub(crate) fn since(&self, moment: Moment) -> Duration {
        self.0.since(moment)
    }

    /// Tells the finished event what came out of the stream that the call is.
    pub(crate) fn tell(&self, streamed: Streamed) {
        self.0.tell(streamed);
    }

    /// Ends the call with `ending`, which hands the output on. Out of line: a function that is off would have to save the
    /// registers that this takes.
    #[inline(never)]
    pub fn end<R>(self, out: R, ending: impl FnOnce(R, Self) -> R) -> R {
        ending(out, self)
    }

    /// Ends a call that is on: by itself on a failure, else by `publish`, which makes fields of the value.
    #[inline]
    pub(crate) fn finish<'a, T>(&mut self, verdict: Verdict<'a, T>, publish: impl FnOnce(&'a T, Finish<'_>)) {
        match verdict {
            Ok(value) => {
                let moment = Moment::now();
                publish(value, Finish { call: self, moment });
            }
            Err(failure) => self.take().end_unseen(Outcome::Error(failure)),
        }
    }

    /// As `finish`, with the automatic fields only.
    #[inline]
    pub(crate) fn finish_bare<T>(&mut self, verdict: Verdict<'_, T>) {
        match verdict {
            Ok(_) => self.take().end_bare(),
            Err(failure) => self.take().end_unseen(Outcome::Error(failure)),
        }
    }

    /// Leaves the span, and ends the call, if it is on, by what makes fields of the value, or of the error that `describe`
    /// tells of.
    #[inline]
    pub fn finish_either<'a, R: Fallible>(
        &mut self,
        out: &'a R,
        describe: impl FnOnce(&'a R::Error) -> Failure,
        publish: impl FnOnce(&'a R::Value, Finish<'_>),
        publish_error: impl FnOnce(&'a R::Error, Failing<'_>),
    ) {
        if !self.leave() {
            return;
        }
        let moment = Moment::now();
        let finish = Finish { call: self, moment };
        match out.as_result() {
            Ok(value) => publish(value, finish),
            Err(error) => {
                let failure = describe(error);
                publish_error(error, Failing { finish, failure });
            }
        }
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        if self.has_bus() {
            self.take().abandon();
        }
    }
}

/// A call that is on, between its started event and its body. It has nothing to drop, so that nothing of it is kept
/// in a future without a bus; nothing can panic on that way.
#[derive(Debug)]
#[must_use = "nobody else ends the call"]
pub struct Opened(ManuallyDrop<Ongoing>);

impl Opened {
    /// The call again, which ends when it is dropped.
    #[inline]
    pub(crate) fn call(self) -> Call {
        Call(self.0)
    }
}

/// While it lives, the thread is inside the span of a call, if that has an inside.
#[derive(Debug)]
pub(crate) struct Entered<'a>(&'a mut Call);

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_on() {
            self.0.go_out();
        }
    }
}

/// Used up by the closure around a body: so rustc takes that for one that is called once, which may return what it
/// borrows of an argument.
#[derive(Debug)]
#[must_use]
pub struct Inside(());

impl Inside {
    pub(super) const NEW: Self = Self(());

    /// The body begins.
    #[inline]
    pub fn begin(self) {
        let Self(()) = self;
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
    #[inline]
    pub fn event<F: Event>(self, event: &F) {
        self.call.take().end_with(self.moment, event, Outcome::Ok);
    }

    /// Publishes the finished event with the automatic fields only.
    #[inline]
    pub fn bare(self) {
        self.call.take().end_bare();
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
        call.take().end_with(moment, fields, Outcome::Error(self.failure));
    }
}

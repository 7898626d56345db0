//! A call whose events wait: what it returns is a future or a stream, and it begins when that is first polled. Owns
//! what was decided at the call; it publishes nothing itself.

use super::call::{self, Call, Inside};
use crate::context::Context;
use crate::event::Event;
use crate::record::EventType;

/// A call that begins with the first poll of what it returns. Dropped before that, it publishes nothing.
#[derive(Debug)]
pub struct Deferred {
    /// Not open yet; the payload of its started event is in its node already.
    call: Call,
    begins: Option<Begins>,
}

/// How a deferred call begins.
#[derive(Debug)]
struct Begins {
    finish: &'static EventType,
    started: Option<&'static EventType>,
    /// Where it was called.
    called: Context,
}

/// A call of the function `name` in the module at `path`, which returns a future or a stream.
#[inline]
pub fn deferred(path: &'static str, name: &'static str) -> Deferred {
    Deferred {
        call: call::call(path, name),
        begins: None,
    }
}

impl Deferred {
    /// Whether events are published for this call.
    #[inline]
    pub fn is_on(&self) -> bool {
        self.begins.is_some()
    }

    /// As [`Call::has_bus`].
    #[inline]
    pub fn has_bus(&mut self) -> bool {
        self.call.has_bus()
    }

    /// Keeps the started event of a call that is to end with an event of the type `finish`.
    pub fn start<S: Event>(&mut self, finish: &'static EventType, event: &S) {
        self.call.load(event);
        self.prepare(finish, Some(EventType::of::<S>()));
    }

    /// Keeps a started event of that type, with the automatic fields only.
    pub fn start_bare(&mut self, finish: &'static EventType, start: &'static EventType) {
        self.prepare(finish, Some(start));
    }

    /// Keeps that there is none; see [`Call::start_silent`].
    pub fn start_silent(&mut self, finish: &'static EventType) {
        self.prepare(finish, None);
    }

    fn prepare(&mut self, finish: &'static EventType, started: Option<&'static EventType>) {
        self.begins = Some(Begins {
            finish,
            started,
            called: Context::current(),
        });
    }

    /// For what the function does before it returns: that is not inside the span, which has not begun.
    #[expect(clippy::unused_self, reason = "a call of either kind is asked by this name")]
    #[inline]
    pub fn inside(&mut self) -> Inside {
        Inside::NEW
    }

    /// Begins the call, now that its future or stream is polled. Its parent is the span in which the function was
    /// called; if that was outside any span, the one in which it is polled.
    pub(crate) fn begin(self) -> Call {
        let Self { mut call, begins } = self;
        if let Some(Begins {
            finish,
            started,
            mut called,
        }) = begins
        {
            let is_inside = called.place().is_some();
            let _called = is_inside.then(|| called.enter());
            call.change(|call| call.open_bare(finish, started));
        }
        call
    }
}

//! A call for hands: a span around what is no function of one's own.

use std::fmt::{self, Display};
use std::marker::PhantomData;

use super::call::Call;
use crate::context::Context;
use crate::event::Event;
use crate::outcome::{Described, DescribedDisplay as _};

/// A span by hand: for a loop body, a call to foreign code, or whatever is no function of one's own.
///
/// ```
/// use event_core::{Event, Span};
///
/// #[derive(Event, serde::Serialize)]
/// struct ImportStarted<'a> { file: &'a str }
/// #[derive(Event, serde::Serialize)]
/// struct ImportFinished { rows: u64 }
///
/// let mut span = Span::start(&ImportStarted { file: "a.csv" });
/// let rows = span.run(|| 17);
/// span.finish(&ImportFinished { rows });
/// ```
///
/// Dropped without [`Span::finish`] or [`Span::fail`], it is finished as `cancelled`, or `panicked` while the thread
/// unwinds.
#[must_use = "a span that is dropped at once is finished as cancelled"]
pub struct Span<F> {
    pub(crate) call: Call,
    /// The type of the finished event, should the span end without a value of it.
    finish: PhantomData<fn() -> F>,
}

impl<F: Event> Span<F> {
    /// Publishes the started event. `F` is the type of the finished one; [`Span::finish`] tells it, or
    /// `Span::<F>::start` does.
    pub fn start(start: &impl Event) -> Self {
        let mut call = Call::new(("", ""));
        if let Some(to) = call.start(|_: F| ()) {
            to.event(start);
        }
        // From now on, dropping means giving up.
        call.suspend();
        Self {
            call,
            finish: PhantomData,
        }
    }

    /// Runs `f` inside the span.
    pub fn run<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.call.resume();
        let result = self.call.run(f);
        self.call.suspend();
        result
    }

    /// The span as a context, to carry to a task or a thread.
    pub fn context(&self) -> Context {
        self.call.context().cloned().unwrap_or_else(Context::current)
    }

    /// Publishes the finished event, with outcome `ok`.
    pub fn finish(mut self, event: &F) {
        if let Some((event, to)) = self.call.finish(Ok(event)) {
            to.event(event);
        }
    }

    /// Publishes the finished event, with outcome `error`.
    pub fn fail(mut self, error: &impl Display) {
        let _ = self.call.finish::<()>(Err((&Described(error)).__describe()));
    }
}

impl<F> Drop for Span<F> {
    fn drop(&mut self) {
        // Whatever ran inside last: given up, unless the thread unwinds through here.
        if std::thread::panicking() {
            self.call.unwind();
        } else {
            self.call.suspend();
        }
    }
}

impl<F> fmt::Debug for Span<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.call.context().and_then(Context::traceparent) {
            Some(traceparent) => write!(f, "Span({traceparent})"),
            None => f.write_str("Span(off)"),
        }
    }
}

//! A call for hands: a span around what is no function of one's own.

use std::fmt::{self, Display};
use std::marker::PhantomData;

use super::call::Call;
use crate::context::Context;
use crate::event::Event;
use crate::outcome::{Described, DescribedDisplay as _, Failure};
use crate::record::EventType;

/// A span by hand: for a loop body, a call to foreign code, or whatever is no function of one's own.
///
/// ```
/// use event_core::{Event, Span};
///
/// #[derive(Event, serde::Serialize)]
/// struct ImportStarted<'a> { file: &'a str }
/// #[derive(Event, serde::Serialize)]
/// struct ImportFinished { rows: usize }
///
/// # fn import(_file: &str) -> Result<Vec<u32>, std::num::ParseIntError> { Ok(vec![17]) }
/// # fn main() -> Result<(), std::num::ParseIntError> {
/// for file in ["a.csv", "b.csv"] {
///     let mut span = Span::start(&ImportStarted { file });
///     let rows = span.run(|| import(file));
///     span.finish_with(&rows, |rows| ImportFinished { rows: rows.len() });
///     let rows = rows?;
/// #   let _ = rows;
/// }
/// # Ok(())
/// # }
/// ```
///
/// The rules are those of `#[emits]`: what is published in [`Span::run`] and [`Span::run_async`] belongs to the span, and
/// it has exactly one finished event. Dropped without one of the methods that finish it, it is finished as `cancelled`,
/// or as `panicked` while the thread unwinds through what holds it.
#[must_use = "a span that is dropped at once is finished as cancelled"]
pub struct Span<F> {
    pub(crate) call: Call,
    /// The type of the finished event, should the span end without a value of it.
    finish: PhantomData<fn() -> F>,
}

impl<F: Event> Span<F> {
    /// Publishes the started event. `F` is the type of the finished one; the method that finishes the span tells it, or
    /// `Span::<F>::start` does.
    pub fn start(start: &impl Event) -> Self {
        let mut call = Call::new();
        if call.has_bus() {
            call.start(EventType::of::<F>(), start);
        }
        Self {
            call,
            finish: PhantomData,
        }
    }

    /// Runs `f` inside the span.
    pub fn run<R>(&mut self, f: impl FnOnce() -> R) -> R {
        // A caught panic leaves the span in use.
        let _entered = self.call.resume();
        f()
    }

    /// The span as a context, to carry to a task or a thread.
    pub fn context(&self) -> Context {
        self.call.context().cloned().unwrap_or_else(Context::current)
    }

    /// Publishes the finished event, with outcome `ok`.
    pub fn finish(mut self, event: &F) {
        if self.call.is_on() {
            self.call.finish(Ok(event), |event, to| to.event(event));
        }
    }

    /// Publishes the finished event as a function with that result would: `ok` with what `finish` makes of the value, or
    /// `error`.
    pub fn finish_with<'r, T, E: Display>(mut self, result: &'r Result<T, E>, finish: impl FnOnce(&'r T) -> F) {
        if self.call.is_on() {
            let verdict = result.as_ref().map_err(describe);
            self.call.finish(verdict, |value, to| to.event(&finish(value)));
        }
    }

    /// Publishes the finished event, with outcome `error`.
    pub fn fail(mut self, error: &impl Display) {
        if self.call.is_on() {
            self.call.finish_bare::<()>(Err(describe(error)));
        }
    }
}

/// The sources of an error are for `#[emits]` to tell, which knows its type.
fn describe(error: &impl Display) -> Failure {
    (&Described(error)).__describe()
}

impl<F> Drop for Span<F> {
    fn drop(&mut self) {
        // Unwinding leaves it as it is: given up if it is suspended, else panicked.
        if !std::thread::panicking() {
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

//! Who is measured. Each case has a call, sync and async, of the same work: what differs is the attribute on it, and
//! what is set up around.

mod emits;
#[cfg(feature = "peers")]
mod fastrace;
#[cfg(feature = "peers")]
mod opentelemetry;
mod plain;
#[cfg(feature = "peers")]
mod trace_weft;
#[cfg(feature = "peers")]
mod tracing;

pub use self::emits::{WorkDone, Worked};

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::burst::Call;

/// One row of the table.
pub struct Case {
    /// What xtask calls it.
    pub name: &'static str,
    /// None where the peer has no such form.
    pub sync: Option<Call>,
    pub asynchronous: Option<Call>,
    /// Installs what the calls report to, for the whole process.
    pub set_up: fn() -> Box<dyn Around>,
}

impl Case {
    /// The call in one of its forms: `sync` or `async`.
    pub fn call(&self, form: &str) -> Option<Call> {
        match form {
            "sync" => self.sync,
            "async" => self.asynchronous,
            other => panic!("a form is sync or async, not {other:?}"),
        }
    }
}

/// The case of that name with its call in that form, as a program is told by its arguments.
pub fn find(name: &str, form: &str) -> (Case, Call) {
    let case = all().into_iter().find(|case| case.name == name);
    let case = case.unwrap_or_else(|| panic!("there is no case {name:?}"));
    let call = case.call(form).unwrap_or_else(|| panic!("{name} has no {form} form"));
    (case, call)
}

/// What is around a burst of calls, and not counted.
pub trait Around {
    /// Runs the burst inside a parent span, where the case has one.
    fn parent(&mut self, burst: &mut dyn FnMut()) {
        burst();
    }

    /// Waits until everything that was handed over is gone.
    fn drain(&mut self) {}
}

/// Nothing around.
struct Bare;

impl Around for Bare {}

fn bare() -> Box<dyn Around> {
    Box::new(Bare)
}

/// Every case, in the order of the table.
pub fn all() -> Vec<Case> {
    let mut all = Vec::from(plain::CASES);
    #[cfg(feature = "peers")]
    all.extend(tracing::CASES);
    #[cfg(feature = "peers")]
    all.extend([opentelemetry::CASE]);
    #[cfg(feature = "peers")]
    all.extend(fastrace::CASES);
    #[cfg(feature = "peers")]
    all.extend(trace_weft::CASES);
    all.extend(emits::CASES);
    all
}

/// The output of a future that is ready at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the body of a case never waits"),
    }
}

//! The end of a call in the function that it is of. Owns what is asked there, by type, and hands the rest to the
//! runtime: a value that stood in the function would be on the stack once for each level of a recursion.

use std::convert::Infallible;

use crate::outcome::{Failure, Returned, Verdict};
use crate::span::{Call, Finish};

/// A call whose body has returned, and what that means; nothing if it is off.
#[derive(Debug)]
#[must_use = "its finished event is not published"]
pub struct Ended<'c, 'a, T> {
    call: &'c mut Call,
    verdict: Option<Verdict<'a, T>>,
}

impl<'a, T> Ended<'_, 'a, T> {
    /// Publishes the finished event, by `publish` if the call ended well.
    #[inline]
    pub fn publish(self, publish: impl FnOnce(&'a T, Finish<'_>)) {
        if let Some(verdict) = self.verdict {
            self.call.finish(verdict, publish);
        }
    }

    /// Publishes the finished event, with the automatic fields only.
    #[inline]
    pub fn bare(self) {
        if let Some(verdict) = self.verdict {
            self.call.finish_bare(verdict);
        }
    }
}

/// A `Result` tells how the call ended.
pub trait EndedResult<'a, T: 'a, E: 'a> {
    /// The end of `call`; `describe` tells of an error.
    fn __ended<'c>(self, call: &'c mut Call, describe: impl FnOnce(&'a E) -> Failure) -> Ended<'c, 'a, T>;
}

impl<'a, T, E> EndedResult<'a, T, E> for &Returned<'a, Result<T, E>> {
    #[inline]
    fn __ended<'c>(self, call: &'c mut Call, describe: impl FnOnce(&'a E) -> Failure) -> Ended<'c, 'a, T> {
        // Without a closure, and no function in between: both would be compiled for every function that is annotated.
        let verdict = if call.leave() {
            Some(self.0.as_ref().map_err(describe))
        } else {
            None
        };
        Ended { call, verdict }
    }
}

/// After every other value it ended well.
pub trait EndedValue<'a, R: 'a> {
    /// The end of `call`.
    fn __ended<'c>(self, call: &'c mut Call, describe: impl FnOnce(&'a Infallible) -> Failure) -> Ended<'c, 'a, R>;
}

impl<'a, R> EndedValue<'a, R> for Returned<'a, R> {
    #[inline]
    fn __ended<'c>(self, call: &'c mut Call, _describe: impl FnOnce(&'a Infallible) -> Failure) -> Ended<'c, 'a, R> {
        let verdict = if call.leave() { Some(Ok(self.0)) } else { None };
        Ended { call, verdict }
    }
}

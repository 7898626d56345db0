//! How a call ended, decided by the type of what it returned. Owns the probes that the attribute's expansion calls:
//! method resolution picks the most telling one that a type allows, aliases and generics included.
//!
//! A method is looked for on `&&&T`, then `&&T`, `&T`, `T`; the first trait that is implemented wins. The methods have
//! names that no trait of a user's has.

mod streamed;

use std::convert::Infallible;
use std::error::Error;
use std::fmt::Display;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use self::streamed::Streamed;
use crate::text::truncate;

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It returned `Ok`, or a value that is no `Result`.
    Ok,
    /// It returned, with a value that can't be seen.
    Returned,
    /// It returned `Err`.
    Error(Failure),
    /// It panicked.
    Panicked(Failure),
    /// Its future was dropped before it was done.
    Cancelled(Failure),
}

impl Outcome {
    /// The value of `outcome` on the wire.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Returned => "returned",
            Self::Error(_) => "error",
            Self::Panicked(_) => "panicked",
            Self::Cancelled(_) => "cancelled",
        }
    }

    /// Bytes of its texts.
    pub(crate) fn size(&self) -> usize {
        self.failure().map_or(0, |failure| {
            failure.error.len() + failure.error_chain.iter().map(String::len).sum::<usize>()
        })
    }

    pub(crate) fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Ok | Self::Returned => None,
            Self::Error(failure) | Self::Panicked(failure) | Self::Cancelled(failure) => Some(failure),
        }
    }

    pub(crate) fn cancelled() -> Self {
        Self::Cancelled(Failure::new(
            "dropped before it was done".to_owned(),
            "cancelled",
            Vec::new(),
        ))
    }
}

/// What is known of an error. In a box: each function has room for one, on each level of a recursion, and few have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(Box<Cause>);

/// See [`Failure`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Display, else the type's name; never Debug, which may show what was not meant to be seen.
    pub(crate) error: String,
    pub(crate) error_type: &'static str,
    /// The error and its sources, where there is more than one.
    pub(crate) error_chain: Vec<String>,
}

impl Failure {
    pub(crate) fn new(error: String, error_type: &'static str, error_chain: Vec<String>) -> Self {
        Self(Box::new(Cause {
            error,
            error_type,
            error_chain,
        }))
    }
}

impl Deref for Failure {
    type Target = Cause;

    fn deref(&self) -> &Cause {
        &self.0
    }
}

/// What a call returned: the value to show on `ok`, or the failure.
pub(crate) type Verdict<'a, T> = Result<&'a T, Failure>;

/// Probes what a function returned: a `Result`, or something else.
#[derive(Debug)]
pub struct Returned<'a, R>(pub &'a R);

/// Probes what is known of an error.
#[derive(Debug)]
pub struct Described<'a, E>(pub &'a E);

// Copied on the way down from `&&&T` to `T`, whatever they point to.
impl<R> Clone for Returned<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Returned<'_, R> {}

impl<E> Clone for Described<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Described<'_, E> {}

/// A `Result` tells its outcome.
pub trait ReturnedResult<'a, T: 'a, E: 'a> {
    /// The value on `ok`, or what `describe` makes of the error.
    fn __verdict(self, describe: impl FnOnce(&'a E) -> Failure) -> Verdict<'a, T>;
}

impl<'a, T, E> ReturnedResult<'a, T, E> for &Returned<'a, Result<T, E>> {
    fn __verdict(self, describe: impl FnOnce(&'a E) -> Failure) -> Verdict<'a, T> {
        self.0.as_ref().map_err(describe)
    }
}

/// Every other value is `ok`.
pub trait ReturnedValue<'a, R: 'a> {
    /// The value.
    fn __verdict(self, describe: impl FnOnce(&'a Infallible) -> Failure) -> Verdict<'a, R>;
}

impl<'a, R> ReturnedValue<'a, R> for Returned<'a, R> {
    fn __verdict(self, _describe: impl FnOnce(&'a Infallible) -> Failure) -> Verdict<'a, R> {
        Ok(self.0)
    }
}

/// A value that tells an error: what `err` is for.
#[diagnostic::on_unimplemented(
    message = "`err` tells of the error of a `Result`, and `{Self}` is none",
    label = "this function returns `{Self}`",
    note = "remove `err`; a method in an impl block that has it says `err = _`"
)]
pub trait Fallible {
    /// Of `Ok`.
    type Value;
    /// Of `Err`.
    type Error;

    /// Either of them.
    fn as_result(&self) -> Result<&Self::Value, &Self::Error>;
}

impl<T, E> Fallible for Result<T, E> {
    type Value = T;
    type Error = E;

    fn as_result(&self) -> Result<&T, &E> {
        self.as_ref()
    }
}

/// An error with its sources.
pub trait DescribedError {
    /// Its text, type and chain.
    fn __describe(self) -> Failure;
}

impl<E: Error> DescribedError for &&&Described<'_, E> {
    fn __describe(self) -> Failure {
        failure::<E>(|| self.0.to_string(), self.0.source())
    }
}

/// A box around an error, such as `Box<dyn Error>` or `anyhow::Error`.
pub trait DescribedBox {
    /// Its text, type and chain.
    fn __describe(self) -> Failure;
}

impl<E: Deref<Target: Error>> DescribedBox for &&Described<'_, E> {
    fn __describe(self) -> Failure {
        failure::<E>(|| self.0.deref().to_string(), self.0.deref().source())
    }
}

/// A text, or another type that can be shown.
pub trait DescribedDisplay {
    /// Its text and type.
    fn __describe(self) -> Failure;
}

impl<E: Display> DescribedDisplay for &Described<'_, E> {
    fn __describe(self) -> Failure {
        failure::<E>(|| self.0.to_string(), None)
    }
}

/// A type of which nothing is known but its name.
pub trait DescribedName {
    /// Its type.
    fn __describe(self) -> Failure;
}

impl<E> DescribedName for Described<'_, E> {
    fn __describe(self) -> Failure {
        failure::<E>(|| std::any::type_name::<E>().to_owned(), None)
    }
}

/// How many sources an error chain shows: enough for any real one, and an end for one that turns in a circle.
const MAX_CHAIN: usize = 16;

/// How much of an error's text is kept, in bytes.
const MAX_ERROR_BYTES: usize = 16 * 1024;

fn failure<E>(display: impl Fn() -> String, source: Option<&(dyn Error + 'static)>) -> Failure {
    // The texts come from code of the user's that he did not ask us to run: a panic in there stays there.
    let error = catch(display).unwrap_or_else(|| std::any::type_name::<E>().to_owned());
    let error = cut(error);
    let sources = catch(|| {
        let sources = std::iter::successors(source, |error: &&(dyn Error + 'static)| (*error).source());
        sources
            .take(MAX_CHAIN - 1)
            .map(|source| cut(source.to_string()))
            .collect()
    });
    let mut error_chain: Vec<_> = sources.unwrap_or_default();
    if !error_chain.is_empty() {
        error_chain.insert(0, error.clone());
    }
    Failure::new(error, std::any::type_name::<E>(), error_chain)
}

/// Errors may quote whole documents.
fn cut(mut text: String) -> String {
    let end = truncate(&text, MAX_ERROR_BYTES).len();
    text.truncate(end);
    text
}

fn catch<T>(run: impl Fn() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

#[cfg(test)]
mod tests;

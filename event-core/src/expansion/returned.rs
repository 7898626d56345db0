//! How a function ends that may return a future or a stream without being `async`: when it returns, or when that is
//! done. Owns the decision, by type. Method resolution takes the first type on the way of `Deref` that has the method:
//! those with a future or a stream in them, and at the end of the way every type.

#![expect(clippy::unused_self, reason = "the type of the receiver is what decides")]

use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;

use futures_core::Stream;

use super::{Hint, Plain};
use crate::outcome::{Failure, Streamed};
use crate::span::{Call, Deferred, call, deferred};
use crate::watch::{CallFuture, CallStream};

impl<R> Deref for Hint<R> {
    type Target = Plain<R>;

    fn deref(&self) -> &Plain<R> {
        &self.plain
    }
}

/// A type as any other: the call ends when the function returns.
impl<R> Plain<R> {
    pub(super) const NEW: Self = Self(PhantomData);

    /// The call.
    #[inline]
    pub fn __call(&self, path: &'static str, name: &'static str) -> Call {
        call(path, name)
    }

    /// Ends the call with `ending`.
    #[inline]
    pub fn __end(
        &self,
        call: Call,
        out: R,
        _judge: impl FnMut(&Infallible) -> Option<Failure>,
        ending: impl FnOnce(Call, R) -> R,
    ) -> R {
        ending(call, out)
    }
}

/// The declared type of a function, of which is not known whether its type parameters live as long as a box.
#[derive(Debug)]
pub struct Concrete<R> {
    plain: Plain<R>,
}

/// See `Concrete`.
#[inline]
pub fn concrete<R>() -> Concrete<R> {
    Concrete { plain: Plain::NEW }
}

impl<R> Deref for Concrete<R> {
    type Target = Plain<R>;

    fn deref(&self) -> &Plain<R> {
        &self.plain
    }
}

/// The methods of [`Plain`] for a boxed future or stream with these auto traits.
///
/// `T: 'a` is not looked at when a method is chosen, and an error if it does not hold. So a `Concrete` asks for `Unpin`:
/// nearly every type is that, but it is not known of a type parameter, nor of what is made of one.
macro_rules! boxed {
    ($($auto:ident)*) => {
        boxed!(Hint [] $($auto)*);
        boxed!(Concrete [+ Unpin] $($auto)*);
    };
    ($hint:ident [$($known:tt)*] $($auto:ident)*) => {
        impl<'a, T: 'a $($known)*> $hint<Pin<Box<dyn Future<Output = T> $(+ $auto)* + 'a>>> {
            /// The call, which begins with the first poll.
            #[inline]
            pub fn __call(&self, path: &'static str, name: &'static str) -> Deferred {
                deferred(path, name)
            }

            /// The future, which ends the call with `ending` when it is done.
            #[inline]
            pub fn __end(
                &self,
                call: Deferred,
                out: Pin<Box<dyn Future<Output = T> $(+ $auto)* + 'a>>,
                _judge: impl FnMut(&Infallible) -> Option<Failure>,
                ending: impl FnOnce(Call, T) -> T $(+ $auto)* + 'a,
            ) -> Pin<Box<dyn Future<Output = T> $(+ $auto)* + 'a>> {
                if call.is_on() { Box::pin(CallFuture::new(call, out, ending)) } else { out }
            }
        }

        impl<'a, T: 'a $($known)*> $hint<Pin<Box<dyn Stream<Item = T> $(+ $auto)* + 'a>>> {
            /// The call, which begins with the first poll.
            #[inline]
            pub fn __call(&self, path: &'static str, name: &'static str) -> Deferred {
                deferred(path, name)
            }

            /// The stream, which ends the call with `ending` when it ends.
            #[inline]
            pub fn __end(
                &self,
                call: Deferred,
                out: Pin<Box<dyn Stream<Item = T> $(+ $auto)* + 'a>>,
                judge: impl FnMut(&T) -> Option<Failure> $(+ $auto)* + 'a,
                ending: impl FnOnce(Call, Streamed) -> Streamed $(+ $auto)* + 'a,
            ) -> Pin<Box<dyn Stream<Item = T> $(+ $auto)* + 'a>> {
                if call.is_on() { Box::pin(CallStream::new(call, out, judge, ending)) } else { out }
            }
        }
    };
}

boxed!();
boxed!(Send);
boxed!(Sync);
boxed!(Send Sync);

/// What a function declared as `impl Future<Output = T>` has returned.
#[derive(Debug)]
pub struct OpaqueFuture<T, R> {
    output: PhantomData<fn() -> T>,
    other: Opaque<R>,
}

/// What a function declared as `impl Stream<Item = T>` has returned.
#[derive(Debug)]
pub struct OpaqueStream<T, R> {
    item: PhantomData<fn() -> T>,
    other: Opaque<R>,
}

/// What has been returned, if it is neither.
#[derive(Debug)]
pub struct Opaque<R>(PhantomData<fn() -> R>);

/// See `OpaqueFuture`.
#[inline]
pub fn future<T, R>(_out: &R) -> OpaqueFuture<T, R> {
    OpaqueFuture {
        output: PhantomData,
        other: Opaque(PhantomData),
    }
}

/// See `OpaqueStream`.
#[inline]
pub fn stream<T, R>(_out: &R) -> OpaqueStream<T, R> {
    OpaqueStream {
        item: PhantomData,
        other: Opaque(PhantomData),
    }
}

impl<T, R: Future<Output = T>> OpaqueFuture<T, R> {
    /// The future, which ends the call with `ending` when it is done.
    #[inline]
    pub fn __end<E: FnOnce(Call, T) -> T>(&self, call: Deferred, out: R, ending: E) -> CallFuture<R, E> {
        CallFuture::new(call, out, ending)
    }
}

impl<T, R: Stream<Item = T>> OpaqueStream<T, R> {
    /// The stream, which ends the call with `ending` when it ends.
    #[inline]
    pub fn __end_stream<J, E>(&self, call: Deferred, out: R, judge: J, ending: E) -> CallStream<R, J, E>
    where
        J: FnMut(&T) -> Option<Failure>,
        E: FnOnce(Call, Streamed) -> Streamed,
    {
        CallStream::new(call, out, judge, ending)
    }
}

/// A type of the user's own, under a trait of that name: the call begins and ends when the function has returned.
impl<R> Opaque<R> {
    /// Ends the call with `ending`.
    pub fn __end(&self, call: Deferred, out: R, ending: impl FnOnce(Call, R) -> R) -> R {
        ending(call.begin(), out)
    }

    /// Ends the call with `ending`.
    pub fn __end_stream(
        &self,
        call: Deferred,
        out: R,
        _judge: impl FnMut(&Infallible) -> Option<Failure>,
        ending: impl FnOnce(Call, R) -> R,
    ) -> R {
        ending(call.begin(), out)
    }
}

impl<T, R> Deref for OpaqueFuture<T, R> {
    type Target = Opaque<R>;

    fn deref(&self) -> &Opaque<R> {
        &self.other
    }
}

impl<T, R> Deref for OpaqueStream<T, R> {
    type Target = Opaque<R>;

    fn deref(&self) -> &Opaque<R> {
        &self.other
    }
}

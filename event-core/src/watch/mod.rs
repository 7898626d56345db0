//! Futures and streams that are spans while polled. Owns entering and leaving the span around each poll, and telling a
//! panic from what was given up. What an end means is the expansion's to say.

mod by_hand;
mod future;
mod stream;

use std::future::Future;
use std::panic::UnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

pub use self::by_hand::RunAsync;
pub(crate) use self::future::CallFuture;
pub(crate) use self::stream::CallStream;
use crate::span::{Call, Deferred};

pin_project! {
    /// The body of an async function, inside the span of its call, which is to be dropped right after it.
    #[must_use = "futures do nothing unless they are polled"]
    #[derive(Debug)]
    pub struct Watch<'a, F> {
        // None where it is off: nothing is around the body then, but this one question.
        call: Option<&'a mut Call>,
        #[pin]
        body: F,
    }

    impl<F> PinnedDrop for Watch<'_, F> {
        // The body goes next, so its destructors run inside the span as well; then the call, which leaves it.
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            if let Some(call) = this.project().call {
                call.go_in_to_drop();
            }
        }
    }
}

// As safe as what it watches; the reference would hide that.
impl<F: UnwindSafe> UnwindSafe for Watch<'_, F> {}

impl Call {
    /// The body of an async function, which is inside the span whenever it is polled.
    #[inline]
    pub fn watch<F: Future>(&mut self, body: F) -> Watch<'_, F> {
        let call = if self.is_on() {
            self.suspend();
            Some(self)
        } else {
            None
        };
        Watch { call, body }
    }

    /// Polls inside the span.
    #[inline]
    fn poll<T>(&mut self, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        // Should the poll panic, the call stays resumed: that is how its end is told from being given up.
        let entered = self.resume();
        let poll = poll();
        drop(entered);
        if poll.is_pending() {
            self.suspend();
        }
        poll
    }
}

impl<F: Future> Future for Watch<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        match this.call {
            None => this.body.poll(cx),
            Some(call) => call.poll(|| this.body.poll(cx)),
        }
    }
}

/// How far the call of a returned future or stream has come; `E` is what ends it.
#[derive(Debug)]
enum Progress<E> {
    /// There is nothing to publish, or nothing any more.
    Silent,
    /// Not polled yet.
    Waiting(Deferred, E),
    Running(Call, E),
}

impl<E> Progress<E> {
    fn of(call: Deferred, ending: E) -> Self {
        if call.is_on() {
            Self::Waiting(call, ending)
        } else {
            Self::Silent
        }
    }

    /// The call, begun if it was not.
    fn begin(&mut self) -> Option<&mut Call> {
        if let Self::Waiting(..) = self
            && let Self::Waiting(call, ending) = self.take()
        {
            *self = Self::Running(call.begin(), ending);
        }
        self.running()
    }

    /// The call, between its first poll and its end.
    fn running(&mut self) -> Option<&mut Call> {
        match self {
            Self::Running(call, _) => Some(call),
            Self::Silent | Self::Waiting(..) => None,
        }
    }

    fn take(&mut self) -> Self {
        std::mem::replace(self, Self::Silent)
    }
}

//! Futures and streams that are spans while polled. Owns entering and leaving the span around each poll, and telling a
//! panic from what was given up. What an end means is the expansion's to say.

mod by_hand;
mod future;
mod stream;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

pub use self::by_hand::RunAsync;
pub(crate) use self::future::CallFuture;
pub(crate) use self::stream::CallStream;
use crate::span::{Call, Deferred, Opened};

pin_project! {
    /// The body of an async function, inside the span of its call. Its output is that of the body, with the call, which is
    /// still in there: who ends it leaves.
    #[must_use = "futures do nothing unless they are polled"]
    #[derive(Debug)]
    pub struct Watch<F> {
        #[pin]
        body: F,
        // Behind the body: dropped after it, the call leaves the span that the body was dropped inside of.
        call: Call,
    }

    impl<F> PinnedDrop for Watch<F> {
        // The body goes next, so its destructors run inside the span as well.
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            let call = this.project().call;
            // Not so what has come to its end, which has nothing left to drop.
            if call.is_suspended() {
                call.go_in();
            }
        }
    }
}

impl Opened {
    /// The body of an async function, which is inside the span whenever it is polled.
    #[inline]
    pub fn watch<F: Future>(self, body: F) -> Watch<F> {
        let mut call = self.call();
        call.suspend();
        Watch { body, call }
    }
}

impl<F: Future> Future for Watch<F> {
    type Output = (F::Output, Call);

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // Should the body panic, nobody leaves the span here: the call does, which is dropped with it.
        this.call.go_on();
        if let Poll::Ready(out) = this.body.poll(cx) {
            Poll::Ready((out, this.call.take_all()))
        } else {
            this.call.pause();
            Poll::Pending
        }
    }
}

impl Call {
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

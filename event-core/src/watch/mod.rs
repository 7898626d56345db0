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
    /// The body of an async function, inside the span of its call.
    #[must_use = "futures do nothing unless they are polled"]
    #[derive(Debug)]
    pub struct Watch<'a, F> {
        call: &'a mut Call,
        // Emptied when dropped, so that destructors of the body run inside the span as well.
        #[pin]
        body: Option<F>,
    }

    impl<F> PinnedDrop for Watch<'_, F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let _entered = this.call.enter();
            let mut body = this.body;
            body.set(None);
        }
    }
}

// As safe as what it watches; the reference would hide that.
impl<F: UnwindSafe> UnwindSafe for Watch<'_, F> {}

impl Call {
    /// The body of an async function, which is inside the span whenever it is polled.
    #[inline]
    pub fn watch<F: Future>(&mut self, body: F) -> Watch<'_, F> {
        self.suspend();
        Watch {
            call: self,
            body: Some(body),
        }
    }

    /// Polls inside the span.
    #[inline]
    fn poll<T>(&mut self, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        // Should the poll panic, the call stays resumed: that is how its end is told from being given up.
        self.resume();
        let entered = self.enter();
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

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(body) = this.body.as_pin_mut() else {
            unreachable!("only emptied when dropped");
        };
        this.call.poll(|| body.poll(cx))
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

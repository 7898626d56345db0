//! Futures that are spans while polled. Owns entering and leaving the span around each poll, and telling a panic from
//! a future that was given up.

mod by_hand;

use std::future::Future;
use std::panic::UnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

pub use self::by_hand::RunAsync;
use crate::span::Call;

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
}

impl<F: Future> Future for Watch<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(body) = this.body.as_pin_mut() else {
            unreachable!("only emptied when dropped");
        };
        // Should the body panic, the call stays resumed: that is how its end is told from being given up.
        this.call.resume();
        let entered = this.call.enter();
        let poll = body.poll(cx);
        drop(entered);
        if poll.is_pending() {
            this.call.suspend();
        }
        poll
    }
}

//! The future that a function returns: its call begins with the first poll, and ends with its output.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::Progress;
use crate::span::{Call, Deferred};

pin_project! {
    /// A future that a function returned, inside the span of its call whenever it is polled.
    #[must_use = "futures do nothing unless they are polled"]
    #[derive(Debug)]
    pub struct CallFuture<F, E> {
        progress: Progress<E>,
        // Emptied when dropped, so that its destructor runs inside the span as well.
        #[pin]
        future: Option<F>,
    }

    impl<F, E> PinnedDrop for CallFuture<F, E> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let _entered = this.progress.running().map(Call::enter);
            let mut future = this.future;
            future.set(None);
        }
    }
}

impl<F: Future, E: FnOnce(Call, F::Output) -> F::Output> CallFuture<F, E> {
    /// `ending` publishes the finished event, and hands the output on.
    pub(crate) fn new(call: Deferred, future: F, ending: E) -> Self {
        Self {
            progress: Progress::of(call, ending),
            future: Some(future),
        }
    }
}

impl<F: Future, E: FnOnce(Call, F::Output) -> F::Output> Future for CallFuture<F, E> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else {
            unreachable!("only emptied when dropped");
        };
        let Some(call) = this.progress.begin() else {
            return future.poll(cx);
        };
        let out = std::task::ready!(call.poll(|| future.poll(cx)));
        Poll::Ready(match this.progress.take() {
            Progress::Running(call, ending) => ending(call, out),
            Progress::Silent | Progress::Waiting(..) => out,
        })
    }
}

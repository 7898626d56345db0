//! The stream that a function returns: its call begins with the first poll, and ends with the stream. Owns counting
//! what comes out of it.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::Progress;
use crate::clock::Moment;
use crate::outcome::{Failure, Streamed};
use crate::span::{Call, Deferred};

pin_project! {
    /// A stream that a function returned, inside the span of its call whenever it is polled.
    #[must_use = "streams do nothing unless polled"]
    #[derive(Debug)]
    pub struct CallStream<S, J, E> {
        progress: Progress<E>,
        // Tells an item that is an error.
        judge: J,
        first_poll: Option<Moment>,
        streamed: Streamed,
        // What the last item was, if it was an error.
        failure: Option<Failure>,
        // Emptied when dropped, so that its destructor runs inside the span as well.
        #[pin]
        stream: Option<S>,
    }

    impl<S, J, E> PinnedDrop for CallStream<S, J, E> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let mut stream = this.stream;
            let Some(call) = this.progress.running() else {
                stream.set(None);
                return;
            };
            let entered = call.enter();
            stream.set(None);
            drop(entered);
            call.tell(*this.streamed);
            // A reader that stops at an error has not given up: the stream has failed.
            if call.is_suspended() && let Some(failure) = this.failure.take() {
                call.finish_bare::<()>(Err(failure));
            }
        }
    }
}

impl<S, J, E> CallStream<S, J, E>
where
    S: Stream,
    J: FnMut(&S::Item) -> Option<Failure>,
    E: FnOnce(Call, Streamed) -> Streamed,
{
    /// `judge` tells an item that is an error; `ending` publishes the finished event of a stream that ended well.
    pub(crate) fn new(call: Deferred, stream: S, judge: J, ending: E) -> Self {
        Self {
            progress: Progress::of(call, ending),
            judge,
            first_poll: None,
            streamed: Streamed::default(),
            failure: None,
            stream: Some(stream),
        }
    }
}

impl<S, J, E> Stream for CallStream<S, J, E>
where
    S: Stream,
    J: FnMut(&S::Item) -> Option<Failure>,
    E: FnOnce(Call, Streamed) -> Streamed,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let Some(stream) = this.stream.as_pin_mut() else {
            unreachable!("only emptied when dropped");
        };
        let Some(call) = this.progress.begin() else {
            return stream.poll_next(cx);
        };
        let first_poll = *this.first_poll.get_or_insert_with(Moment::now);
        let item = std::task::ready!(call.poll(|| stream.poll_next(cx)));
        if let Some(item) = &item {
            this.streamed.items += 1;
            this.streamed
                .time_to_first
                .get_or_insert_with(|| call.since(first_poll));
            *this.failure = (this.judge)(item);
            // Between two items nothing of it runs.
            call.suspend();
        } else if let Progress::Running(mut call, ending) = this.progress.take() {
            call.tell(*this.streamed);
            match this.failure.take() {
                Some(failure) => call.finish_bare::<()>(Err(failure)),
                None => drop(ending(call, *this.streamed)),
            }
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}

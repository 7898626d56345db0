//! The way of one writer into a log: batch after batch, in order. Owns the trait and the form that any log has without
//! doing anything for it. It never tries again: that is its user's business.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;

use super::{EntryId, Log, LogError};

/// What a log says to a batch: an answer for each entry, or one error for all of them.
pub type Answers = Result<Vec<Result<EntryId, LogError>>, LogError>;

/// Appends batches in the order in which it was given them, for one user; made by [`Log::appender`].
///
/// A log that can have several batches on their way to its broker implements it; any other has one made of
/// [`Log::append`].
pub trait Appender: Send {
    /// How many batches may be without an answer at the same time.
    fn depth(&self) -> usize {
        1
    }

    /// Takes a batch over. It only works while [`Appender::poll_answer`] is polled.
    fn send(&mut self, entries: &[Bytes]);

    /// The answer to the oldest batch that has none yet, as [`Log::append`] gives it. Every batch gets one, also after
    /// an error; asked without a batch, it is pending for ever.
    fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Answers>;
}

/// One batch after another through [`Log::append`].
pub(super) struct OneByOne<'a, L: ?Sized> {
    log: &'a L,
    waiting: VecDeque<Vec<Bytes>>,
    appending: Option<Pin<Box<dyn Future<Output = Answers> + Send + 'a>>>,
}

impl<'a, L: Log + ?Sized> OneByOne<'a, L> {
    pub(super) fn new(log: &'a L) -> Self {
        Self {
            log,
            waiting: VecDeque::new(),
            appending: None,
        }
    }
}

impl<L: Log + ?Sized> Appender for OneByOne<'_, L> {
    fn send(&mut self, entries: &[Bytes]) {
        self.waiting.push_back(entries.to_vec());
    }

    fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Answers> {
        if self.appending.is_none()
            && let Some(entries) = self.waiting.pop_front()
        {
            let log = self.log;
            self.appending = Some(Box::pin(async move { log.append(&entries).await }));
        }
        let Some(appending) = &mut self.appending else {
            return Poll::Pending;
        };
        let answers = std::task::ready!(appending.as_mut().poll(cx));
        self.appending = None;
        Poll::Ready(answers)
    }
}

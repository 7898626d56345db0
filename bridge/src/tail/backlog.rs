//! What was read of the log and is not framed yet, in the log's order. Owns its bound: the log is read as fast as it gives,
//! however long framing takes, until so much waits; then reading waits as well.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use event_core::log::{Cursor, Entry};
use tokio::sync::Notify;

use crate::page_size;

/// A rush that fits loses nothing, be framing slower than the log is trimmed.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What the reader met.
pub(super) enum News {
    /// What follows.
    Entries(Vec<Entry>),
    /// What was kept ends; what is to be kept begins here, with these: whoever sees that the log was reached must find in
    /// the ring what it held then.
    Restart(Cursor, Vec<Entry>),
    /// The log is another one, which is read from its start.
    Rewound,
}

/// See the module's description.
pub(super) struct Backlog {
    state: Mutex<State>,
    added: Notify,
    framed: Notify,
    max_bytes: usize,
}

#[derive(Default)]
struct State {
    news: VecDeque<News>,
    /// Of all that waits, and of what is being framed.
    bytes: usize,
}

impl Default for Backlog {
    fn default() -> Self {
        Self::new(MAX_BYTES)
    }
}

impl Backlog {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            state: Mutex::default(),
            added: Notify::new(),
            framed: Notify::new(),
            max_bytes,
        }
    }

    /// Adds what was met; waits while too much is there. One may be larger than the bound, by itself.
    pub(super) async fn add(&self, news: News) {
        let bytes = news.bytes();
        loop {
            {
                let mut state = self.lock();
                if state.bytes == 0 || state.bytes + bytes <= self.max_bytes {
                    state.bytes += bytes;
                    state.news.push_back(news);
                    break;
                }
            }
            self.framed.notified().await;
        }
        self.added.notify_one();
    }

    /// Ends when all is framed.
    pub(super) async fn empty(&self) {
        while self.lock().bytes > 0 {
            self.framed.notified().await;
        }
    }

    /// Waits for the oldest, and frames it.
    pub(super) async fn frame_next(&self, frame: impl FnOnce(&News)) {
        let news = loop {
            let news = self.lock().news.pop_front();
            match news {
                Some(news) => break news,
                None => self.added.notified().await,
            }
        };
        frame(&news);
        self.lock().bytes -= news.bytes();
        self.framed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing can panic while the lock is held, so a poisoned state is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl News {
    fn bytes(&self) -> usize {
        let entries = match self {
            Self::Entries(entries) | Self::Restart(_, entries) => entries.as_slice(),
            Self::Rewound => &[],
        };
        let texts: usize = entries.iter().map(page_size::bytes).sum();
        size_of::<Self>() + size_of_val(entries) + texts
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use event_core::log::{Content, EntryId};
    use futures_util::FutureExt as _;

    use super::*;

    fn entry(ms: u64) -> News {
        News::Entries(vec![Entry {
            id: EntryId { ms, seq: 0 },
            ordinal: None,
            content: Content::Json(Bytes::from_static(b"{\"type\":\"a\"}")),
        }])
    }

    /// The time of the next; none if there is none.
    fn next(backlog: &Backlog) -> Option<u64> {
        let mut ms = None;
        let framed = backlog.frame_next(|news| {
            if let News::Entries(entries) = news {
                ms = Some(entries[0].id.ms);
            }
        });
        framed.now_or_never().and(ms)
    }

    #[test]
    fn what_fits_is_taken_in_at_once_and_framed_in_order() {
        let backlog = Backlog::default();
        for ms in 1..1000 {
            assert!(backlog.add(entry(ms)).now_or_never().is_some());
        }
        assert!(backlog.empty().now_or_never().is_none());
        let framed: Vec<_> = std::iter::from_fn(|| next(&backlog)).collect();
        assert_eq!(framed, (1..1000).collect::<Vec<_>>());
        assert!(backlog.empty().now_or_never().is_some());
    }

    #[tokio::test]
    async fn what_does_not_fit_waits_until_there_is_room() {
        let one = entry(0).bytes();
        let backlog = Backlog::new(one * 2);
        backlog.add(entry(1)).await;
        backlog.add(entry(2)).await;
        let mut third = std::pin::pin!(backlog.add(entry(3)));
        assert!((&mut third).now_or_never().is_none());
        assert_eq!(next(&backlog), Some(1));
        third.await;
        assert_eq!(
            (next(&backlog), next(&backlog), next(&backlog)),
            (Some(2), Some(3), None)
        );
    }

    #[test]
    fn what_is_larger_than_all_room_is_taken_by_itself() {
        let backlog = Backlog::new(1);
        assert!(backlog.add(entry(1)).now_or_never().is_some());
        assert!(backlog.add(entry(2)).now_or_never().is_none());
        assert_eq!(next(&backlog), Some(1));
    }
}

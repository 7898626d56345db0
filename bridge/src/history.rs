//! Pages of the log behind the ring, shared by all who are there. Owns how often the log is asked: readers at the
//! same place share one read, a few reads run at a time, and the latest pages are kept for those who come next, if they
//! come soon.

mod ahead;
#[cfg(test)]
#[path = "../tests/bridge/support/away.rs"]
mod away;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use event_core::log::{Cursor, Direction, EntryId, Log, LogError, Page};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use self::ahead::Ahead;
use crate::continuity::{self, Continuity};
use crate::metrics::Metrics;
use crate::page_size::PageSize;
use crate::ring::{self, Block, Seen};

/// Pages kept, and what they may hold together.
const MAX_PAGES: usize = 64;
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// How long a page is kept that nobody asks for. Readers of one part of the log come within seconds of each other.
const IDLE: Duration = Duration::from_secs(30);

/// After every entry.
pub(crate) const END: Cursor = Cursor {
    id: EntryId {
        ms: u64::MAX,
        seq: u64::MAX,
    },
    ordinal: None,
};

/// See the module's description.
pub(crate) struct History {
    ahead: Arc<Ahead>,
    /// Whoever was asked for last goes last.
    pages: Mutex<VecDeque<Kept>>,
    size: PageSize,
    metrics: Arc<Metrics>,
}

/// What follows a place in the log.
#[derive(Debug)]
pub(crate) struct HistoryPage {
    pub(crate) continuity: Continuity,
    pub(crate) blocks: Vec<Arc<Block>>,
    /// Where a reader stands who has seen all of it.
    pub(crate) end: Cursor,
    /// The log had more.
    pub(crate) is_full: bool,
    bytes: usize,
    /// What was seen up to its end, until the next page goes on with it.
    seen: Mutex<Seen>,
}

/// A page, or the place of one that is being read.
struct Kept {
    key: Key,
    cell: Cell,
    asked: Instant,
}

type Key = (EntryId, Option<u64>);
type Cell = Arc<OnceCell<Arc<HistoryPage>>>;

impl History {
    pub(crate) fn new(log: Arc<dyn Log>, metrics: Arc<Metrics>) -> Self {
        Self {
            ahead: Arc::new(Ahead::new(log)),
            pages: Mutex::default(),
            size: PageSize::default(),
            metrics,
        }
    }

    /// The page after `from`; without blocks if nothing follows.
    pub(crate) async fn after(&self, from: Cursor) -> Result<Arc<HistoryPage>, LogError> {
        self.page(from, false).await
    }

    /// Has the page after `from` made ready, and the one behind it read, for somebody who is on the way there. Not if
    /// many are.
    pub(crate) async fn prepare(&self, from: Cursor) {
        if self.ahead.has_time() {
            // An error comes again when the page is asked for.
            let _ = self.page(from, true).await;
        }
    }

    async fn page(&self, from: Cursor, goes_on: bool) -> Result<Arc<HistoryPage>, LogError> {
        let key = (from.id, from.ordinal);
        let cell = self.cell(key);
        if cell.initialized() {
            self.metrics.page_cache_hits.add(1);
        }
        let page = cell.get_or_try_init(|| self.read(from, goes_on)).await?;
        if page.is_full {
            Self::evict(&mut self.lock());
        } else {
            // The log goes on there; the next one who asks must see it.
            self.lock().retain(|kept| kept.key != key);
        }
        Ok(page.clone())
    }

    /// The page before `than`, newest first; `limit` entries at most.
    pub(crate) async fn older(&self, than: Cursor, limit: usize) -> Result<Page, LogError> {
        let limit = limit.min(self.size.entries());
        let mut page = self.ahead.read(than, Direction::Backward, limit).await?;
        self.size.learn(&page.entries);
        let newest = match than.ordinal {
            None if than.id == END.id && page.info.is_exact => page.info.appended,
            ordinal => ordinal.map(|ordinal| ordinal.saturating_sub(1)),
        };
        for (nth, entry) in (0..).zip(&mut page.entries) {
            entry.ordinal = newest.and_then(|newest| newest.checked_sub(nth));
        }
        Ok(page)
    }

    /// The place right before the newest `count` entries of the log, or its start if it has fewer.
    pub(crate) async fn back(&self, count: usize) -> Result<Cursor, LogError> {
        let mut oldest = END;
        let mut left = count;
        while left > 0 {
            let page = self.older(oldest, left).await?;
            let Some(entry) = page.entries.last() else { break };
            oldest = entry.cursor();
            left = left.saturating_sub(page.entries.len());
        }
        Ok(if oldest.id == END.id {
            Cursor::START
        } else {
            continuity::before(oldest)
        })
    }

    /// Forgets everything, because the log is another one.
    pub(crate) fn reset(&self) {
        self.ahead.reset();
        self.lock().clear();
    }

    async fn read(&self, from: Cursor, goes_on: bool) -> Result<Arc<HistoryPage>, LogError> {
        let limit = aligned(from, self.size.entries());
        self.metrics.pages_read.add(1);
        let page = self.ahead.page(from, limit).await?;
        self.size.learn(&page.entries);
        let is_full = page.entries.len() == limit;
        let end = continuity::end_of(&page);
        if is_full && goes_on {
            self.ahead.ask(end, aligned(end, self.size.entries()));
            // So that the log is asked before this page is framed.
            tokio::task::yield_now().await;
        }
        let mut seen = self.seen_before(from, is_full);
        let blocks = ring::frame(&page.entries, &mut seen, |_, _| {});
        Ok(Arc::new(HistoryPage {
            continuity: Continuity::of(from, &page),
            bytes: seen.bytes() + blocks.iter().map(|block| block.bytes()).sum::<usize>(),
            blocks,
            end,
            is_full,
            seen: Mutex::new(seen),
        }))
    }

    /// What the page that ends at `from` had seen, if it is still here: a producer's repetition may straddle pages. It
    /// is copied only where the page that goes on with it will be read again.
    fn seen_before(&self, from: Cursor, is_last_time: bool) -> Seen {
        let pages = self.lock();
        let mut ready = pages.iter().filter_map(|kept| kept.cell.get());
        let Some(page) = ready.find(|page| page.end.id == from.id) else {
            return Seen::default();
        };
        let mut seen = page.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if is_last_time {
            std::mem::take(&mut seen)
        } else {
            seen.clone()
        }
    }

    fn cell(&self, key: Key) -> Cell {
        let mut pages = self.lock();
        let known = pages.iter().position(|kept| kept.key == key);
        let known = known.and_then(|place| pages.remove(place));
        let cell = known.map(|kept| kept.cell).unwrap_or_default();
        pages.push_back(Kept {
            key,
            cell: cell.clone(),
            asked: Instant::now(),
        });
        // Readers that went away, or were told of an error, leave places that were never read.
        Self::evict(&mut pages);
        cell
    }

    fn evict(pages: &mut VecDeque<Kept>) {
        let held = |kept: &Kept| kept.cell.get().map_or(0, |page| page.bytes);
        let mut bytes: usize = pages.iter().map(held).sum();
        while let Some(oldest) = pages.front()
            && pages.len() > 1
            && (pages.len() > MAX_PAGES || bytes > MAX_BYTES || oldest.asked.elapsed() > IDLE)
        {
            bytes -= pages.pop_front().as_ref().map_or(0, held);
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        // Nothing can panic while the lock is held, so a poisoned state is whole.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many entries that the page ends where the pages of others end, wherever they began: from there on they share.
fn aligned(from: Cursor, limit: usize) -> usize {
    let behind = from.ordinal.unwrap_or(0) % limit as u64;
    limit - usize::try_from(behind).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use event_core::log::MemoryLog;
    use futures_util::FutureExt as _;

    use super::away::Away;
    use super::*;

    #[test]
    fn readers_that_went_away_before_the_log_has_answered_leave_nothing_behind() {
        let history = History::new(Arc::new(Away), Arc::default());
        for ms in 0..1000 {
            assert!(
                history
                    .after(Cursor::at(EntryId { ms, seq: 0 }))
                    .now_or_never()
                    .is_none()
            );
        }
        assert!(history.lock().len() <= MAX_PAGES, "{}", history.lock().len());
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_asks_for_is_not_kept_for_long() {
        let log = MemoryLog::new("events", 0);
        let event = Bytes::from_static(br#"{"type":"a"}"#);
        let ids = log.append(&vec![event; 4096]).await.unwrap();
        let history = History::new(Arc::new(log), Arc::default());
        let half = Cursor::at(*ids[2048].as_ref().unwrap());
        for from in [Cursor::START, half, Cursor::START] {
            assert!(history.after(from).await.unwrap().is_full);
            tokio::time::advance(IDLE / 2).await;
        }
        assert_eq!(history.lock().len(), 2);
        tokio::time::advance(Duration::from_secs(1)).await;
        history.after(Cursor::START).await.unwrap();
        assert_eq!(history.lock().len(), 1, "the half is gone, its neighbour was asked for");
    }

    #[test]
    fn readers_from_anywhere_come_to_the_same_pages() {
        for (ordinal, limit) in [(0, 1024), (1024, 1024), (1, 1023), (2047, 1)] {
            let from = Cursor {
                id: EntryId::ZERO,
                ordinal: Some(ordinal),
            };
            assert_eq!(aligned(from, 1024), limit);
        }
        assert_eq!(aligned(Cursor::at(EntryId { ms: 1, seq: 0 }), 1024), 1024);
    }
}

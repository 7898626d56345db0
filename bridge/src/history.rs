//! Pages of the log behind the ring, shared by all who are there. Owns how often the log is asked: readers at the
//! same place share one read, a few reads run at a time, and the latest pages are kept for those who come next.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_core::log::{Cursor, Direction, EntryId, Log, LogError, Page};
use tokio::sync::{OnceCell, Semaphore};

use crate::continuity::{self, Continuity};
use crate::metrics::Metrics;
use crate::page_size::PageSize;
use crate::ring::{self, Block, Seen};

/// Reads of the log at one time.
const MAX_READS: usize = 8;
/// Pages kept. A page has about 1 MiB at most, unless its entries are huge.
const MAX_PAGES: usize = 16;

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
    log: Arc<dyn Log>,
    reads: Semaphore,
    pages: Mutex<VecDeque<(Key, Cell)>>,
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
    is_full: bool,
    /// What was seen up to its end, so that the next page knows what is repeated.
    seen: Seen,
}

type Key = (EntryId, Option<u64>);
type Cell = Arc<OnceCell<Arc<HistoryPage>>>;

impl History {
    pub(crate) fn new(log: Arc<dyn Log>, metrics: Arc<Metrics>) -> Self {
        Self {
            log,
            reads: Semaphore::new(MAX_READS),
            pages: Mutex::default(),
            size: PageSize::default(),
            metrics,
        }
    }

    /// The page after `from`; without blocks if nothing follows.
    pub(crate) async fn after(&self, from: Cursor) -> Result<Arc<HistoryPage>, LogError> {
        let key = (from.id, from.ordinal);
        let cell = self.cell(key);
        if cell.initialized() {
            self.metrics.page_cache_hits.add(1);
        }
        let page = cell.get_or_try_init(|| self.read(from)).await?;
        if !page.is_full {
            // The log goes on there; the next one who asks must see it.
            self.lock().retain(|(kept, _)| *kept != key);
        }
        Ok(page.clone())
    }

    /// The page before `than`, newest first; `limit` entries at most.
    pub(crate) async fn older(&self, than: Cursor, limit: usize) -> Result<Page, LogError> {
        let _permit = self.reads.acquire().await;
        let mut page = self
            .log
            .page(than, Direction::Backward, limit.min(self.size.entries()))
            .await?;
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
        self.lock().clear();
    }

    async fn read(&self, from: Cursor) -> Result<Arc<HistoryPage>, LogError> {
        let _permit = self.reads.acquire().await;
        let limit = self.size.entries();
        self.metrics.pages_read.add(1);
        let page = self.log.page(from, Direction::Forward, limit).await?;
        self.size.learn(&page.entries);
        let mut seen = self.seen_before(from);
        Ok(Arc::new(HistoryPage {
            continuity: Continuity::of(from, &page),
            blocks: ring::frame(&page.entries, &mut seen, |_, _| {}),
            end: continuity::end_of(&page),
            is_full: page.entries.len() == limit,
            seen,
        }))
    }

    /// What the page that ends at `from` had seen, if it is still here: a producer's repetition may straddle pages.
    fn seen_before(&self, from: Cursor) -> Seen {
        let pages = self.lock();
        let mut ready = pages.iter().filter_map(|(_, cell)| cell.get());
        ready
            .find(|page| page.end.id == from.id)
            .map(|page| page.seen.clone())
            .unwrap_or_default()
    }

    fn cell(&self, key: Key) -> Cell {
        let mut pages = self.lock();
        if let Some((_, cell)) = pages.iter().find(|(kept, _)| *kept == key) {
            return cell.clone();
        }
        if pages.len() >= MAX_PAGES {
            pages.pop_front();
        }
        let cell = Cell::default();
        pages.push_back((key, cell.clone()));
        cell
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Key, Cell)>> {
        // Nothing can panic while the lock is held, so a poisoned state is whole.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Pages of the log as they come from it. Owns how many are read at one time, and those that are asked for before anybody
//! wants them: while one page is framed and sent, the log makes the next one ready.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_core::log::{Cursor, Direction, Log, LogError, Page};
use tokio::runtime::Handle;
use tokio::sync::{OnceCell, Semaphore};

use super::Key;

/// Reads of the log at one time.
const MAX_READS: usize = 8;
/// Pages that were asked for and that nobody has come for. The oldest goes when there is one more.
const MAX_WAITING: usize = 8;

/// See the module's description.
pub(super) struct Ahead {
    log: Arc<dyn Log>,
    reads: Semaphore,
    waiting: Mutex<VecDeque<Asked>>,
}

/// A page that was asked for.
struct Asked {
    key: Key,
    limit: usize,
    page: Arc<OnceCell<Arc<Page>>>,
}

impl Ahead {
    pub(super) fn new(log: Arc<dyn Log>) -> Self {
        Self {
            log,
            reads: Semaphore::new(MAX_READS),
            waiting: Mutex::default(),
        }
    }

    /// Readers are few, so that more may be asked for than is wanted now.
    pub(super) fn has_time(&self) -> bool {
        self.reads.available_permits() > MAX_READS / 2
    }

    pub(super) async fn read(&self, from: Cursor, direction: Direction, limit: usize) -> Result<Page, LogError> {
        let _permit = self.reads.acquire().await;
        self.log.page(from, direction, limit).await
    }

    /// At most `limit` entries after `from`.
    pub(super) async fn page(&self, from: Cursor, limit: usize) -> Result<Arc<Page>, LogError> {
        if let Some(asked) = self.take(from, limit) {
            let page = asked.get_or_try_init(|| self.fresh(from, limit)).await?;
            // Else the log ended there when it was asked, and may go on by now.
            if page.entries.len() == limit {
                return Ok(page.clone());
            }
        }
        self.fresh(from, limit).await
    }

    /// Has a page read for whoever comes for it.
    pub(super) fn ask(self: &Arc<Self>, from: Cursor, limit: usize) {
        let Ok(runtime) = Handle::try_current() else { return };
        let page = Arc::<OnceCell<Arc<Page>>>::default();
        {
            let mut waiting = self.lock();
            if waiting.iter().any(|asked| asked.key == key(from)) {
                return;
            }
            if waiting.len() >= MAX_WAITING {
                waiting.pop_front();
            }
            waiting.push_back(Asked {
                key: key(from),
                limit,
                page: page.clone(),
            });
        }
        let this = self.clone();
        // An error comes again when the page is wanted.
        runtime.spawn(async move { page.get_or_try_init(|| this.fresh(from, limit)).await.map(drop) });
    }

    /// Forgets everything, because the log is another one.
    pub(super) fn reset(&self) {
        self.lock().clear();
    }

    async fn fresh(&self, from: Cursor, limit: usize) -> Result<Arc<Page>, LogError> {
        self.read(from, Direction::Forward, limit).await.map(Arc::new)
    }

    fn take(&self, from: Cursor, limit: usize) -> Option<Arc<OnceCell<Arc<Page>>>> {
        let mut waiting = self.lock();
        let place = waiting.iter().position(|asked| asked.key == key(from))?;
        let asked = waiting.remove(place)?;
        (asked.limit == limit).then_some(asked.page)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Asked>> {
        // Nothing can panic while the lock is held, so a poisoned state is whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(from: Cursor) -> Key {
    (from.id, from.ordinal)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use event_core::log::{Entry, EntryId, MemoryLog};

    use super::*;

    async fn append(log: &MemoryLog) -> EntryId {
        let ids = log.append(&[Bytes::from_static(b"{}")]).await.unwrap();
        *ids[0].as_ref().unwrap()
    }

    async fn ids(ahead: &Ahead, from: Cursor) -> Vec<EntryId> {
        let page = ahead.page(from, 2).await.unwrap();
        page.entries.iter().map(|entry: &Entry| entry.id).collect()
    }

    #[tokio::test]
    async fn what_was_asked_for_is_there_and_read_anew_if_the_log_ended_in_it() {
        let log = Arc::new(MemoryLog::new("events", 3));
        let [first, second, third] = [append(&log).await, append(&log).await, append(&log).await];
        let behind = Cursor::at(second);
        let ahead = Arc::new(Ahead::new(log.clone()));
        ahead.ask(Cursor::START, 2);
        ahead.ask(behind, 2);
        while !ahead.lock().iter().all(|asked| asked.page.initialized()) {
            tokio::task::yield_now().await;
        }
        let fourth = append(&log).await;
        assert_eq!(ids(&ahead, Cursor::START).await, [first, second], "as it was");
        assert_eq!(ids(&ahead, behind).await, [third, fourth], "as it is");
        assert_eq!(ids(&ahead, Cursor::START).await, [second, third], "once");
    }

    #[tokio::test]
    async fn what_nobody_comes_for_does_not_add_up_and_goes_with_the_log() {
        let ahead = Arc::new(Ahead::new(Arc::new(MemoryLog::new("events", 0))));
        for ms in 1..1000 {
            ahead.ask(Cursor::at(EntryId { ms, seq: 0 }), 2);
        }
        assert_eq!(ahead.lock().len(), MAX_WAITING);
        ahead.reset();
        assert!(ahead.lock().is_empty());
    }
}

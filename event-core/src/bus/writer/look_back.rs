//! What of some events is in the log, after a connection broke before the log had answered for them. Owns how far is
//! looked; it changes nothing.

use std::collections::HashSet;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;

use crate::log::{Content, Cursor, Direction, EntryId, Log, LogError, LogErrorKind, LogFuture};

const PAGE_ENTRIES: usize = 256;
/// Further back than this nothing is looked for: what is not found by then may be there all the same.
const MAX_PAGES: usize = 64;
const PAGE_TIMEOUT: Duration = Duration::from_secs(10);
/// What the server still had to read from the broken connection, it has read by then.
const SETTLING: Duration = Duration::from_millis(50);
const END: EntryId = EntryId {
    ms: u64::MAX,
    seq: u64::MAX,
};

/// What was found.
pub(super) struct Found {
    pub(super) entries: HashSet<Bytes>,
    /// The place of the last of them.
    pub(super) last: EntryId,
    /// What is not among them is not in the log.
    pub(super) is_all: bool,
}

/// Looks for `events`, the oldest first, among the entries behind `confirmed`. It looks until it finds no more than the
/// time before: a server that was stopped reads the rest of a broken connection after it accepts a new one.
pub(super) async fn arrived(log: &dyn Log, confirmed: EntryId, events: &[Bytes]) -> Result<Found, LogError> {
    let mut before = look(log, confirmed, events).await?;
    while before.entries.len() < events.len() {
        tokio::time::sleep(SETTLING).await;
        let now = look(log, confirmed, events).await?;
        if now.entries.len() == before.entries.len() {
            return Ok(now);
        }
        before = now;
    }
    Ok(before)
}

/// From the end backwards: there they are, if other producers are not very busy.
async fn look(log: &dyn Log, confirmed: EntryId, events: &[Bytes]) -> Result<Found, LogError> {
    let wanted: HashSet<&Bytes> = events.iter().collect();
    let mut found = Found {
        entries: HashSet::new(),
        last: EntryId::ZERO,
        is_all: true,
    };
    let mut from = Cursor::at(END);
    for _ in 0..MAX_PAGES {
        let page = guarded(|| log.page(from, Direction::Backward, PAGE_ENTRIES)).await?;
        // Ids never go back, unless the log begins anew.
        let is_anew = page.info.last < confirmed;
        let Some(oldest) = page.entries.last() else {
            return Ok(found);
        };
        from = oldest.cursor();
        for entry in page.entries {
            if entry.id <= confirmed && !is_anew || found.entries.len() == events.len() {
                return Ok(found);
            }
            if let Content::Json(json) = entry.content
                && wanted.contains(&json)
            {
                found.last = found.last.max(entry.id);
                found.entries.insert(json);
            }
        }
    }
    found.is_all = false;
    Ok(found)
}

/// Asks a log that may panic or never answer.
async fn guarded<'a, T>(ask: impl FnOnce() -> LogFuture<'a, T>) -> Result<T, LogError> {
    let (mut ask, mut asking) = (Some(ask), None);
    let answer = poll_fn(|cx| {
        let poll = || {
            if let Some(ask) = ask.take() {
                asking = Some(ask());
            }
            asking.as_mut().map(|asking| asking.as_mut().poll(cx))
        };
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(Some(answer)) => answer,
            Ok(None) | Err(_) => Poll::Ready(Err(panicked())),
        }
    });
    let late = || LogError::new(LogErrorKind::Interrupted, "the log did not say what it holds");
    timeout(PAGE_TIMEOUT, answer).await.unwrap_or_else(|_| Err(late()))
}

pub(super) fn panicked() -> LogError {
    LogError::new(LogErrorKind::Interrupted, "the log panicked while it was used")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::log::{LogInfo, MemoryLog, Page};

    /// A server that still reads from a broken connection: each look shows two events more.
    struct Settling {
        log: MemoryLog,
        events: Vec<Bytes>,
        looks: AtomicUsize,
    }

    impl Log for Settling {
        fn stream(&self) -> &'static str {
            "settling"
        }

        fn append<'a>(&'a self, entries: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
            self.log.append(entries)
        }

        fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page> {
            Box::pin(async move {
                if from.id == END {
                    let seen = 2 * self.looks.fetch_add(1, Ordering::Relaxed);
                    let arriving = self.events.iter().skip(seen).take(2).cloned().collect::<Vec<_>>();
                    self.log.append(&arriving).await?;
                }
                self.log.page(from, direction, limit).await
            })
        }

        fn info(&self) -> LogFuture<'_, LogInfo> {
            self.log.info()
        }
    }

    fn events(numbers: std::ops::Range<usize>) -> Vec<Bytes> {
        numbers.map(|n| Bytes::from(format!("{{\"n\":{n}}}"))).collect()
    }

    fn settling(arriving: usize) -> Settling {
        Settling {
            log: MemoryLog::new("settling", 0),
            events: events(0..arriving),
            looks: AtomicUsize::new(0),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_looks_until_nothing_more_arrives() {
        let log = settling(5);
        let found = arrived(&log, EntryId::ZERO, &events(0..10)).await.unwrap();
        assert_eq!((found.entries.len(), found.is_all), (5, true));
        assert_eq!(found.last, log.info().await.unwrap().last);
    }

    #[tokio::test(start_paused = true)]
    async fn it_looks_no_further_than_what_is_confirmed_and_says_where_it_gave_up() {
        let log = settling(0);
        let ids = log.append(&events(0..20)).await.unwrap();
        let confirmed = *ids[9].as_ref().unwrap();
        let found = arrived(&log, confirmed, &events(0..20)).await.unwrap();
        assert_eq!((found.entries.len(), found.is_all), (10, true));
        log.append(&events(20..20 + PAGE_ENTRIES * MAX_PAGES)).await.unwrap();
        let found = arrived(&log, EntryId::ZERO, &events(5..6)).await.unwrap();
        assert_eq!((found.entries.len(), found.is_all), (0, false));
    }
}

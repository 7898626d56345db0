//! The log: where events are kept, in order, and read from. Owns the [`Log`] trait, which any broker can implement,
//! and what its readers share: entries, pages, and how a hole between two cursors is counted.
//! It knows nothing of events, spans or the bus.

mod appender;
mod cursor;
mod error;
mod memory;
mod redis;
mod variable;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;

use self::appender::OneByOne;
pub use self::appender::{Answers, Appender};
pub use self::cursor::{Cursor, EntryId, InvalidCursor};
pub use self::error::{LogError, LogErrorKind};
pub use self::memory::MemoryLog;
pub use self::redis::{DEFAULT_MAXLEN_ENTRIES, DEFAULT_STREAM, RedisConfig, RedisLog};
pub(crate) use self::variable::variable;

/// What the methods of a [`Log`] return: a boxed future, so that a log can be a trait object.
pub type LogFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, LogError>> + Send + 'a>>;

/// How often the default [`Log::tail`] looks for new entries.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// An append-only, ordered log of JSON texts.
///
/// Entries have growing [`EntryId`]s, whose first half is the unix time in milliseconds. A log may forget its oldest
/// entries; [`LogInfo`] then lets readers count what they missed.
///
/// Methods return errors and never panic; whoever calls decides whether to try again ([`LogError::is_retryable`]).
pub trait Log: Send + Sync + 'static {
    /// What kind of log this is, for people: `redis`, `memory`, …
    fn kind(&self) -> &'static str {
        "custom"
    }

    /// The name of the stream, for people.
    fn stream(&self) -> &str;

    /// Appends `entries` in order, and answers for each of them, in the same order. An inner error is about one entry,
    /// the outer one about all of them; its kind tells whether they may have been appended all the same
    /// ([`LogErrorKind::Interrupted`]), and what is to be done.
    fn append<'a>(&'a self, entries: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>>;

    /// The way of one writer into this log; a bus takes one. Of itself it appends one batch after another.
    fn appender(&self) -> Box<dyn Appender + '_> {
        Box::new(OneByOne::new(self))
    }

    /// Reads at most `limit` entries next to `from` (which is not included), with the state of the log at the same
    /// moment.
    ///
    /// A bus looks here, backwards from the end, for what it does not know the fate of; where that is
    /// [refused](LogErrorKind::Refused) it sends again what may be there already.
    fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page>;

    /// The state of the log.
    fn info(&self) -> LogFuture<'_, LogInfo>;

    /// Waits for entries after `after`, for at most `patience`; returns at most `limit` of them, or none.
    ///
    /// Ordinals continue from `after`, as if nothing had been trimmed in between: a reader that must know compares
    /// with [`Log::info`].
    fn tail(&self, after: Cursor, limit: usize, patience: Duration) -> LogFuture<'_, Vec<Entry>> {
        Box::pin(async move {
            let deadline = tokio::time::Instant::now().checked_add(patience);
            loop {
                let page = self.page(after, Direction::Forward, limit).await?;
                if !page.entries.is_empty() || deadline.is_some_and(|deadline| tokio::time::Instant::now() >= deadline)
                {
                    return Ok(page.entries);
                }
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        })
    }

    /// As [`Log::tail`], with the state of the log right behind what was read: a reader that knows how many entries
    /// there were can tell from it whether these follow what it has seen. Entries that are neither the log's first nor
    /// its last when that is looked at can't be told from those of another log; whoever must know reads a page.
    fn follow(&self, after: Cursor, limit: usize, patience: Duration) -> LogFuture<'_, Page> {
        Box::pin(async move {
            let entries = self.tail(after, limit, patience).await?;
            let info = self.info().await?;
            Ok(Page::forward(after, entries, info))
        })
    }
}

/// Which way a page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Entries after the cursor, oldest first.
    Forward,
    /// Entries before the cursor, newest first.
    Backward,
}

/// One entry of a log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place.
    pub id: EntryId,
    /// How many entries had been added up to and with this one, where that is known.
    pub ordinal: Option<u64>,
    /// What it holds.
    pub content: Content,
}

impl Entry {
    /// The cursor of a reader that has seen this entry.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            id: self.id,
            ordinal: self.ordinal,
        }
    }
}

/// What an entry holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// The stored text, as its producer wrote it: meant to be an event's JSON, but not checked.
    /// It may share its memory with the entries that were read together with it.
    Json(Bytes),
    /// An entry of some other producer, without the field `json`; the names of the fields it has.
    Foreign(Vec<String>),
}

/// Entries next to a cursor, and the state of the log when they were read.
#[derive(Clone, Debug)]
pub struct Page {
    /// In the order of the direction asked for.
    pub entries: Vec<Entry>,
    /// Read in one step with the entries.
    pub info: LogInfo,
}

impl Page {
    /// A forward page: gives each entry the ordinal that follows from the log's first or last entry, else from the
    /// cursor.
    pub fn forward(from: Cursor, mut entries: Vec<Entry>, info: LogInfo) -> Self {
        let first_ordinal = match (entries.first(), entries.last()) {
            (Some(first), _) if Some(first.id) == info.first => info.first_ordinal(),
            (_, Some(last)) if info.is_exact && last.id == info.last => info
                .appended
                .map(|appended| (appended + 1).saturating_sub(entries.len() as u64)),
            (Some(_), _) if info.is_exact => from.ordinal.map(|ordinal| ordinal + 1),
            _ => None,
        };
        if let Some(first) = first_ordinal {
            for (ordinal, entry) in (first..).zip(&mut entries) {
                entry.ordinal = Some(ordinal);
            }
        }
        Self { entries, info }
    }

    /// The hole between the cursor this page was asked from and its first entry.
    pub fn gap_after(&self, from: Cursor) -> Option<Gap> {
        let info = &self.info;
        // Of an empty page, the entry that would come next.
        let next = match self.entries.first() {
            Some(entry) => entry.ordinal,
            None => info.first_ordinal(),
        };
        let lost = match (next, from.ordinal) {
            _ if from.id >= info.last || info.first_ordinal() == Some(1) => return None,
            (Some(next), Some(seen)) if next <= seen + 1 => return None,
            (Some(next), Some(seen)) => Some(next - seen - 1),
            _ if info.first.is_some_and(|first| first <= from.id) => return None,
            _ => None,
        };
        Some(Gap {
            after: from,
            first: self.entries.first().map(Entry::cursor),
            lost,
        })
    }
}

/// Entries that are gone before a reader came to them.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    /// The last entry before the hole that the reader had seen.
    pub after: Cursor,
    /// The first entry behind it, if there is one.
    pub first: Option<Cursor>,
    /// How many entries are missing, where the log can tell.
    pub lost: Option<u64>,
}

/// The state of a log at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogInfo {
    /// The oldest entry that is still there.
    pub first: Option<EntryId>,
    /// The newest entry that was ever added; `0-0` when there was none.
    pub last: EntryId,
    /// How many entries are there.
    pub length: u64,
    /// How many entries were ever added, where the log counts them (Redis 7.0 and newer).
    pub appended: Option<u64>,
    /// Entries were only ever removed at the old end, so that ordinals can be told from counts.
    pub is_exact: bool,
}

impl LogInfo {
    /// The ordinal of the oldest entry that is still there (of the next one, if there is none).
    pub fn first_ordinal(&self) -> Option<u64> {
        if !self.is_exact {
            return None;
        }
        self.appended.map(|appended| appended - self.length.min(appended) + 1)
    }

    /// The cursor of a reader that has seen everything.
    pub fn head(&self) -> Cursor {
        Cursor {
            id: self.last,
            ordinal: self.appended,
        }
    }
}

#[cfg(test)]
mod tests;

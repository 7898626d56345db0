//! The log inside a process: a bounded deque with the ids and the trimming of a Redis Stream. Needs no server, and
//! goes with the process.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::{Content, Cursor, Direction, Entry, EntryId, Log, LogError, LogFuture, LogInfo, Page};
use crate::clock;

/// Keeps the newest entries in memory.
#[derive(Debug)]
pub struct MemoryLog {
    stream: String,
    max_entries: usize,
    state: Mutex<State>,
    /// Wakes tailing readers after an append.
    appended: Notify,
}

#[derive(Debug, Default)]
struct State {
    entries: VecDeque<(EntryId, Bytes)>,
    last: EntryId,
    appended: u64,
}

impl MemoryLog {
    /// A log that keeps the newest `max_entries` (0 = all), under a name for people.
    pub fn new(stream: impl Into<String>, max_entries: usize) -> Self {
        Self {
            stream: stream.into(),
            max_entries,
            state: Mutex::default(),
            appended: Notify::new(),
        }
    }

    /// Everything it keeps, oldest first.
    pub fn entries(&self) -> Vec<Bytes> {
        self.lock().entries.iter().map(|(_, json)| json.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing can panic while the lock is held, so a poisoned state is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, from: Cursor, direction: Direction, limit: usize) -> Page {
        let state = self.lock();
        let info = state.info();
        match direction {
            Direction::Forward => {
                let start = state.entries.partition_point(|(id, _)| *id <= from.id);
                let entries = state.entries.range(start..).take(limit).map(entry).collect();
                Page::forward(from, entries, info)
            }
            Direction::Backward => {
                let end = state.entries.partition_point(|(id, _)| *id < from.id);
                let entries = state.entries.range(..end).rev().take(limit).map(entry).collect();
                Page { entries, info }
            }
        }
    }
}

impl State {
    fn push(&mut self, json: Bytes, unix_ms: u64) -> EntryId {
        let id = if unix_ms > self.last.ms {
            EntryId { ms: unix_ms, seq: 0 }
        } else {
            // The clock stood still or stepped back; ids never do.
            EntryId {
                ms: self.last.ms,
                seq: self.last.seq + 1,
            }
        };
        self.entries.push_back((id, json));
        self.last = id;
        self.appended += 1;
        id
    }

    fn info(&self) -> LogInfo {
        LogInfo {
            first: self.entries.front().map(|(id, _)| *id),
            last: self.last,
            length: self.entries.len() as u64,
            appended: Some(self.appended),
            is_exact: true,
        }
    }
}

fn entry((id, json): &(EntryId, Bytes)) -> Entry {
    Entry {
        id: *id,
        ordinal: None,
        content: Content::Json(json.clone()),
    }
}

impl Log for MemoryLog {
    fn kind(&self) -> &'static str {
        "memory"
    }

    fn stream(&self) -> &str {
        &self.stream
    }

    fn append<'a>(&'a self, entries: &'a [Bytes]) -> LogFuture<'a, Vec<Result<EntryId, LogError>>> {
        Box::pin(async move {
            let unix_ms = clock::unix_micros() / 1000;
            let ids = {
                let mut state = self.lock();
                let ids = entries
                    .iter()
                    .map(|json| Ok(state.push(json.clone(), unix_ms)))
                    .collect();
                if self.max_entries > 0 {
                    let surplus = state.entries.len().saturating_sub(self.max_entries);
                    state.entries.drain(..surplus);
                }
                ids
            };
            self.appended.notify_waiters();
            Ok(ids)
        })
    }

    fn page(&self, from: Cursor, direction: Direction, limit: usize) -> LogFuture<'_, Page> {
        Box::pin(async move { Ok(self.read(from, direction, limit)) })
    }

    fn info(&self) -> LogFuture<'_, LogInfo> {
        Box::pin(async move { Ok(self.lock().info()) })
    }

    fn tail(&self, after: Cursor, limit: usize, patience: Duration) -> LogFuture<'_, Vec<Entry>> {
        Box::pin(async move {
            let wait = async {
                loop {
                    // Registered before the look, so that an append in between is not missed.
                    let appended = self.appended.notified();
                    let entries = self.read(after, Direction::Forward, limit).entries;
                    if !entries.is_empty() {
                        return entries;
                    }
                    appended.await;
                }
            };
            Ok(timeout(patience, wait).await.unwrap_or_default())
        })
    }
}

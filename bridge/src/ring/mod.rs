//! Recent entries, in memory, framed once. Owns what is kept and for how long, and tells readers when there is more;
//! it knows no reader. The ring covers the log from its base to its head without a hole: a reader whose cursor lies
//! between them is served from here, any other pages the log.

mod block;
mod seen;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_core::log::{Cursor, EntryId, Gap};
use tokio::sync::watch;

pub(crate) use self::block::{Block, Form, Slice, frame};
pub(crate) use self::seen::{Seen, WINDOW};

/// See the module's description.
#[derive(Debug)]
pub(crate) struct Ring {
    state: Mutex<State>,
    /// Wakes readers.
    head: watch::Sender<Head>,
    max_bytes: usize,
    max_entries: usize,
}

/// The newest place that the ring covers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Head {
    pub(crate) cursor: Cursor,
    /// Grows whenever the log turns out to be another one; cursors of different epochs have nothing in common.
    pub(crate) epoch: u64,
    /// The log has been reached, so that the head means something.
    pub(crate) is_warm: bool,
}

#[derive(Debug, Default)]
struct State {
    head: Head,
    /// The place right before the oldest entry kept.
    base: Cursor,
    blocks: VecDeque<Arc<Block>>,
    bytes: usize,
    entries: usize,
}

/// Where a reader's cursor lies.
#[derive(Debug)]
pub(crate) enum Place {
    /// Inside: these entries come next.
    Within(Slice),
    /// At the head: nothing comes next yet.
    AtHead,
    /// Inside, but entries before its place were trimmed unseen, as its ordinal tells; the cursor is set right.
    Hole(Gap, Cursor),
    /// Not covered: older than the base, or newer than the head.
    Outside,
}

impl Ring {
    pub(crate) fn new(max_bytes: usize, max_entries: usize) -> Self {
        Self {
            state: Mutex::default(),
            head: watch::Sender::default(),
            max_bytes,
            max_entries,
        }
    }

    pub(crate) fn head(&self) -> Head {
        *self.head.borrow()
    }

    /// Changes whenever the head does.
    pub(crate) fn watch(&self) -> watch::Receiver<Head> {
        self.head.subscribe()
    }

    /// How many wait for a change.
    pub(crate) fn readers(&self) -> usize {
        self.head.receiver_count()
    }

    /// What comes after `cursor`. None if the reader is of another epoch.
    pub(crate) fn locate(&self, cursor: Cursor, epoch: u64) -> Option<Place> {
        let state = self.lock();
        (state.head.epoch == epoch).then(|| state.locate(cursor))
    }

    /// The place right before the newest `count` entries, if that many are kept.
    pub(crate) fn back(&self, count: usize) -> Option<Cursor> {
        let state = self.lock();
        if count == 0 {
            return Some(state.head.cursor);
        }
        let mut cursors = state.blocks.iter().rev().flat_map(|block| block.cursors_back());
        cursors
            .nth(count)
            .or_else(|| (state.entries == count).then_some(state.base))
    }

    /// Adds what follows the head.
    pub(crate) fn push(&self, blocks: Vec<Arc<Block>>) {
        let mut state = self.lock();
        self.add(&mut state, blocks);
        self.publish(state);
    }

    /// Forgets everything and covers the log from `base` on, with what is known of it: at the start, and where entries were
    /// trimmed before they could be read. Readers who stand elsewhere page the log and learn there what is missing.
    pub(crate) fn restart(&self, base: Cursor, blocks: Vec<Arc<Block>>) {
        let mut state = self.lock();
        let head = Head {
            cursor: base,
            is_warm: true,
            ..state.head
        };
        *state = State {
            head,
            base,
            ..State::default()
        };
        self.add(&mut state, blocks);
        self.publish(state);
    }

    fn add(&self, state: &mut State, blocks: Vec<Arc<Block>>) {
        for block in blocks {
            state.head.cursor = block.last;
            state.bytes += block.bytes;
            state.entries += block.len();
            state.blocks.push_back(block);
        }
        while state.blocks.len() > 1 && (state.bytes > self.max_bytes || state.entries > self.max_entries) {
            state.evict();
        }
    }

    /// Forgets everything, because the log is another one, which is covered from its start on.
    pub(crate) fn reset(&self) {
        let mut state = self.lock();
        let head = Head {
            cursor: Cursor::START,
            epoch: state.head.epoch + 1,
            is_warm: true,
        };
        *state = State {
            head,
            base: Cursor::START,
            ..State::default()
        };
        self.publish(state);
    }

    fn publish(&self, state: MutexGuard<'_, State>) {
        let head = state.head;
        drop(state);
        self.head.send_replace(head);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing can panic while the lock is held, so a poisoned state is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn locate(&self, cursor: Cursor) -> Place {
        if cursor.id < self.base.id || cursor.id > self.head.cursor.id {
            return Place::Outside;
        }
        let index = self.blocks.partition_point(|block| block.last.id <= cursor.id);
        let slice = self.blocks.get(index).map(|block| Slice::after(block.clone(), cursor));
        let next = slice.as_ref().map(Slice::first);
        let Some(seen) = cursor.ordinal else {
            return slice.map_or(Place::AtHead, Place::Within);
        };
        if let Some(here) = self.ordinal_at(cursor.id)
            && here > seen
        {
            let gap = Gap {
                after: cursor,
                first: next,
                lost: Some(here - seen),
            };
            return Place::Hole(
                gap,
                Cursor {
                    id: cursor.id,
                    ordinal: Some(here),
                },
            );
        }
        // By its ordinal the reader has seen what comes next by its id, or more than there is: its cursor is of
        // another log. What to make of that, the log itself must tell.
        match next {
            Some(next) if next.ordinal.is_some_and(|next| next <= seen) => Place::Outside,
            None if self.head.cursor.ordinal.is_some_and(|head| head < seen) => Place::Outside,
            _ => slice.map_or(Place::AtHead, Place::Within),
        }
    }

    /// The ordinal of the entry with this id, if it is known here.
    fn ordinal_at(&self, id: EntryId) -> Option<u64> {
        if id == self.base.id {
            return self.base.ordinal;
        }
        let index = self.blocks.partition_point(|block| block.last.id < id);
        self.blocks.get(index)?.ordinal_at(id)
    }

    fn evict(&mut self) {
        if let Some(block) = self.blocks.pop_front() {
            self.base = block.last;
            self.bytes -= block.bytes;
            self.entries -= block.len();
        }
    }
}

#[cfg(test)]
mod tests;

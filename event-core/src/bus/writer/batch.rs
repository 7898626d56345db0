//! Events that go to the log together, and what is known of each. Owns how many are a batch.

use bytes::Bytes;

pub(super) const MAX_EVENTS: usize = 512;
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// Whose an event is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Owner {
    /// The program's, which has published it on this bus.
    #[default]
    Program,
    /// The bus's own: it counts for nobody.
    Bus,
    /// A former process's, which has counted it.
    Former,
}

/// What is known of an event besides its text.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark {
    pub(super) owner: Owner,
    /// It was on its way before.
    pub(super) was_sent: bool,
    /// It may be in the log already.
    pub(super) is_unknown: bool,
    /// Its number in the spool, if it is there as well.
    pub(super) number: Option<u64>,
}

impl Mark {
    /// Whether it counts.
    pub(super) fn is_own(&self) -> bool {
        self.owner == Owner::Program
    }
}

/// Events that are sent together.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) entries: Vec<Bytes>,
    pub(super) marks: Vec<Mark>,
    bytes: usize,
    /// How many of the first events ever published are settled once this batch is; 0 if that can't be told.
    pub(super) covers: u64,
}

impl Batch {
    pub(super) fn add(&mut self, entry: Bytes, mark: Mark) {
        self.bytes += entry.len();
        self.entries.push(entry);
        self.marks.push(mark);
    }

    pub(super) fn has_room(&self, max_events: usize) -> bool {
        self.entries.len() < max_events && self.bytes < MAX_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn entries(&self) -> &[Bytes] {
        &self.entries
    }

    /// How many events of the program's it holds.
    pub(super) fn own_len(&self) -> usize {
        self.marks.iter().filter(|mark| mark.is_own()).count()
    }
}

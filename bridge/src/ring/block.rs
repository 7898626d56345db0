//! Entries as clients get them, framed once for all clients. Owns the bytes of a run of consecutive entries, in both
//! forms; it does not know where they are kept or who reads them.

mod draft;
mod keys;

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use event_core::log::{Cursor, EntryId};

pub(crate) use self::draft::frame;
use self::keys::{Places, Texts};
use crate::filter::Filter;
use crate::frame::{Header, Opcode};

/// A run of consecutive entries, without those that a producer repeated.
#[derive(Debug)]
pub(crate) struct Block {
    /// The last entry it covers, whether shown or not.
    pub(crate) last: Cursor,
    /// One text frame with the NDJSON lines of all entries, behind some room that its header did not need.
    lines: Bytes,
    /// Where the frame begins.
    frame_start: usize,
    /// The stored JSON of all entries, each in a text frame of its own.
    events: Bytes,
    entries: Box<[Framed]>,
    /// What filters look at.
    keys: Texts,
    /// All entries as server-sent events, from when the first such client wanted them.
    sse: OnceLock<Bytes>,
    /// What it holds in memory.
    pub(super) bytes: usize,
}

/// One entry, ready to be sent.
#[derive(Debug)]
pub(crate) struct Framed {
    pub(crate) cursor: Cursor,
    keys: Places,
    /// Its line among the lines.
    line: Range<usize>,
    /// Its frame among the events.
    frame: Range<usize>,
}

/// How a client wants its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// NDJSON lines with cursors, many in a text frame.
    Lines,
    /// The stored JSON, one text frame each.
    Events,
}

/// What of some entries was shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shown {
    pub(crate) count: usize,
    /// The last of them.
    pub(crate) last: Option<Cursor>,
}

/// The entries of a block behind a reader's cursor.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    block: Arc<Block>,
    start: usize,
}

impl Block {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// What it holds in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The ordinal of the entry with this id, if it is shown or the last.
    pub(super) fn ordinal_at(&self, id: EntryId) -> Option<u64> {
        if id == self.last.id {
            return self.last.ordinal;
        }
        let index = self.entries.binary_search_by_key(&id, |entry| entry.cursor.id).ok()?;
        self.entries.get(index)?.cursor.ordinal
    }

    /// The cursors of its entries, newest first.
    pub(super) fn cursors_back(&self) -> impl Iterator<Item = Cursor> {
        self.entries.iter().rev().map(|entry| entry.cursor)
    }
}

impl Slice {
    pub(crate) fn whole(block: Arc<Block>) -> Self {
        Self { block, start: 0 }
    }

    pub(super) fn after(block: Arc<Block>, cursor: Cursor) -> Self {
        let start = block.entries.partition_point(|entry| entry.cursor.id <= cursor.id);
        Self { block, start }
    }

    /// Its first entry; if all it covers was repeated, its end.
    pub(super) fn first(&self) -> Cursor {
        self.block
            .entries
            .get(self.start)
            .map_or(self.block.last, |entry| entry.cursor)
    }

    /// How many entries it has.
    pub(crate) fn len(&self) -> usize {
        self.block.len() - self.start
    }

    /// Where a reader stands who has seen all of it.
    pub(crate) fn end(&self) -> Cursor {
        self.block.last
    }

    /// The entries that `filter` lets pass.
    pub(crate) fn matching<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = &'a Framed> {
        self.block.entries[self.start..]
            .iter()
            .filter(|entry| filter.matches(&self.block.keys.get(&entry.keys)))
    }

    /// Adds what passes `filter` to `outbox`, as frames that share the block's memory. A whole block is one part,
    /// whatever is in it.
    pub(crate) fn frames(&self, form: Form, filter: &Filter, outbox: &mut impl Extend<Bytes>) -> Shown {
        if self.start == 0 && filter.is_open() {
            outbox.extend([match form {
                Form::Lines => self.block.lines.slice(self.block.frame_start..),
                Form::Events => self.block.events.clone(),
            }]);
            return Shown {
                count: self.block.len(),
                last: self.block.entries.last().map(|entry| entry.cursor),
            };
        }
        let mut shown = Shown::default();
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for entry in self.matching(filter) {
            shown.count += 1;
            shown.last = Some(entry.cursor);
            let range = match form {
                Form::Lines => &entry.line,
                Form::Events => &entry.frame,
            };
            match ranges.last_mut() {
                Some(before) if before.end == range.start => before.end = range.end,
                _ => ranges.push(range.clone()),
            }
        }
        let source = match form {
            Form::Lines => &self.block.lines,
            Form::Events => &self.block.events,
        };
        if form == Form::Lines && shown.count > 0 {
            let header = Header::new(Opcode::Text, ranges.iter().map(Range::len).sum());
            outbox.extend([Bytes::copy_from_slice(header.as_ref())]);
        }
        outbox.extend(ranges.into_iter().map(|range| source.slice(range)));
        shown
    }

    /// What `filter` lets pass, as server-sent events; empty if nothing does. A whole block is encoded once for all.
    pub(crate) fn sse(&self, filter: &Filter) -> Bytes {
        if self.start == 0 && filter.is_open() {
            return self.block.sse.get_or_init(|| self.encode_sse(filter)).clone();
        }
        self.encode_sse(filter)
    }

    fn encode_sse(&self, filter: &Filter) -> Bytes {
        let mut text = String::new();
        for entry in self.matching(filter) {
            // The line has no line breaks inside, which would end the field.
            let event = self.line(entry).split_once(r#","event":"#).map_or("", |(_, rest)| rest);
            let event = event.strip_suffix("}\n").unwrap_or_default();
            // Writing to a String can't fail.
            let _ = write!(text, "id: {}\ndata: {event}\n\n", entry.cursor);
        }
        text.into()
    }

    /// The NDJSON line of one of its entries.
    pub(crate) fn line<'a>(&'a self, entry: &Framed) -> &'a str {
        // It was cut from a `String` at the borders of its parts.
        let line = self.block.lines.get(entry.line.clone()).unwrap_or_default();
        std::str::from_utf8(line).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;

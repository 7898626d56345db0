//! Entries as clients get them, framed once for all clients. Owns the bytes of a run of consecutive entries, in both
//! forms; it does not know where they are kept or who reads them.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use event_core::log::{Content, Cursor, Entry, EntryId};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::Seen;
use crate::entry::{self, Event, Keys};
use crate::filter::Filter;
use crate::protocol;

/// A block, and so a text frame of a framed client, holds at most this many entries.
const MAX_ENTRIES: usize = 512;
/// … and at most this many bytes of lines, unless one entry alone has more.
const MAX_BYTES: usize = 256 * 1024;

/// A run of consecutive entries, without those that a producer repeated.
#[derive(Debug)]
pub(crate) struct Block {
    /// The last entry it covers, whether shown or not.
    pub(crate) last: Cursor,
    /// The framed lines of all entries.
    lines: Utf8Bytes,
    entries: Box<[Framed]>,
    /// All entries as server-sent events, from when the first such client wanted them.
    sse: OnceLock<Bytes>,
    /// What it holds in memory.
    pub(super) bytes: usize,
}

/// One entry, ready to be sent.
#[derive(Debug)]
pub(crate) struct Framed {
    pub(crate) cursor: Cursor,
    /// The stored JSON; shares the memory of the line.
    pub(crate) text: Utf8Bytes,
    pub(crate) keys: Keys,
    line: Range<usize>,
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
            .filter(|entry| filter.matches(&entry.keys))
    }

    /// The same as one text of NDJSON lines; none if nothing passes. Copies only what is not the whole block.
    pub(crate) fn lines(&self, filter: &Filter) -> Option<Utf8Bytes> {
        if self.start == 0 && filter.is_open() && self.block.len() > 0 {
            return Some(self.block.lines.clone());
        }
        let lines: String = self.matching(filter).map(|entry| self.line(entry)).collect();
        (!lines.is_empty()).then(|| lines.into())
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
        self.block.lines.as_str().get(entry.line.clone()).unwrap_or_default()
    }
}

/// Frames `entries`, which follow each other. What is in `seen` already is covered but not shown; `observe` is called
/// with every event that is.
pub(crate) fn frame(
    entries: &[Entry],
    seen: &mut Seen,
    mut observe: impl FnMut(&Entry, &Event<'_>),
) -> Vec<Arc<Block>> {
    let mut blocks = Vec::new();
    let mut block = Framing::default();
    for entry in entries {
        if block.is_full_for(entry) {
            blocks.extend(std::mem::take(&mut block).finish());
        }
        block.last = Some(entry.cursor());
        match entry::read(entry) {
            Ok(event) if seen.is_repeated(&event) => {}
            Ok(event) => {
                observe(entry, &event);
                block.push(entry.cursor(), event.text, event.keys());
            }
            Err(invalid) => {
                tracing::debug!(entry = %entry.id, reason = invalid.reason, "an entry that is no event");
                let keys = Keys {
                    kind: protocol::INVALID_ENTRY.into(),
                    ..Keys::default()
                };
                block.push(entry.cursor(), &protocol::invalid_entry(entry.id, &invalid), keys);
            }
        }
    }
    blocks.extend(block.finish());
    blocks
}

/// A block in the making.
#[derive(Default)]
struct Framing {
    last: Option<Cursor>,
    lines: String,
    entries: Vec<Unsliced>,
}

/// An entry whose text cannot be sliced yet, because the lines may still move.
struct Unsliced {
    cursor: Cursor,
    keys: Keys,
    line: Range<usize>,
    /// Where in the lines the text is.
    text: Range<usize>,
    /// The text itself, if it differs there.
    original: Option<Utf8Bytes>,
}

impl Framing {
    fn is_full_for(&self, entry: &Entry) -> bool {
        let bytes = match &entry.content {
            Content::Json(json) => json.len().min(entry::MAX_EVENT_BYTES),
            Content::Foreign(_) => 0,
        };
        self.entries.len() >= MAX_ENTRIES || (!self.entries.is_empty() && self.lines.len() + bytes > MAX_BYTES)
    }

    fn push(&mut self, cursor: Cursor, text: &str, keys: Keys) {
        let line_start = self.lines.len();
        // Writing to a String can't fail.
        let _ = write!(self.lines, r#"{{"cursor":"{cursor}","event":"#);
        let start = self.lines.len();
        // In valid JSON a raw line break is mere space; in a line it would end the line.
        let breaks = ['\n', '\r'];
        let original = text.contains(breaks).then(|| Utf8Bytes::from(text));
        match &original {
            Some(text) => self.lines.push_str(&text.replace(breaks, " ")),
            None => self.lines.push_str(text),
        }
        let end = self.lines.len();
        self.lines.push_str("}\n");
        let line = line_start..self.lines.len();
        self.entries.push(Unsliced {
            cursor,
            keys,
            line,
            text: start..end,
            original,
        });
    }

    /// None if it covers nothing.
    fn finish(self) -> Option<Arc<Block>> {
        let last = self.last?;
        let originals: usize = self
            .entries
            .iter()
            .filter_map(|entry| entry.original.as_deref())
            .map(str::len)
            .sum();
        let shared = Bytes::from(self.lines);
        let bytes = shared.len() + originals + self.entries.len() * size_of::<Framed>();
        let slice = |entry: Unsliced| Framed {
            cursor: entry.cursor,
            text: entry.original.unwrap_or_else(|| text(shared.slice(entry.text))),
            keys: entry.keys,
            line: entry.line,
        };
        let entries = self.entries.into_iter().map(slice).collect();
        Some(Arc::new(Block {
            last,
            lines: text(shared),
            entries,
            sse: OnceLock::new(),
            bytes,
        }))
    }
}

/// Text that was cut from a `String` at the borders of its parts, so that it is UTF-8 whatever happens.
fn text(bytes: Bytes) -> Utf8Bytes {
    Utf8Bytes::try_from(bytes).unwrap_or_default()
}

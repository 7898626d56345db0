//! Blocks in the making. Owns how entries become lines and frames, and when a block is full.

use std::sync::{Arc, OnceLock};

use event_core::log::{Content, Cursor, Entry};

use super::keys::Texts;
use super::{Block, Framed};
use crate::entry::{self, Event, Keys};
use crate::frame::{Header, MAX_HEADER_BYTES, Opcode};
use crate::protocol;
use crate::ring::Seen;

/// A block, and so a text frame of a framed client, holds at most this many entries.
const MAX_ENTRIES: usize = 512;
/// … and at most this many bytes of lines, unless one entry alone has more.
const MAX_BYTES: usize = 256 * 1024;
/// What a line takes beside its event, about.
const LINE_BYTES: usize = 56;

/// Frames `entries`, which follow each other. What is in `seen` already is covered but not shown; `observe` is called
/// with every event that is.
pub(crate) fn frame(
    entries: &[Entry],
    seen: &mut Seen,
    mut observe: impl FnMut(&Entry, &Event<'_>),
) -> Vec<Arc<Block>> {
    let mut blocks = Vec::new();
    let mut draft = Draft::for_some_of(entries);
    for (place, entry) in entries.iter().enumerate() {
        if draft.is_full_for(entry) {
            let next = Draft::for_some_of(&entries[place..]);
            blocks.extend(std::mem::replace(&mut draft, next).finish());
        }
        draft.last = Some(entry.cursor());
        match entry::read(entry) {
            Ok(event) if seen.is_repeated(&event) => {}
            Ok(event) => {
                observe(entry, &event);
                draft.push(entry.cursor(), event.text, &event.keys());
            }
            Err(invalid) => {
                tracing::debug!(entry = %entry.id, reason = invalid.reason, "an entry that is no event");
                let keys = Keys {
                    kind: protocol::INVALID_ENTRY.into(),
                    ..Keys::default()
                };
                draft.push(entry.cursor(), &protocol::invalid_entry(entry.id, &invalid), &keys);
            }
        }
    }
    blocks.extend(draft.finish());
    blocks
}

/// A block in the making.
#[derive(Default)]
struct Draft {
    last: Option<Cursor>,
    /// Room for a header, then lines.
    lines: Vec<u8>,
    events: Vec<u8>,
    entries: Vec<Framed>,
    keys: Texts,
}

/// The header is written when the length is known.
const ROOM: [u8; MAX_HEADER_BYTES] = [0; MAX_HEADER_BYTES];

impl Draft {
    /// With memory for as many of these as there will be in it: growing would copy all of it again and again.
    fn for_some_of(entries: &[Entry]) -> Self {
        let (mut count, mut text_bytes) = (0, 0);
        for entry in entries.iter().take(MAX_ENTRIES) {
            let bytes = shown_bytes(entry);
            if count > 0 && text_bytes + bytes > MAX_BYTES {
                break;
            }
            text_bytes += bytes;
            count += 1;
        }
        Self {
            last: None,
            lines: Vec::with_capacity(ROOM.len() + text_bytes + count * LINE_BYTES),
            events: Vec::with_capacity(text_bytes + count * MAX_HEADER_BYTES),
            entries: Vec::with_capacity(count),
            keys: Texts::default(),
        }
    }

    fn is_full_for(&self, entry: &Entry) -> bool {
        let is_too_long = !self.entries.is_empty() && self.lines.len() + shown_bytes(entry) > MAX_BYTES;
        self.entries.len() >= MAX_ENTRIES || is_too_long
    }

    fn push(&mut self, cursor: Cursor, text: &str, keys: &Keys<'_>) {
        if self.lines.is_empty() {
            self.lines.extend_from_slice(&ROOM);
        }
        let line_start = self.lines.len();
        self.lines.extend_from_slice(br#"{"cursor":""#);
        write(cursor, &mut self.lines);
        self.lines.extend_from_slice(br#"","event":"#);
        let text_start = self.lines.len();
        self.lines.extend_from_slice(text.as_bytes());
        // In valid JSON a raw line break is mere space; in a line it would end the line.
        if memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some() {
            for byte in &mut self.lines[text_start..] {
                if let b'\n' | b'\r' = byte {
                    *byte = b' ';
                }
            }
        }
        self.lines.extend_from_slice(b"}\n");
        let frame_start = self.events.len();
        self.events
            .extend_from_slice(Header::new(Opcode::Text, text.len()).as_ref());
        self.events.extend_from_slice(text.as_bytes());
        let before = self.entries.last().map(|entry| &entry.keys);
        let keys = self.keys.push(keys, before);
        self.entries.push(Framed {
            cursor,
            keys,
            line: line_start..self.lines.len(),
            frame: frame_start..self.events.len(),
        });
    }

    /// None if it covers nothing.
    fn finish(mut self) -> Option<Arc<Block>> {
        let last = self.last?;
        // A block lives long, and what it has is what is counted.
        self.events.shrink_to_fit();
        self.lines.shrink_to_fit();
        self.keys.finish();
        let mut frame_start = 0;
        // Where nothing is shown there is no frame.
        if let Some(payload_bytes) = self.lines.len().checked_sub(ROOM.len()) {
            let header = Header::new(Opcode::Text, payload_bytes);
            frame_start = ROOM.len() - header.as_ref().len();
            self.lines[frame_start..ROOM.len()].copy_from_slice(header.as_ref());
        }
        let entries = self.entries.into_boxed_slice();
        Some(Arc::new(Block {
            last,
            // Of one in which nothing is shown there may be very many.
            bytes: size_of::<Block>()
                + self.lines.len()
                + self.events.len()
                + size_of_val(&*entries)
                + self.keys.bytes(),
            lines: self.lines.into(),
            frame_start,
            events: self.events.into(),
            entries,
            keys: self.keys,
            sse: OnceLock::new(),
        }))
    }
}

/// What is shown of an entry, about.
fn shown_bytes(entry: &Entry) -> usize {
    match &entry.content {
        Content::Json(json) => json.len().min(entry::MAX_EVENT_BYTES),
        Content::Foreign(_) => 0,
    }
}

/// As its `Display`, which would take longer than all else that is written for an event.
fn write(cursor: Cursor, out: &mut Vec<u8>) {
    let mut digits = itoa::Buffer::new();
    out.extend_from_slice(digits.format(cursor.id.ms).as_bytes());
    out.push(b'-');
    out.extend_from_slice(digits.format(cursor.id.seq).as_bytes());
    if let Some(ordinal) = cursor.ordinal {
        out.push(b'@');
        out.extend_from_slice(digits.format(ordinal).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use event_core::log::EntryId;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_is_written_as_it_is_shown(ms: u64, seq: u64, ordinal: Option<u64>) {
            let cursor = Cursor { id: EntryId { ms, seq }, ordinal };
            let mut written = Vec::new();
            write(cursor, &mut written);
            prop_assert_eq!(written, cursor.to_string().into_bytes());
        }
    }
}

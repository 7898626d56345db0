//! How far the entries of a folder were read, and the way from its files back to them. Owns what is given out next, and the
//! count of what is missing there; it changes no file.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use bytes::Bytes;

use super::folder::{self, Segment};
use super::frame::{Frame, frames};
use super::{Damage, Entry};

/// How much is read at once, unless one entry is larger.
const READ_BYTES: u64 = 256 * 1024;

/// See the module's description.
#[derive(Debug)]
pub(super) struct Reading {
    /// The first number of the segment.
    segment: u64,
    offset: u64,
    /// The number that comes next: behind what was given out, or found damaged.
    expected: u64,
    /// Of the first entry since the start.
    first: u64,
    /// What is before it, and was there before the start, may have arrived already.
    tried: u64,
    pub(super) damage: Damage,
}

/// The files that are read.
pub(super) struct Files<'a> {
    pub(super) folder: &'a Path,
    /// Oldest first.
    pub(super) segments: &'a VecDeque<Segment>,
    /// The number behind the last entry.
    pub(super) next: u64,
}

impl Reading {
    /// From the entry `sent` on, in the first of the segments; `first` is the first entry since the start.
    pub(super) fn new(segment: u64, sent: u64, first: u64, tried: u64) -> Self {
        Self {
            segment,
            offset: 0,
            expected: sent,
            first,
            tried,
            damage: Damage::default(),
        }
    }

    /// The entries that come next, at most `max_entries`: none when all were given out.
    pub(super) fn read(&mut self, files: &Files<'_>, max_entries: usize) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        while entries.is_empty() {
            let Some(index) = files.segments.iter().position(|it| it.first == self.segment) else {
                break;
            };
            let end = files.segments.get(index + 1).map(|segment| segment.first);
            if self.offset < files.segments[index].bytes {
                self.read_segment(files, index, max_entries, &mut entries)?;
            } else if let Some(next) = end {
                self.go_to(next);
            } else {
                break;
            }
        }
        if entries.is_empty() {
            // All was given out; what is missing at the end was damaged.
            self.pass(files.next);
        }
        Ok(entries)
    }

    fn read_segment(
        &mut self,
        files: &Files<'_>,
        index: usize,
        max_entries: usize,
        entries: &mut Vec<Entry>,
    ) -> io::Result<()> {
        let segment = &files.segments[index];
        let left = segment.bytes - self.offset;
        let mut file = File::open(folder::path(files.folder, segment.first))?;
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        (&mut file).take(left.min(READ_BYTES)).read_to_end(&mut bytes)?;
        let mut is_all = left <= READ_BYTES;
        if !is_all && Frame::read(&bytes).is_none() {
            // Larger than what was read, or damaged: with all of the segment at hand it shows.
            file.take(left - READ_BYTES).read_to_end(&mut bytes)?;
            is_all = true;
        }
        let mut end = 0;
        for (frame, frame_end) in frames(&bytes) {
            let is_behind_damage = frame_end - frame.size() > end;
            if entries.len() == max_entries || is_behind_damage && !is_all {
                self.offset += end as u64;
                return Ok(());
            }
            end = frame_end;
            entries.extend(self.take(&frame, files.next));
        }
        // In all of the segment, what is no frame is torn.
        self.offset += if is_all { left } else { end as u64 };
        Ok(())
    }

    fn take(&mut self, frame: &Frame<'_>, next: u64) -> Option<Entry> {
        // What was given out before a crash, or by nobody of ours.
        if !(self.expected..next).contains(&frame.number) {
            return None;
        }
        self.pass(frame.number);
        self.expected = frame.number + 1;
        let is_left = frame.number < self.first;
        Some(Entry {
            number: frame.number,
            flags: frame.flags,
            json: Bytes::copy_from_slice(frame.entry),
            is_left,
            is_in_doubt: is_left && frame.number < self.tried,
        })
    }

    /// What was expected before `number` is not there.
    fn pass(&mut self, number: u64) {
        let left = number.min(self.first).saturating_sub(self.expected);
        self.damage.left += left;
        self.damage.own += number - self.expected - left;
        self.expected = number;
    }

    /// The number that comes next.
    pub(super) fn expected(&self) -> u64 {
        self.expected
    }

    /// Takes all entries before `next` for given out: whoever appended them has them still.
    pub(super) fn give_out(&mut self, next: u64) {
        self.expected = next;
    }

    /// Entries since the start that were not given out.
    pub(super) fn own_unread(&self, next: u64) -> u64 {
        next - self.first.max(self.expected)
    }

    /// A segment is gone, and `next` is the one behind it.
    pub(super) fn leave(&mut self, segment: u64, next: u64) {
        if self.segment == segment {
            self.go_to(next);
        }
    }

    fn go_to(&mut self, segment: u64) {
        self.segment = segment;
        self.offset = 0;
    }
}

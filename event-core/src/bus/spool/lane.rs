//! One folder of the spool, which one bus at a time holds: segments of frames, written at the end and deleted once all in
//! them has arrived. Owns their order, their bound, and how far they were read; it knows nothing of events.
//!
//! Nothing is ever written behind what a crash may have torn: each start begins a new segment.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use bytes::Bytes;

use super::folder::{self, End, Segment};
use super::frame::{Frame, frames};
use super::{Appended, Damage, Entry};

/// How much is read at once, unless one entry is larger.
const READ_BYTES: u64 = 256 * 1024;
/// Segments follow each other at a sixteenth of the bound, or here: what is damaged is looked for in one at a time.
const MAX_SEGMENT_BYTES: u64 = 4 * 1024 * 1024;

const LOCK_ATTEMPTS: u32 = 5;
const LOCK_PAUSE: Duration = Duration::from_millis(5);

#[derive(Debug)]
pub(super) struct Lane {
    folder: PathBuf,
    /// Locked as long as it is open.
    _lock: File,
    sent_file: File,
    /// Oldest first.
    segments: VecDeque<Segment>,
    /// The end of the last segment, once this lane has begun one.
    writing: Option<File>,
    max_bytes: u64,
    /// From this size on a segment is followed by another, so that what has arrived can be deleted.
    segment_bytes: u64,
    /// Of the next entry.
    pub(super) next: u64,
    /// Of the first entry that has not arrived.
    pub(super) sent: u64,
    /// Of the first entry since the start.
    first: u64,
    reading: Reading,
    pub(super) damage: Damage,
    /// What the process before was writing when it ended.
    pub(super) torn_bytes: u64,
}

/// How far it was read.
#[derive(Debug)]
struct Reading {
    /// The first number of the segment.
    segment: u64,
    offset: u64,
    /// The number that comes next: behind what was given out, or found damaged.
    expected: u64,
}

impl Lane {
    /// Takes the folder, and makes it if it is missing. None if another has it.
    pub(super) fn open(folder: &Path, max_bytes: u64) -> io::Result<Option<Self>> {
        fs::create_dir_all(folder)?;
        let lock = folder::open(&folder.join("lock"))?;
        if !is_taken(&lock)? {
            return Ok(None);
        }
        let mut sent_file = folder::open(&folder.join("sent"))?;
        let sent = folder::read_sent(&mut sent_file)?.unwrap_or_default();
        let mut segments = folder::list(folder)?;
        let End { number, torn_bytes } = folder::end_of(folder, &mut segments)?;
        let end = number.unwrap_or_default();
        let first = segments.front().map_or(end.max(sent), |segment| segment.first);
        // Segments go only when all in them has arrived: what is before the first is not missing.
        let sent = sent.max(first);
        let next = end.max(sent);
        let mut lane = Self {
            folder: folder.to_owned(),
            _lock: lock,
            sent_file,
            segments,
            writing: None,
            max_bytes,
            segment_bytes: (max_bytes / 16).min(MAX_SEGMENT_BYTES),
            next,
            sent,
            first: next,
            reading: Reading {
                segment: first,
                offset: 0,
                expected: sent,
            },
            damage: Damage::default(),
            torn_bytes,
        };
        lane.write_sent()?;
        lane.delete_sent()?;
        Ok(Some(lane))
    }

    /// Entries that have not arrived; damaged ones among them until they are read.
    pub(super) fn len(&self) -> u64 {
        self.next - self.sent
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Appends as many of `entries`, from their front, as there is room for.
    pub(super) fn append<'a>(&mut self, entries: impl IntoIterator<Item = (u8, &'a [u8])>) -> Appended {
        let room = self.max_bytes.saturating_sub(self.bytes());
        let (mut frames, mut ends) = (Vec::new(), Vec::new());
        for ((flags, entry), number) in entries.into_iter().zip(self.next..) {
            if !(Frame { number, flags, entry }).write(&mut frames) || frames.len() as u64 > room {
                break;
            }
            ends.push(frames.len());
        }
        frames.truncate(ends.last().copied().unwrap_or(0));
        let (written, error) = match self.write(&frames) {
            Ok(()) => (frames.len(), None),
            Err((written, error)) => (written, Some(error)),
        };
        let count = ends.partition_point(|end| *end <= written);
        if error.is_some() {
            self.cut(count.checked_sub(1).map_or(0, |last| ends[last]));
        }
        self.next += count as u64;
        let count = count as u64;
        Appended { count, error }
    }

    /// On an error, tells as well how much was written before.
    fn write(&mut self, frames: &[u8]) -> Result<(), (usize, io::Error)> {
        if frames.is_empty() {
            return Ok(());
        }
        let is_long = |segment: &Segment| segment.bytes >= self.segment_bytes;
        let file = match &mut self.writing {
            Some(file) if !self.segments.back().is_some_and(is_long) => file,
            _ => {
                let path = folder::path(&self.folder, self.next);
                let file = OpenOptions::new().append(true).create_new(true).open(path);
                let file = file.map_err(|error| (0, error))?;
                self.segments.push_back(Segment {
                    first: self.next,
                    bytes: 0,
                });
                self.writing.insert(file)
            }
        };
        let mut written = 0;
        while written < frames.len() {
            written += match file.write(&frames[written..]) {
                Ok(0) => return Err((written, ErrorKind::WriteZero.into())),
                Ok(more) => more,
                Err(error) if error.kind() == ErrorKind::Interrupted => 0,
                Err(error) => return Err((written, error)),
            };
        }
        if let Some(segment) = self.segments.back_mut() {
            segment.bytes += frames.len() as u64;
        }
        Ok(())
    }

    /// After an error: half a frame would hide what is written behind it until it is found again.
    fn cut(&mut self, whole: usize) {
        if let (Some(file), Some(segment)) = (&self.writing, self.segments.back_mut()) {
            segment.bytes += whole as u64;
            if file.set_len(segment.bytes).is_err() {
                self.writing = None;
            }
        }
    }

    /// The entries that come next, at most `max_entries`: none when all were given out.
    pub(super) fn read(&mut self, max_entries: usize) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        while entries.is_empty() {
            let Some(index) = self.segments.iter().position(|it| it.first == self.reading.segment) else {
                break;
            };
            let end = self.segments.get(index + 1).map(|segment| segment.first);
            if self.reading.offset < self.segments[index].bytes {
                self.read_segment(index, max_entries, &mut entries)?;
            } else if let Some(next) = end {
                self.reading.segment = next;
                self.reading.offset = 0;
            } else {
                break;
            }
        }
        if entries.is_empty() {
            // All was given out; what is missing at the end was damaged.
            self.pass(self.next);
        }
        Ok(entries)
    }

    fn read_segment(&mut self, index: usize, max_entries: usize, entries: &mut Vec<Entry>) -> io::Result<()> {
        let segment = &self.segments[index];
        let left = segment.bytes - self.reading.offset;
        let mut file = File::open(self.path(segment.first))?;
        file.seek(SeekFrom::Start(self.reading.offset))?;
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
                self.reading.offset += end as u64;
                return Ok(());
            }
            end = frame_end;
            self.take(&frame, entries);
        }
        // In all of the segment, what is no frame is torn.
        self.reading.offset += if is_all { left } else { end as u64 };
        Ok(())
    }

    fn take(&mut self, frame: &Frame<'_>, entries: &mut Vec<Entry>) {
        // What was given out before a crash, or by nobody of ours.
        if !(self.reading.expected..self.next).contains(&frame.number) {
            return;
        }
        self.pass(frame.number);
        self.reading.expected = frame.number + 1;
        entries.push(Entry {
            number: frame.number,
            flags: frame.flags,
            json: Bytes::copy_from_slice(frame.entry),
            is_left: frame.number < self.first,
        });
    }

    /// What was expected before `number` is not there.
    fn pass(&mut self, number: u64) {
        let left = number.min(self.first).saturating_sub(self.reading.expected);
        self.damage.left += left;
        self.damage.own += number - self.reading.expected - left;
        self.reading.expected = number;
    }

    /// What was given out before the entry with this number has arrived; without a number, all that was given out.
    pub(super) fn confirm_before(&mut self, number: Option<u64>) -> io::Result<()> {
        let sent = number.unwrap_or(self.reading.expected);
        if sent > self.sent { self.settle(sent) } else { Ok(()) }
    }

    /// Takes all entries for given out: whoever appended them has them still.
    pub(super) fn give_out(&mut self) {
        self.reading.expected = self.next;
    }

    pub(super) fn own_unread(&self) -> u64 {
        self.next - self.first.max(self.reading.expected)
    }

    pub(super) fn is_given_out(&self) -> bool {
        self.reading.expected == self.next
    }

    fn settle(&mut self, sent: u64) -> io::Result<()> {
        self.sent = sent;
        // First told, then deleted: a crash in between deletes at the next start.
        self.write_sent()?;
        self.delete_sent()
    }

    fn write_sent(&mut self) -> io::Result<()> {
        let number = self.sent.to_le_bytes();
        let checksum = crc32fast::hash(&number).to_le_bytes();
        self.sent_file.seek(SeekFrom::Start(0))?;
        self.sent_file.write_all(&[&number[..], &checksum[..]].concat())
    }

    fn delete_sent(&mut self) -> io::Result<()> {
        while let Some(first) = self.segments.front().map(|segment| segment.first) {
            let end = self.segments.get(1).map_or(self.next, |segment| segment.first);
            if end > self.sent {
                break;
            }
            if self.segments.len() == 1 {
                self.writing = None;
            }
            fs::remove_file(self.path(first))?;
            self.segments.pop_front();
            if self.reading.segment == first {
                self.reading.segment = end;
                self.reading.offset = 0;
            }
        }
        Ok(())
    }

    /// Asks the system to write through what it holds back.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.writing.as_ref().map_or(Ok(()), File::sync_data)
    }

    fn path(&self, first: u64) -> PathBuf {
        folder::path(&self.folder, first)
    }
}

/// Whether the lock could be had. A program that is being started holds for a moment what its parent had open: so it is
/// tried more than once.
fn is_taken(lock: &File) -> io::Result<bool> {
    for _ in 0..LOCK_ATTEMPTS {
        match lock.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(false)
}

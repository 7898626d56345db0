//! One folder of the spool, which one bus at a time holds: segments of frames, written at the end and deleted once all in
//! them has arrived. Owns their order and their bound; it knows nothing of events.
//!
//! Nothing is ever written behind what a crash may have torn: each start begins a new segment.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::folder::{self, End, Segment};
use super::frame::Frame;
use super::note::Note;
use super::reading::{Files, Reading};
use super::{Appended, Damage, Entry};

/// Segments follow each other at a sixteenth of the bound, or here: what is damaged is looked for in one at a time.
const MAX_SEGMENT_BYTES: u64 = 4 * 1024 * 1024;

const LOCK_ATTEMPTS: u32 = 5;
const LOCK_PAUSE: Duration = Duration::from_millis(5);

#[derive(Debug)]
pub(super) struct Lane {
    folder: PathBuf,
    /// Locked as long as it is open.
    _lock: File,
    note: Note,
    /// Oldest first.
    segments: VecDeque<Segment>,
    /// The end of the last segment, once this lane has begun one.
    writing: Option<File>,
    max_bytes: u64,
    /// From this size on a segment is followed by another, so that what has arrived can be deleted.
    segment_bytes: u64,
    /// Of the next entry.
    pub(super) next: u64,
    reading: Reading,
    /// What the process before was writing when it ended.
    pub(super) torn_bytes: u64,
}

impl Lane {
    /// Takes the folder, and makes it if it is missing. None if another has it.
    pub(super) fn open(folder: &Path, max_bytes: u64) -> io::Result<Option<Self>> {
        fs::create_dir_all(folder)?;
        let lock = folder::open(&folder.join("lock"))?;
        if !is_taken(&lock)? {
            return Ok(None);
        }
        let mut note = Note::open(&folder.join("sent"))?;
        let mut segments = folder::list(folder)?;
        let End { number, torn_bytes } = folder::end_of(folder, &mut segments)?;
        let end = number.unwrap_or_default();
        let first = segments.front().map_or(end.max(note.sent), |segment| segment.first);
        // Segments go only when all in them has arrived: what is before the first is not missing.
        note.sent = note.sent.max(first);
        let next = end.max(note.sent);
        note.tried = note.tried.clamp(note.sent, next);
        let mut lane = Self {
            folder: folder.to_owned(),
            _lock: lock,
            reading: Reading::new(first, note.sent, next, note.tried),
            note,
            segments,
            writing: None,
            max_bytes,
            segment_bytes: (max_bytes / 16).min(MAX_SEGMENT_BYTES),
            next,
            torn_bytes,
        };
        lane.note.write()?;
        lane.delete_sent()?;
        Ok(Some(lane))
    }

    /// Entries that have not arrived; damaged ones among them until they are read.
    pub(super) fn len(&self) -> u64 {
        self.next - self.note.sent
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
        let files = Files {
            folder: &self.folder,
            segments: &self.segments,
            next: self.next,
        };
        self.reading.read(&files, max_entries)
    }

    /// As far as it was read.
    pub(super) fn damage(&self) -> Damage {
        self.reading.damage
    }

    /// The entry with this number, and those before it, are on their way from here on: should this process end, they may
    /// have arrived.
    pub(super) fn try_up_to(&mut self, number: u64) -> io::Result<()> {
        if number < self.note.tried {
            return Ok(());
        }
        self.note.tried = number + 1;
        self.note.write()
    }

    /// What was given out before the entry with this number has arrived; without a number, all that was given out.
    pub(super) fn confirm_before(&mut self, number: Option<u64>) -> io::Result<()> {
        let sent = number.unwrap_or(self.reading.expected());
        if sent <= self.note.sent {
            return Ok(());
        }
        self.note.sent = sent;
        self.note.tried = self.note.tried.max(sent);
        // First told, then deleted: a crash in between deletes at the next start.
        self.note.write()?;
        self.delete_sent()
    }

    /// Takes all entries for given out: whoever appended them has them still.
    pub(super) fn give_out(&mut self) {
        self.reading.give_out(self.next);
    }

    pub(super) fn own_unread(&self) -> u64 {
        self.reading.own_unread(self.next)
    }

    pub(super) fn is_given_out(&self) -> bool {
        self.reading.expected() == self.next
    }

    fn delete_sent(&mut self) -> io::Result<()> {
        while let Some(first) = self.segments.front().map(|segment| segment.first) {
            let end = self.segments.get(1).map_or(self.next, |segment| segment.first);
            if end > self.note.sent {
                break;
            }
            if self.segments.len() == 1 {
                self.writing = None;
            }
            fs::remove_file(self.path(first))?;
            self.segments.pop_front();
            self.reading.leave(first, end);
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

//! Where events wait on disk while the log can't take them, and from one start of a program to the next. Owns which folder
//! belongs to whom, and what is taken up in which order. Only the writer's thread may call it: every method does I/O.

mod folder;
mod frame;
mod lane;
mod note;
mod reading;

use std::collections::VecDeque;
use std::io;
use std::ops::Add;
use std::path::PathBuf;

use bytes::Bytes;

use self::lane::Lane;
use crate::log::{LogError, LogErrorKind};

/// How large a spool may get unless `EVENT_SPOOL_MAX_BYTES` says otherwise.
const DEFAULT_MAX_BYTES: u64 = 256 * 1024 * 1024;
/// How many buses at once may share a path.
const MAX_LANES: u32 = 64;

/// A folder for events that wait for the log. Whatever is in it survives the process, and is sent first by the next one
/// that is given the same folder.
///
/// - It fills only while the log is down, and when a program ends with events unsent; it is empty otherwise.
/// - A killed process loses nothing that is in it. It is not synced to the disk but at the end of the program: when the
///   machine loses power, what the system had not written through yet is gone, as a rule the last half minute.
/// - What was on its way as the process ended, or was killed, is looked for in the log first. Where the bus may not read
///   it, such events can arrive twice, and are counted. Their ids tell.
/// - Several processes, or buses, may be given the same path: each has a folder of its own in it, `0`, `1`, …, and takes
///   up as well what others, which are gone, have left.
/// - Once it is full, or the disk is, what it holds stays, and the queue drops its oldest events as it does without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpoolConfig {
    /// The folder; made if it is missing.
    pub path: PathBuf,
    /// The size that it never exceeds, of each bus that uses it.
    pub max_bytes: u64,
}

impl SpoolConfig {
    /// A spool at `path` that holds at most 256 MiB.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            max_bytes: DEFAULT_MAX_BYTES,
        }
    }

    /// As variables say: `EVENT_SPOOL` and `EVENT_SPOOL_MAX_BYTES`; none if the first is not set.
    pub(super) fn from(variable: impl Fn(&str) -> Result<Option<String>, LogError>) -> Result<Option<Self>, LogError> {
        let Some(path) = variable("EVENT_SPOOL")? else {
            return Ok(None);
        };
        let mut config = Self::new(path);
        if let Some(text) = variable("EVENT_SPOOL_MAX_BYTES")? {
            config.max_bytes = text.parse().map_err(|_| {
                let message = format!(
                    "EVENT_SPOOL_MAX_BYTES: expected a number of bytes, such as {DEFAULT_MAX_BYTES}, got {text:?}"
                );
                LogError::new(LogErrorKind::Refused, message)
            })?;
        }
        Ok(Some(config))
    }
}

/// What became of entries that were to be appended.
#[derive(Debug, Default)]
pub(in crate::bus) struct Appended {
    /// So many of the first.
    pub(in crate::bus) count: u64,
    /// Why not the next, if it is not for the bound.
    pub(in crate::bus) error: Option<io::Error>,
}

/// What a read gives out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bus) struct Entry {
    pub(in crate::bus) number: u64,
    pub(in crate::bus) flags: u8,
    pub(in crate::bus) json: Bytes,
    /// It was there before the start.
    pub(in crate::bus) is_left: bool,
    /// It was on its way then, and may have arrived.
    pub(in crate::bus) is_in_doubt: bool,
}

/// Entries that were damaged and are lost, as far as it was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::bus) struct Damage {
    /// Those that were there before the start.
    pub(in crate::bus) left: u64,
    pub(in crate::bus) own: u64,
}

impl Add for Damage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            left: self.left + other.left,
            own: self.own + other.own,
        }
    }
}

/// See [`SpoolConfig`].
#[derive(Debug)]
pub(in crate::bus) struct Spool {
    own: Lane,
    /// What others have left; each is given up when all in it has arrived.
    left: VecDeque<Lane>,
    /// In those that were given up.
    damage: Damage,
    /// Found at the start behind the last whole entries.
    pub(in crate::bus) torn_bytes: u64,
}

impl Spool {
    /// Takes the first folder that is free, and what others have left.
    pub(in crate::bus) fn open(config: &SpoolConfig) -> Result<Self, LogError> {
        let failed = |error: io::Error| {
            let path = config.path.display();
            let message = format!(
                "the spool in {path}: {error}; name a folder that this program may write to (EVENT_SPOOL, or the builder's)"
            );
            LogError::new(LogErrorKind::Refused, message)
        };
        let mut lanes = VecDeque::new();
        for index in 0..MAX_LANES {
            let folder = config.path.join(index.to_string());
            // Behind the first free one, only what is there already matters.
            if lanes.is_empty() || folder.exists() {
                lanes.extend(Lane::open(&folder, config.max_bytes).map_err(failed)?);
            }
        }
        let torn_bytes = lanes.iter().map(|lane| lane.torn_bytes).sum();
        let own = lanes
            .pop_front()
            .ok_or_else(|| failed(io::Error::other(format!("{MAX_LANES} programs use it already"))))?;
        lanes.retain(|lane| !lane.is_empty());
        Ok(Self {
            own,
            left: lanes,
            damage: Damage::default(),
            torn_bytes,
        })
    }

    /// Entries that have not arrived.
    pub(in crate::bus) fn len(&self) -> u64 {
        self.lanes().map(Lane::len).sum()
    }

    /// As far as it was read.
    pub(in crate::bus) fn damage(&self) -> Damage {
        self.lanes().fold(self.damage, |sum, lane| sum + lane.damage())
    }

    fn lanes(&self) -> impl Iterator<Item = &Lane> {
        self.left.iter().chain([&self.own])
    }

    /// Appends as many of `entries`, from their front, as there is room for.
    pub(in crate::bus) fn append<'a>(&mut self, entries: impl IntoIterator<Item = (u8, &'a [u8])>) -> Appended {
        self.own.append(entries)
    }

    /// The oldest entries that were not given out yet, at most `max_entries`. None when all were, and also when what was
    /// left by others must arrive before the rest is given out.
    pub(in crate::bus) fn read(&mut self, max_entries: usize) -> io::Result<Vec<Entry>> {
        while let Some(lane) = self.left.front_mut() {
            let entries = lane.read(max_entries)?;
            if !entries.is_empty() || !lane.is_empty() {
                return Ok(entries);
            }
            self.damage = self.damage + lane.damage();
            self.left.pop_front();
        }
        self.own.read(max_entries)
    }

    /// The entry with this number, which was given out or appended, goes to the log, and with it those before: should this
    /// process end, the next one can't know whether they have arrived.
    pub(in crate::bus) fn try_up_to(&mut self, number: u64) -> io::Result<()> {
        self.left.front_mut().unwrap_or(&mut self.own).try_up_to(number)
    }

    /// What was given out before the entry with this number has arrived; without a number, all that was given out.
    pub(in crate::bus) fn confirm_before(&mut self, number: Option<u64>) -> io::Result<()> {
        self.left.front_mut().unwrap_or(&mut self.own).confirm_before(number)
    }

    /// The number of the entry that is appended next.
    pub(in crate::bus) fn next(&self) -> u64 {
        self.own.next
    }

    /// Takes all entries for given out: whoever appended them has them still.
    pub(in crate::bus) fn give_out(&mut self) {
        self.own.give_out();
    }

    /// Entries since the start that were not given out.
    pub(in crate::bus) fn own_unread(&self) -> u64 {
        self.own.own_unread()
    }

    /// Nothing is left to be read.
    pub(in crate::bus) fn is_given_out(&self) -> bool {
        self.left.is_empty() && self.own.is_given_out()
    }
}

impl Drop for Spool {
    /// What is left for the next process goes to the disk, should the machine end with the program.
    fn drop(&mut self) {
        let _ = self.own.sync();
    }
}

#[cfg(test)]
mod tests;

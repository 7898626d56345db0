//! Events on their way to the log: formatted once, kept until the log has answered for each.

use bytes::Bytes;

use super::Shared;
use crate::log::{EntryId, LogError};
use crate::record::Record;

const MAX_EVENTS: usize = 512;
const MAX_BYTES: usize = 256 * 1024;

#[derive(Default)]
pub(super) struct Batch {
    entries: Vec<Bytes>,
    bytes: usize,
    /// How many of the first entries are the bus's own: they count for nobody.
    ours: usize,
}

impl Batch {
    pub(super) fn add(&mut self, record: &Record) {
        let mut json = Vec::with_capacity(record.size() + 256);
        record.write_json(&mut json);
        self.bytes += json.len();
        self.entries.push(json.into());
    }

    /// Adds an event that the program did not publish; before all others only.
    pub(super) fn add_ours(&mut self, record: &Record) {
        self.add(record);
        self.ours += 1;
    }

    pub(super) fn has_room(&self) -> bool {
        self.entries.len() < MAX_EVENTS && self.bytes < MAX_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn entries(&self) -> &[Bytes] {
        &self.entries
    }

    /// How many events of the program's it holds.
    pub(super) fn own_len(&self) -> usize {
        self.entries.len() - self.ours
    }

    /// Keeps what is to be sent again; returns why.
    ///
    /// A single refused entry among others that were taken is at fault itself, and given up; when all are refused,
    /// it is the log that must be mended.
    pub(super) fn settle(&mut self, replies: Vec<Result<EntryId, LogError>>, shared: &Shared) -> Option<LogError> {
        let is_any_taken = replies.iter().any(Result::is_ok);
        let mut problem = None;
        let mut kept = Vec::new();
        let mut kept_ours = 0;
        for (index, (entry, reply)) in std::mem::take(&mut self.entries).into_iter().zip(replies).enumerate() {
            let is_ours = index < self.ours;
            match reply {
                Ok(_) => shared.sent.add(usize::from(!is_ours)),
                Err(error) if !error.is_retryable() && is_any_taken => {
                    super::say(format_args!("an event was refused and is lost: {error}"));
                    shared.refused.add(usize::from(!is_ours));
                }
                Err(error) => {
                    problem = Some(error);
                    kept.push(entry);
                    kept_ours += usize::from(is_ours);
                }
            }
        }
        self.entries = kept;
        self.ours = kept_ours;
        problem
    }
}

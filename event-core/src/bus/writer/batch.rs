//! Events on their way to the log: formatted once, kept until the log has answered for each.

use bytes::Bytes;

use super::shared::Shared;
use crate::bus::say;
use crate::log::{EntryId, LogError, LogErrorKind};
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
        let answered = replies.len();
        let sent = std::mem::take(&mut self.entries);
        let unanswered = || {
            let text = format!("the log answered for {answered} of {} entries", sent.len());
            Err(LogError::new(LogErrorKind::Interrupted, text))
        };
        let replies = replies.into_iter().chain(std::iter::repeat_with(unanswered));
        let (mut again, mut refusal) = (None, None);
        let ours = std::mem::take(&mut self.ours);
        for (index, (entry, reply)) in sent.iter().zip(replies).enumerate() {
            let is_ours = index < ours;
            match reply {
                Ok(_) => shared.sent.add(usize::from(!is_ours)),
                Err(error) if !error.is_retryable() && is_any_taken => {
                    shared.refused.add(usize::from(!is_ours));
                    refusal.get_or_insert(error);
                }
                Err(error) => {
                    self.entries.push(entry.clone());
                    self.ours += usize::from(is_ours);
                    again = Some(error);
                }
            }
        }
        if let Some(error) = refusal {
            say(format_args!("events were refused and are lost: {error}"));
        }
        again
    }
}

//! Events on their way to the log: formatted once, in the order of the queue, kept until the log has answered for each.
//! Owns what is known of each one's fate; it sends nothing.

use std::collections::{HashSet, VecDeque};
use std::mem;

use bytes::Bytes;

use super::shared::Shared;
use crate::bus::{own_record, say, spare};
use crate::catalog::EventsDropped;
use crate::clock::{Moment, Timestamp};
use crate::log::{Answers, EntryId, LogError, LogErrorKind};
use crate::record::Record;

pub(super) const MAX_EVENTS: usize = 512;
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// What is known of an event besides its text.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// The bus's own: it counts for nobody.
    is_ours: bool,
    /// It was on its way before.
    was_sent: bool,
    /// It may be in the log already.
    is_unknown: bool,
}

/// What was sent and must be sent again, before anything of the queue.
#[derive(Default)]
pub(super) struct Outbox {
    again: VecDeque<(Bytes, Mark)>,
    /// From the flight that is being settled: older than those.
    returned: VecDeque<(Bytes, Mark)>,
    /// What the bus says of itself, before anything of the queue.
    notices: Vec<Record>,
    /// Where events are formatted.
    scratch: Vec<u8>,
}

/// Events that are sent together.
#[derive(Default)]
pub(super) struct Batch {
    entries: Vec<Bytes>,
    marks: Vec<Mark>,
    bytes: usize,
    /// How many of the first events ever published are settled once this batch is; 0 if that can't be told.
    covers: u64,
}

/// What became of a batch.
#[derive(Default)]
pub(super) struct Settled {
    /// The place of the last event that the log has taken.
    pub(super) confirmed: Option<EntryId>,
    /// The first reason why some must be sent again.
    pub(super) trouble: Option<LogError>,
    pub(super) covers: u64,
}

impl Outbox {
    /// What goes next, at most `max_events`. `on_their_way` are the program's events that were sent and have no answer.
    pub(super) fn next_batch(&mut self, shared: &Shared, max_events: usize, on_their_way: usize) -> Batch {
        let mut batch = Batch::default();
        while batch.has_room(max_events)
            && let Some((entry, mark)) = self.again.pop_front()
        {
            shared.retried.add(usize::from(mark.was_sent && !mark.is_ours));
            shared.duplicated.add(usize::from(mark.is_unknown && !mark.is_ours));
            batch.add(entry, mark);
        }
        if !batch.has_room(max_events) {
            return batch;
        }
        for ours in mem::take(&mut self.notices).into_iter().chain(overflow(shared)) {
            let mark = Mark {
                is_ours: true,
                ..Mark::default()
            };
            batch.add(self.format(&ours, shared), mark);
        }
        while batch.has_room(max_events)
            && let Some(record) = shared.queue.pop()
        {
            batch.add(self.format(&record, shared), Mark::default());
            spare::keep(record);
        }
        batch.covers = shared.settled() + (on_their_way + batch.own_len()) as u64;
        batch
    }

    fn format(&mut self, record: &Record, shared: &Shared) -> Bytes {
        self.scratch.clear();
        record.write_json(&shared.options.policy, &mut self.scratch);
        let json = Bytes::copy_from_slice(&self.scratch);
        self.scratch.shrink_to(MAX_BYTES);
        json
    }

    /// Takes what the bus says of itself.
    pub(super) fn tell(&mut self, notices: Vec<Record>) {
        self.notices.extend(notices);
    }

    /// There are so many to send again, or wait in the queue, that a batch would be full.
    pub(super) fn has_a_batch(&self, shared: &Shared) -> bool {
        self.again.len() >= MAX_EVENTS || shared.queue.holds(MAX_EVENTS, MAX_BYTES)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.again.is_empty() && self.notices.is_empty()
    }

    /// The oldest that is to be sent again.
    pub(super) fn first(&self) -> Option<&Bytes> {
        self.again.front().map(|(entry, _)| entry)
    }

    /// Gives the oldest up.
    pub(super) fn give_up_first(&mut self, why: &LogError, shared: &Shared) {
        if let Some((entry, mark)) = self.again.pop_front() {
            shared.refused.add(usize::from(!mark.is_ours));
            say_lost(why, entry.len());
        }
    }

    /// Those that may be in the log already, oldest first.
    pub(super) fn unknown(&self) -> Vec<Bytes> {
        let unknown = self.again.iter().filter(|(_, mark)| mark.is_unknown);
        unknown.map(|(entry, _)| entry.clone()).collect()
    }

    /// They were found in the log.
    pub(super) fn arrived(&mut self, found: &HashSet<Bytes>, shared: &Shared) {
        self.again.retain(|(entry, mark)| {
            let has_arrived = mark.is_unknown && found.contains(entry);
            shared.sent.add(usize::from(has_arrived && !mark.is_ours));
            shared.bytes.add(if has_arrived { entry.len() } else { 0 });
            !has_arrived
        });
    }

    /// The others were looked for, and are not there.
    pub(super) fn none_is_unknown(&mut self) {
        self.again.iter_mut().for_each(|(_, mark)| mark.is_unknown = false);
    }

    /// All batches of a flight are settled: what came back goes first.
    pub(super) fn put_back(&mut self) {
        self.returned.append(&mut self.again);
        mem::swap(&mut self.returned, &mut self.again);
    }

    /// Counts what was answered, and keeps what must be sent again until it is put back.
    pub(super) fn settle(&mut self, batch: Batch, answers: Answers, shared: &Shared) -> Settled {
        let mut settled = Settled {
            covers: batch.covers,
            ..Settled::default()
        };
        let mut refused = None;
        let (answers, rest) = match answers {
            Ok(answers) => {
                let text = format!(
                    "the log answered for {} of {} events",
                    answers.len(),
                    batch.entries.len()
                );
                (answers, LogError::new(LogErrorKind::Interrupted, text))
            }
            Err(error) => (Vec::new(), error),
        };
        let answers = answers.into_iter().chain(std::iter::repeat_with(|| Err(rest.clone())));
        for ((entry, mut mark), answer) in batch.entries.into_iter().zip(batch.marks).zip(answers) {
            let own = usize::from(!mark.is_ours);
            match answer {
                Ok(id) => {
                    shared.sent.add(own);
                    shared.bytes.add(entry.len());
                    settled.confirmed = Some(id);
                }
                Err(error) if error.kind() == LogErrorKind::Invalid => {
                    shared.refused.add(own);
                    refused.get_or_insert((error, entry.len()));
                }
                Err(error) => {
                    mark.was_sent |= error.kind() != LogErrorKind::Unreachable;
                    mark.is_unknown |= error.kind() == LogErrorKind::Interrupted;
                    self.returned.push_back((entry, mark));
                    settled.trouble.get_or_insert(error);
                }
            }
        }
        if let Some((error, len)) = refused {
            say_lost(&error, len);
        }
        settled
    }
}

/// What the queue lost since the last time, as an event.
fn overflow(shared: &Shared) -> Option<Record> {
    let overflow = shared.queue.take_overflow()?;
    let ts = |moment: Moment| {
        Timestamp {
            unix_micros: moment.unix_micros(),
        }
        .to_string()
    };
    Some(own_record(&EventsDropped {
        count: overflow.count,
        first_ts: &ts(overflow.first),
        last_ts: &ts(overflow.last),
        reason: "queue_full",
    }))
}

fn say_lost(why: &LogError, len: usize) {
    say(format_args!(
        "the log refused an event of {len} bytes, which is lost: {why}"
    ));
}

impl Batch {
    fn add(&mut self, entry: Bytes, mark: Mark) {
        self.bytes += entry.len();
        self.entries.push(entry);
        self.marks.push(mark);
    }

    fn has_room(&self, max_events: usize) -> bool {
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
        self.marks.iter().filter(|mark| !mark.is_ours).count()
    }
}

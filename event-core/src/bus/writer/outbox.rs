//! Events on their way to the log: formatted once, in the order of the queue, kept until the log has answered for each.
//! Owns what is known of each one's fate; it sends nothing.

use std::collections::{HashSet, VecDeque};
use std::mem;

use bytes::Bytes;

use super::batch::{Batch, MAX_BYTES, MAX_EVENTS, Mark, Owner};
use super::losses::Losses;
use super::shared::Shared;
use super::stowage::Stowage;
use crate::bus::{say, spare};
use crate::log::{Answers, EntryId, LogError, LogErrorKind};
use crate::record::Record;

/// What was sent and must be sent again, then what waits on disk, before anything of the queue.
pub(super) struct Outbox {
    /// Of the flight that is being answered: older than what is still in flight.
    returned: VecDeque<(Bytes, Mark)>,
    again: VecDeque<(Bytes, Mark)>,
    /// What is to be sent again came from the spool, and a former process may have sent it: the log is asked first.
    is_in_doubt: bool,
    stowage: Stowage,
    losses: Losses,
    /// What the bus says of itself, before anything of the queue.
    notices: Vec<Record>,
    /// Where events are formatted.
    scratch: Vec<u8>,
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
    pub(super) fn new(stowage: Stowage) -> Self {
        Self {
            returned: VecDeque::new(),
            again: VecDeque::new(),
            is_in_doubt: false,
            stowage,
            losses: Losses::default(),
            notices: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// What goes next, at most `max_events`. `on_their_way` are the program's events that were sent and have no answer.
    pub(super) fn next_batch(&mut self, shared: &Shared, max_events: usize, on_their_way: usize) -> Batch {
        let mut batch = Batch::default();
        if self.is_in_doubt {
            return batch;
        }
        self.fill(&mut batch, max_events, on_their_way, shared);
        self.stowage.try_up_to(batch.marks.iter());
        batch
    }

    fn fill(&mut self, batch: &mut Batch, max_events: usize, on_their_way: usize, shared: &Shared) {
        while batch.has_room(max_events)
            && let Some((entry, mark)) = self.again.pop_front()
        {
            let is_ours = mark.owner == Owner::Bus;
            shared.retried.add(usize::from(mark.was_sent && !is_ours));
            shared.duplicated.add(usize::from(mark.is_unknown && !is_ours));
            batch.add(entry, mark);
        }
        while batch.has_room(max_events) && self.stowage.has_work() {
            let stowed = self
                .stowage
                .take(max_events - batch.entries.len(), shared, &mut self.losses);
            if stowed.is_empty() {
                break;
            }
            if stowed.iter().any(|(_, mark)| mark.is_unknown) {
                self.again.extend(stowed);
                self.is_in_doubt = true;
                return;
            }
            for (entry, mark) in stowed {
                batch.add(entry, mark);
            }
        }
        if self.stowage.has_work() || !self.again.is_empty() {
            // What is dropped by the queue now, or was taken by the log before, can be newer than what waits here.
            return;
        }
        self.draw(batch, max_events, shared);
        batch.covers = shared.settled() + (on_their_way + batch.own_len()) as u64;
    }

    /// Adds what the queue has.
    fn draw(&mut self, batch: &mut Batch, max_events: usize, shared: &Shared) {
        if !batch.has_room(max_events) {
            return;
        }
        for ours in mem::take(&mut self.notices).into_iter().chain(self.losses.tell(shared)) {
            let mark = Mark {
                owner: Owner::Bus,
                ..Mark::default()
            };
            batch.add(self.format(&ours, shared), mark);
        }
        let mut drawn = shared.draw();
        while batch.has_room(max_events)
            && let Some(record) = drawn.next()
        {
            batch.add(self.format(&record, shared), Mark::default());
            spare::keep(record);
        }
    }

    pub(super) fn has_spool(&self) -> bool {
        self.stowage.has_spool()
    }

    /// Brings to the disk what is in hand and what the queue has, as far as there is room; whether all of it is there now.
    pub(super) fn stow(&mut self, in_flight: &mut VecDeque<Batch>, shared: &Shared) -> bool {
        let batches = in_flight
            .iter_mut()
            .flat_map(|batch| batch.entries.iter().zip(&mut batch.marks));
        let returned = self.returned.iter_mut().map(|(entry, mark)| (&*entry, mark));
        let again = self.again.iter_mut().map(|(entry, mark)| (&*entry, mark));
        let is_copied = self.stowage.copy(returned.chain(batches).chain(again), shared);
        self.note_tried(in_flight);
        if !is_copied {
            return false;
        }
        // What is published meanwhile waits for the next time: the log may have something to say.
        let mut waiting = shared.queue.len();
        loop {
            let mut batch = Batch::default();
            let is_first_held = self.stowage.is_holding();
            if !is_first_held {
                self.draw(&mut batch, MAX_EVENTS, shared);
            }
            waiting = waiting.saturating_sub(batch.own_len());
            let is_last = (waiting == 0 || batch.is_empty()) && !is_first_held;
            if !self.stowage.stow(batch.entries.into_iter().zip(batch.marks), shared) {
                return false;
            }
            if is_last {
                return true;
            }
        }
    }

    /// Those that may arrive, whether this process hears of it or not.
    fn note_tried(&mut self, in_flight: &VecDeque<Batch>) {
        let unknown = self.returned.iter().chain(&self.again).map(|(_, mark)| mark);
        let unknown = unknown.filter(|mark| mark.is_unknown);
        let in_flight = in_flight.iter().flat_map(|batch| &batch.marks);
        self.stowage.try_up_to(unknown.chain(in_flight));
    }

    /// What was given out by the spool and is not in hand is settled.
    pub(super) fn confirm(&mut self, in_flight: &VecDeque<Batch>) {
        let waiting = self.returned.iter().chain(&self.again).map(|(_, mark)| mark);
        let waiting = waiting.chain(in_flight.iter().flat_map(|batch| &batch.marks));
        let first = waiting.filter_map(|mark| mark.number).min();
        self.stowage.confirm_before(first);
    }

    fn format(&mut self, record: &Record, shared: &Shared) -> Bytes {
        self.scratch.clear();
        record.write_json(&shared.options.policy, &mut self.scratch);
        let json = Bytes::copy_from_slice(&self.scratch);
        self.scratch.shrink_to(MAX_BYTES);
        json
    }

    /// Takes what the bus says of itself. What it said before, and nobody has taken yet, is out of date.
    pub(super) fn tell(&mut self, notices: Vec<Record>) {
        let is_told_anew = |old: &Record| notices.iter().any(|new| new.event_type.name() == old.event_type.name());
        self.notices.retain(|old| !is_told_anew(old));
        self.notices.extend(notices);
    }

    /// There are so many to send again, or wait in the queue, that a batch would be full.
    pub(super) fn has_a_batch(&self, shared: &Shared) -> bool {
        self.again.len() >= MAX_EVENTS || self.stowage.has_work() || shared.queue.holds(MAX_EVENTS, MAX_BYTES)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.again.is_empty() && self.notices.is_empty() && self.losses.is_empty() && !self.stowage.has_work()
    }

    /// The oldest that is to be sent again.
    pub(super) fn first(&self) -> Option<&Bytes> {
        self.again.front().map(|(entry, _)| entry)
    }

    /// Gives the oldest up.
    pub(super) fn give_up_first(&mut self, why: &LogError, shared: &Shared) {
        if let Some((entry, mark)) = self.again.pop_front() {
            self.losses.refuse(&entry, mark, shared);
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
            shared.sent.add(usize::from(has_arrived && mark.is_own()));
            shared.bytes.add(if has_arrived { entry.len() } else { 0 });
            !has_arrived
        });
    }

    /// The log must be asked before anything is sent.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.is_in_doubt
    }

    /// The log was asked, and has answered or can't be.
    pub(super) fn is_asked(&mut self) {
        self.is_in_doubt = false;
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
        let mut settled = Settled::default();
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
            let own = usize::from(mark.is_own());
            match answer {
                Ok(id) => {
                    shared.sent.add(own);
                    shared.bytes.add(entry.len());
                    settled.confirmed = Some(id);
                }
                Err(error) if error.kind() == LogErrorKind::Invalid => {
                    self.losses.refuse(&entry, mark, shared);
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
        // Whoever waits for what was lost waits until it is told.
        settled.covers = batch.covers.saturating_sub(self.losses.own());
        settled
    }
}

fn say_lost(why: &LogError, len: usize) {
    say(format_args!(
        "the log refused an event of {len} bytes, which is lost: {why}"
    ));
}

#[cfg(test)]
mod tests;

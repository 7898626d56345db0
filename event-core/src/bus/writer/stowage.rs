//! What of the events waits on disk, and on its way there. Owns when the spool is given up, and what is said of it; which
//! events go there, and when, is the sender's business.

use std::collections::VecDeque;
use std::io;

use bytes::Bytes;

use super::batch::{Mark, Owner};
use super::losses::{self, Loss, Losses, Reason};
use super::shared::Shared;
use crate::bus::say;
use crate::bus::spool::{Damage, Entry, Spool, SpoolConfig};

/// The entry is the bus's own.
const OURS: u8 = 1;

/// See the module's description. Without a spool, all of it does nothing.
#[derive(Default)]
pub(super) struct Stowage {
    spool: Option<Spool>,
    /// Of the queue, and formatted: newer than all in the spool, which had no room for it.
    held: VecDeque<(Bytes, Mark)>,
    /// There was no room, and somebody was told.
    is_full: bool,
    /// How far it has come could not be written down, and somebody was told.
    is_unmarked: bool,
    /// As far as it was told.
    damage: Damage,
    /// When the last event that was taken out was published.
    taken_ts: Option<String>,
    /// The same of the first and the last that were brought here.
    stowed_ts: Option<[String; 2]>,
}

impl Stowage {
    pub(super) fn open(config: Option<&SpoolConfig>) -> Self {
        let Some(config) = config else { return Self::default() };
        let spool = match Spool::open(config) {
            Ok(spool) => spool,
            Err(error) => {
                say(format_args!("{error}; events go on without a spool"));
                return Self::default();
            }
        };
        let path = config.path.display();
        if spool.torn_bytes > 0 {
            let bytes = spool.torn_bytes;
            say(format_args!(
                "the last {bytes} bytes in {path} are no whole event: what was being written as a process ended is lost"
            ));
        }
        if spool.len() > 0 {
            say(format_args!("{} events waited in {path}, and go first", spool.len()));
        }
        Self {
            spool: Some(spool),
            ..Self::default()
        }
    }

    /// Something has no room on disk: what is newer must wait.
    pub(super) fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    pub(super) fn has_spool(&self) -> bool {
        self.spool.is_some()
    }

    /// Events have come out of the queue that wait here to be sent.
    pub(super) fn has_work(&self) -> bool {
        !self.held.is_empty() || !self.is_given_out()
    }

    /// Whether what comes next may be newer than all here.
    fn is_given_out(&self) -> bool {
        self.spool.as_ref().is_none_or(Spool::is_given_out)
    }

    /// The oldest events that are only here, at most `max_events`.
    pub(super) fn take(&mut self, max_events: usize, shared: &Shared, losses: &mut Losses) -> Vec<(Bytes, Mark)> {
        if let Some(spool) = &mut self.spool
            && !spool.is_given_out()
        {
            let read = spool.read(max_events);
            // Of what was read last, all may have been damaged.
            let is_more = !spool.is_given_out();
            self.count_damage(read.as_deref().unwrap_or_default(), shared, losses);
            match read {
                Ok(entries) if is_more || !entries.is_empty() => return entries.into_iter().map(unpacked).collect(),
                Ok(_) => {}
                Err(error) => self.give_up(&error, shared, losses),
            }
        }
        self.held.drain(..self.held.len().min(max_events)).collect()
    }

    /// Writes copies of events that are in hand; whether all of them are on disk now. What has a number is there already.
    pub(super) fn copy<'e>(
        &mut self,
        in_hand: impl Iterator<Item = (&'e Bytes, &'e mut Mark)>,
        shared: &Shared,
    ) -> bool {
        let Some(spool) = &mut self.spool else { return false };
        let (entries, marks): (Vec<_>, Vec<_>) = in_hand.filter(|(_, mark)| mark.number.is_none()).unzip();
        if entries.is_empty() {
            return true;
        }
        let flagged = entries
            .iter()
            .zip(&marks)
            .map(|(entry, mark)| (flags(mark), entry.as_ref()));
        let next = spool.next();
        let written = spool.append(flagged);
        // They are in hand, and not to be read from there.
        spool.give_out();
        let is_all = written.count == entries.len() as u64;
        for (mark, number) in marks.into_iter().zip(next..next + written.count) {
            mark.number = Some(number);
            shared.spooled.add(usize::from(mark.is_own()));
        }
        let written_entries = entries
            .iter()
            .take(usize::try_from(written.count).unwrap_or(usize::MAX));
        self.note_times(written_entries.copied());
        self.tell_room(is_all, written.error);
        is_all
    }

    /// Writes events that are newer than all there are, or holds them; whether nothing is held now.
    pub(super) fn stow(&mut self, batch: impl Iterator<Item = (Bytes, Mark)>, shared: &Shared) -> bool {
        self.held.extend(batch);
        let Some(spool) = &mut self.spool else { return false };
        let flagged = self.held.iter().map(|(entry, mark)| (flags(mark), entry.as_ref()));
        let written = spool.append(flagged);
        let count = usize::try_from(written.count)
            .unwrap_or(usize::MAX)
            .min(self.held.len());
        let gone: Vec<_> = self.held.drain(..count).collect();
        shared
            .spooled
            .add(gone.iter().filter(|(_, mark)| mark.is_own()).count());
        self.note_times(gone.iter().map(|(entry, _)| entry));
        let is_all = self.held.is_empty();
        self.tell_room(is_all, written.error);
        is_all
    }

    /// What was given out before the event with this number is in the log, or lost.
    pub(super) fn confirm_before(&mut self, number: Option<u64>) {
        let Some(spool) = &mut self.spool else { return };
        let error = spool.confirm_before(number).err();
        self.tell_note(error.as_ref());
    }

    /// These events may arrive from here on, whether this process hears of it or not.
    pub(super) fn try_up_to<'m>(&mut self, marks: impl Iterator<Item = &'m Mark>) {
        let Some(spool) = &mut self.spool else { return };
        let Some(number) = marks.filter_map(|mark| mark.number).max() else {
            return;
        };
        let error = spool.try_up_to(number).err();
        self.tell_note(error.as_ref());
    }

    fn tell_note(&mut self, error: Option<&io::Error>) {
        // The next one says it again; at worst the next process sends once more what has arrived.
        if let Some(error) = error
            && !self.is_unmarked
        {
            say(format_args!(
                "what of the spool has arrived can't be written down ({error}): the next start may send it again"
            ));
        }
        self.is_unmarked = error.is_some();
    }

    fn tell_room(&mut self, is_room: bool, error: Option<io::Error>) {
        if !is_room && !self.is_full {
            let why = error.map_or_else(|| "it is full".to_owned(), |error| error.to_string());
            say(format_args!(
                "the spool takes no more ({why}): until it does, only the queue's newest events are kept"
            ));
        }
        self.is_full = !is_room;
    }

    /// Remembers when events were published that were brought to the disk.
    fn note_times<'e>(&mut self, mut entries: impl Iterator<Item = &'e Bytes>) {
        let Some(first) = entries.next() else { return };
        let last = entries.last().unwrap_or(first);
        let [_, last_ts] = self.stowed_ts.get_or_insert_with(|| {
            let ts = losses::ts(first).unwrap_or_default();
            [ts.clone(), ts]
        });
        *last_ts = losses::ts(last).unwrap_or_default();
    }

    /// Counts what turned out damaged as these were read.
    fn count_damage(&mut self, read: &[Entry], shared: &Shared, losses: &mut Losses) {
        let ts = |entry: Option<&Entry>| losses::ts(&entry?.json);
        let before = self.taken_ts.take();
        let behind = ts(read.last());
        self.taken_ts = behind.clone().or_else(|| before.clone());
        let damage = self.spool.as_ref().map(Spool::damage).unwrap_or_default();
        let own = damage.own - self.damage.own;
        let count = own + damage.left - self.damage.left;
        self.damage = damage;
        if count == 0 {
            return;
        }
        say(format_args!("{count} events in the spool were damaged, and are lost"));
        shared.refused.add(usize::try_from(own).unwrap_or(usize::MAX));
        losses.add(Loss {
            reason: Reason::SpoolDamaged,
            count,
            own,
            first_ts: before.or_else(|| ts(read.first())),
            last_ts: behind.or_else(|| self.stowed_ts.as_ref().map(|[_, last]| last.clone())),
        });
    }

    /// What is in there stays for the next process. Events go on without it.
    fn give_up(&mut self, error: &io::Error, shared: &Shared, losses: &mut Losses) {
        let Some(spool) = self.spool.take() else { return };
        let own = spool.own_unread();
        shared.refused.add(usize::try_from(own).unwrap_or(usize::MAX));
        say(format_args!(
            "the spool can't be read ({error}): {} events stay there for the next start, and the others go on without it",
            spool.len()
        ));
        if own > 0 {
            let [first_ts, last_ts] = self.stowed_ts.take().map_or([None, None], |times| times.map(Some));
            losses.add(Loss {
                reason: Reason::SpoolUnreadable,
                count: own,
                own,
                first_ts: self.taken_ts.take().max(first_ts),
                last_ts,
            });
        }
    }
}

fn unpacked(entry: Entry) -> (Bytes, Mark) {
    let mark = Mark {
        owner: match entry.flags {
            OURS => Owner::Bus,
            _ if entry.is_left => Owner::Former,
            _ => Owner::Program,
        },
        was_sent: entry.is_in_doubt,
        is_unknown: entry.is_in_doubt,
        number: Some(entry.number),
    };
    (entry.json, mark)
}

fn flags(mark: &Mark) -> u8 {
    if mark.owner == Owner::Bus { OURS } else { 0 }
}

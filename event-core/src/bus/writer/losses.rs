//! What was lost of the events, and is not told yet. Owns what an `events_dropped` event says; who loses events, and when
//! they are told, is the business of others.

use std::mem;

use serde::Deserialize;

use super::batch::{Mark, Owner};
use super::shared::Shared;
use crate::bus::own_record;
use crate::catalog::EventsDropped;
use crate::clock::{Moment, Timestamp};
use crate::record::Record;

/// Why events were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Newer ones pushed them out of the queue.
    QueueFull,
    /// The log can never take them.
    Refused,
    /// On disk they were damaged.
    SpoolDamaged,
    /// They are on disk, from where nothing can be read.
    SpoolUnreadable,
}

impl Reason {
    /// As it stands in the event.
    fn name(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::Refused => "refused",
            Self::SpoolDamaged => "spool_damaged",
            Self::SpoolUnreadable => "spool_unreadable",
        }
    }
}

/// Events that were lost for one reason.
#[derive(Debug)]
pub(super) struct Loss {
    pub(super) reason: Reason,
    pub(super) count: u64,
    /// Of these, the program's own: a former process has counted its events itself.
    pub(super) own: u64,
    /// From when to when. Of events that nobody can read any more, the times of those around them; none if there are none.
    pub(super) first_ts: Option<String>,
    pub(super) last_ts: Option<String>,
}

/// Losses until they are told.
#[derive(Debug, Default)]
pub(super) struct Losses(Vec<Loss>);

impl Losses {
    /// Remembers one; losses for one reason are told together.
    pub(super) fn add(&mut self, loss: Loss) {
        let Some(known) = self.0.iter_mut().find(|known| known.reason == loss.reason) else {
            self.0.push(loss);
            return;
        };
        known.count += loss.count;
        known.own += loss.own;
        // Times are written so that their texts have their order.
        known.first_ts = [known.first_ts.take(), loss.first_ts].into_iter().flatten().min();
        known.last_ts = [known.last_ts.take(), loss.last_ts].into_iter().flatten().max();
    }

    /// The log will never take this one.
    pub(super) fn refuse(&mut self, entry: &[u8], mark: Mark, shared: &Shared) {
        shared.refused.add(usize::from(mark.is_own()));
        if mark.owner == Owner::Bus {
            return;
        }
        let ts = ts(entry);
        self.add(Loss {
            reason: Reason::Refused,
            count: 1,
            own: u64::from(mark.is_own()),
            first_ts: ts.clone(),
            last_ts: ts,
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of the program's own events they are.
    pub(super) fn own(&self) -> u64 {
        self.0.iter().map(|loss| loss.own).sum()
    }

    /// All of them as events, with what the queue has lost; from here on they are told.
    pub(super) fn tell(&mut self, shared: &Shared) -> Vec<Record> {
        if let Some(overflow) = shared.queue.take_overflow() {
            self.add(Loss {
                reason: Reason::QueueFull,
                count: overflow.count,
                own: overflow.count,
                first_ts: Some(shown(overflow.first)),
                last_ts: Some(shown(overflow.last)),
            });
        }
        let losses = mem::take(&mut self.0);
        losses.iter().map(|loss| told(loss, shared)).collect()
    }
}

fn told(loss: &Loss, shared: &Shared) -> Record {
    shared.told.add(usize::try_from(loss.own).unwrap_or(usize::MAX));
    // At the latest now.
    let known = loss.first_ts.clone().or_else(|| loss.last_ts.clone());
    let first_ts = known.unwrap_or_else(|| Timestamp::now().to_string());
    own_record(&EventsDropped {
        count: loss.count,
        last_ts: loss.last_ts.as_ref().unwrap_or(&first_ts),
        first_ts: &first_ts,
        reason: loss.reason.name(),
    })
}

fn shown(moment: Moment) -> String {
    let unix_micros = moment.unix_micros();
    Timestamp { unix_micros }.to_string()
}

/// When the event of a text was published.
pub(super) fn ts(entry: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Stamped {
        ts: String,
    }
    let stamped: Option<Stamped> = serde_json::from_slice(entry).ok();
    stamped.map(|stamped| stamped.ts)
}

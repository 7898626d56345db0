//! Summaries of runs. Owns which runs are known and how each stands, so that a list of runs needs no look into the log;
//! what is counted of one is its own file's knowledge. What was trimmed before the bridge started is not in the counts.

mod failures;
mod run;
mod summary;

use std::collections::HashMap;
use std::time::Duration;

use event_core::log::{Cursor, EntryId};

use self::run::Run;
pub(crate) use self::summary::{Details, Summary};
use crate::entry::Event;

/// How a run stands, in the words of the wire and two of our own.
pub(crate) const STATUSES: [&str; 8] = [
    "running",
    "lost",
    "ok",
    "error",
    "panicked",
    "cancelled",
    "returned",
    "failed",
];

/// Runs kept; when there is one more, the one that was silent longest goes.
pub(crate) const MAX_RUNS: usize = 1000;
/// Processes whose signs of life are kept; when there is one more, the one that was silent longest goes.
const MAX_PRODUCERS: usize = 1000;
/// Of any text that is kept of a run: what is longer is cut, for 1000 runs are to fit into memory whatever their events say.
const MAX_TEXT_BYTES: usize = 1024;
/// A run of a longer id is none of ours, and not summed up.
const MAX_ID_BYTES: usize = 256;
/// After how long without a word a run whose spans are open counts as lost: three of the signs of life that a
/// producer gives every 10 s, and some.
const SILENCE: Duration = Duration::from_secs(35);
/// Types that speak of a process rather than of the run they carry.
const OF_PROCESSES: [&str; 3] = ["producer_alive", "events_dropped", "bus_stats"];

/// See the module's description.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    runs: HashMap<String, Run>,
    /// When processes with open spans gave their last sign of life.
    producers: HashMap<String, EntryId>,
}

impl Runs {
    /// Counts an event, which was added at `at`.
    pub(crate) fn observe(&mut self, at: Cursor, event: &Event<'_>) {
        if OF_PROCESSES.contains(&&*event.kind) {
            if let Some(producer) = event.payload.producer() {
                self.heard_of(brief(&producer), at.id);
            }
            return;
        }
        let run_id = event.payload.run().filter(|id| id.len() <= MAX_ID_BYTES);
        let Some(run_id) = run_id else { return };
        // Nearly always it is known.
        if let Some(run) = self.runs.get_mut(&*run_id) {
            run.observe(at, event);
            return;
        }
        self.make_room();
        let run = self.runs.entry(run_id.into_owned());
        run.or_insert_with(|| Run::new(at, event)).observe(at, event);
    }

    /// Forgets everything, because the log is another one.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The runs of these statuses, or all, the one heard of last first.
    pub(crate) fn list(&self, statuses: &[String], unix_ms: u64) -> Vec<Summary<'_>> {
        let mut runs: Vec<_> = self.runs.iter().collect();
        runs.sort_unstable_by_key(|(id, run)| std::cmp::Reverse((run.last_at(), *id)));
        runs.into_iter()
            .map(|(id, run)| run.summary(id, self.status(run, unix_ms)))
            .filter(|run| statuses.is_empty() || statuses.iter().any(|wanted| run.status == Some(wanted)))
            .collect()
    }

    /// All that is known of one.
    pub(crate) fn details<'a>(&'a self, run_id: &str, unix_ms: u64) -> Option<Details<'a>> {
        let (id, run) = self.runs.get_key_value(run_id)?;
        Some(run.details(id, self.status(run, unix_ms)))
    }

    fn heard_of(&mut self, producer: String, at: EntryId) {
        if self.producers.len() >= MAX_PRODUCERS && !self.producers.contains_key(&producer) {
            let oldest = self.producers.iter().min_by_key(|(_, at)| **at);
            if let Some(oldest) = oldest.map(|(producer, _)| producer.clone()) {
                self.producers.remove(&oldest);
            }
        }
        self.producers.insert(producer, at);
    }

    fn make_room(&mut self) {
        if self.runs.len() < MAX_RUNS {
            return;
        }
        let oldest = self
            .runs
            .iter()
            .min_by_key(|(_, run)| run.last_at())
            .map(|(id, _)| id.clone());
        if let Some(oldest) = oldest {
            self.runs.remove(&oldest);
        }
        let runs = &self.runs;
        self.producers
            .retain(|producer, _| runs.values().any(|run| run.producer() == Some(producer)));
    }

    fn status<'a>(&self, run: &'a Run, unix_ms: u64) -> Option<&'a str> {
        let alive_at = run.producer().and_then(|producer| self.producers.get(producer));
        let sign = alive_at.map_or(run.last_at().ms, |alive_at| alive_at.ms.max(run.last_at().ms));
        let silence = Duration::from_millis(unix_ms.saturating_sub(sign));
        run.status(silence < SILENCE)
    }
}

fn brief(text: &str) -> String {
    event_core::truncate(text, MAX_TEXT_BYTES).to_owned()
}

#[cfg(test)]
mod tests;

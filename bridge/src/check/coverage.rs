//! What a recording can't tell, because it is not there: its beginning, or what a gap swallowed. Owns the question
//! whether something that is missing may have been there; a rule that misses something asks here first.

use std::collections::HashMap;

use event_core::Timestamp;

use super::envelope::Seen;
use super::finding::{Findings, one_or_many};
use super::rules::Rules;

/// How far the timestamps of different threads may be off.
pub(super) const SLACK_MICROS: i64 = 2_000;

/// See the module's description.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    /// Everything has to be there.
    is_strict: bool,
    head: Option<Head>,
    first_micros: Option<i64>,
    holes: Vec<Hole>,
    /// Whether a run is there from the start of its root on.
    runs: HashMap<String, bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head {
    /// The first entry that was ever added.
    Whole,
    /// So many are gone.
    Cut(u64),
    /// It doesn't say.
    Unknown,
}

/// Something is missing.
#[derive(Debug)]
struct Hole {
    /// How many events stand before it; none where that can't be known.
    order: Option<u64>,
    /// What is missing is older than this.
    until: Option<i64>,
}

impl Coverage {
    pub(super) fn new(rules: &Rules) -> Self {
        Self {
            is_strict: rules.is_complete,
            ..Self::default()
        }
    }

    /// With the ordinal of the next event; the first one counts.
    pub(super) fn begin(&mut self, ordinal: Option<u64>) {
        self.head.get_or_insert(match ordinal {
            Some(0 | 1) => Head::Whole,
            Some(ordinal) => Head::Cut(ordinal - 1),
            None => Head::Unknown,
        });
    }

    /// Something is missing behind so many events.
    pub(super) fn hole(&mut self, order: u64) {
        self.holes.push(Hole {
            order: Some(order),
            until: None,
        });
    }

    pub(super) fn observe(&mut self, seen: &Seen, out: &mut Findings) {
        let micros = seen.mark.micros;
        if self.first_micros.is_none() {
            self.first_micros = micros;
        }
        for hole in self.holes.iter_mut().rev().take_while(|hole| hole.until.is_none()) {
            hole.until = micros;
        }
        match seen.mark.kind.as_str() {
            "stream_gap" => self.hole(seen.mark.order),
            "events_dropped" => self.dropped(seen, out),
            _ => {}
        }
        if let Some(run) = seen.text("run_id")
            && !self.runs.contains_key(run)
        {
            let is_root = seen.is_start() && !seen.payload.contains_key("parent_id");
            self.runs.insert(run.to_owned(), is_root);
        }
    }

    /// A producer lost events of its own, at a time it knows, wherever they would stand.
    fn dropped(&mut self, seen: &Seen, out: &mut Findings) {
        let count = seen.payload.get("count").and_then(serde_json::Value::as_u64);
        out.note(format!(
            "{} dropped by the producer (event {}): what they would tell is not missed",
            one_or_many(count.unwrap_or_default(), "event"),
            seen.mark.id
        ));
        let last = seen.text("last_ts").and_then(|ts| ts.parse::<Timestamp>().ok());
        let until = last.and_then(|ts| i64::try_from(ts.unix_micros).ok());
        self.holes.push(Hole {
            order: None,
            until: until.or(Some(i64::MAX)),
        });
    }

    /// Whether an event of `run` may be missing that would stand before the event number `order`; `micros` is when it
    /// would have been, if that is known.
    pub(super) fn may_lack_before(&self, run: Option<&str>, order: u64, micros: Option<i64>) -> bool {
        let is_older = |until: Option<i64>| match (micros, until) {
            (Some(micros), Some(until)) => micros <= until.saturating_add(SLACK_MICROS),
            _ => true,
        };
        let is_headless = self.head != Some(Head::Whole) && !self.begins(run);
        let is_before = |hole: &Hole| hole.order.is_none_or(|hole| hole < order) && is_older(hole.until);
        !self.is_strict && ((is_headless && is_older(self.first_micros)) || self.holes.iter().any(is_before))
    }

    /// Whether an event may be missing that would stand behind the event number `order`.
    pub(super) fn may_lack_after(&self, order: u64) -> bool {
        self.may_lack(|hole| hole >= order)
    }

    /// Whether events may be missing between two that are there.
    pub(super) fn may_lack_between(&self, before: u64, after: u64) -> bool {
        self.may_lack(|hole| hole >= before && hole < after)
    }

    fn may_lack(&self, is_there: impl Fn(u64) -> bool) -> bool {
        !self.is_strict && self.holes.iter().any(|hole| hole.order.is_none_or(&is_there))
    }

    /// Whether all of a run that ended is there.
    pub(super) fn is_whole(&self, run: &str) -> bool {
        self.begins(Some(run)) && self.holes.is_empty()
    }

    /// Whether a run's first event here is the start of its root.
    pub(super) fn begins(&self, run: Option<&str>) -> bool {
        run.and_then(|run| self.runs.get(run)).is_some_and(|begins| *begins)
    }

    pub(super) fn runs(&self) -> u64 {
        self.runs.len() as u64
    }

    pub(super) fn describe(&self, out: &mut Findings) {
        if let Some(Head::Cut(gone)) = self.head
            && !self.is_strict
        {
            out.note(format!(
                "the beginning is cut off ({} gone): what began there is not missed",
                one_or_many(gone, "event")
            ));
        }
    }
}

//! What is wrong, where, and what was expected. Owns the form in which people and programs read it.

use std::fmt;

use event_core::log::EntryId;
use serde::{Serialize, Serializer};

/// What an event offends against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// Four keys: `id`, `ts`, `type`, `payload`.
    Envelope,
    /// `id` is a UUID, and no two events have the same.
    Id,
    /// `ts` is RFC 3339.
    Timestamp,
    /// `run_id`, `span_id` and `parent_id` have the form of their kind, and stay the same in a span.
    Identity,
    /// Exactly one finished event for each started one.
    Pairing,
    /// A finished event says how it ended.
    Outcome,
    /// The duration is what the timestamps say.
    Duration,
    /// What a span holds lies behind its start.
    Order,
    /// A parent exists, in the same run, and was open when its child began.
    Parent,
    /// What happens inside a step carries the step's fields.
    Scope,
    /// A node's old status is the new one of before.
    Status,
    /// Steps are counted without a hole.
    Step,
    /// The run's summary is the sum of its events.
    Totals,
}

impl Rule {
    /// In snake case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Id => "id",
            Self::Timestamp => "timestamp",
            Self::Identity => "identity",
            Self::Pairing => "pairing",
            Self::Outcome => "outcome",
            Self::Duration => "duration",
            Self::Order => "order",
            Self::Parent => "parent",
            Self::Scope => "scope",
            Self::Status => "status",
            Self::Step => "step",
            Self::Totals => "totals",
        }
    }
}

/// Where an event stands in what was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Of a recording, counted from 1.
    Line(u64),
    /// Of a log.
    Entry(EntryId),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Entry(id) => write!(f, "entry {id}"),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Against what.
    pub rule: Rule,
    /// The event's id, if it has one.
    pub event: Option<String>,
    /// Where the event stands.
    pub place: Place,
    /// What is wrong.
    pub what: String,
    /// What was expected instead.
    pub expected: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if let Some(event) = &self.event {
            write!(f, ", event {event}")?;
        }
        write!(f, ": [{}] {}; expected {}", self.rule.name(), self.what, self.expected)
    }
}

/// All that was found.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// What is wrong, in the order of the stream.
    pub findings: Vec<Finding>,
    /// What is not wrong but limits what could be checked, or is worth knowing.
    pub notes: Vec<String>,
    /// Events that were checked.
    pub events: u64,
    /// Runs they belong to.
    pub runs: u64,
    /// Spans they opened or closed.
    pub spans: u64,
    /// Of these, those without an end that may still come.
    pub open: u64,
}

impl Report {
    /// Nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

impl fmt::Display for Report {
    /// A line for each finding and note, and one that sums up.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        let verdict = match self.findings.len() as u64 {
            0 => "nothing is wrong".to_owned(),
            count => one_or_many(count, "finding"),
        };
        write!(
            f,
            "{}, {}, {}: {verdict}",
            one_or_many(self.events, "event"),
            one_or_many(self.runs, "run"),
            one_or_many(self.spans, "span")
        )
    }
}

/// "1 event", "2 events".
pub(super) fn one_or_many(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Findings and notes as they come.
#[derive(Debug, Default)]
pub(super) struct Findings {
    findings: Vec<Finding>,
    notes: Vec<String>,
}

impl Findings {
    pub(super) fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub(super) fn into_report(mut self) -> Report {
        self.findings.sort_by_key(|finding| match finding.place {
            Place::Line(line) => (line, 0),
            Place::Entry(id) => (id.ms, id.seq),
        });
        Report {
            findings: self.findings,
            notes: self.notes,
            ..Report::default()
        }
    }
}

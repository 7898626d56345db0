//! Whether a stream or a recording tells the truth: every call that started ended once, under a parent that exists,
//! after as long as it says; every status follows from the one before; nothing stands twice or is missing.
//!
//! Owns the rules, and the order in which an event meets them. It knows events as they stand in a log and nothing of
//! how they are published: it must never share code with what it checks.
//!
//! ```
//! use event_bridge::check::{self, Rules};
//!
//! let recording = r#"
//! {"id":"01a20395-3ffb-7001-8000-000000000001","ts":"2026-11-22T13:51:28.000000Z","type":"greeted","payload":{}}
//! {"id":"01a20395-3ffb-7001-8000-000000000001","ts":"2026-11-22T13:51:29.000000Z","type":"greeted","payload":{}}
//! "#;
//! let report = check::recording(recording.as_bytes(), Rules::default()).unwrap();
//! assert_eq!(report.findings.len(), 1);
//! assert!(report.findings[0].what.contains("stood before"));
//! ```

mod coverage;
mod envelope;
mod finding;
mod parents;
mod rules;
mod spans;
mod statuses;
mod steps;
mod totals;

use std::collections::HashMap;
use std::io::{self, BufRead};

use event_core::log::{Content, Cursor, Direction, Entry, Log, LogError};

use self::coverage::Coverage;
use self::envelope::Seen;
pub use self::finding::{Finding, Place, Report, Rule};
use self::finding::{Findings, one_or_many};
pub use self::rules::{Rules, StatusTable};
use self::spans::Spans;
use self::statuses::Statuses;
use self::steps::Steps;
use self::totals::Totals;
use crate::line::{Control, Line};

/// Entries read from a log at once.
const PAGE: usize = 1000;

/// Checks all that a log holds.
///
/// # Errors
///
/// If the log can't be read.
pub async fn log(log: &dyn Log, rules: Rules) -> Result<Report, LogError> {
    let mut checker = Checker::new(rules);
    let mut cursor = Cursor::START;
    let end = log.info().await?.last;
    while cursor.id < end {
        let page = log.page(cursor, Direction::Forward, PAGE).await?;
        if cursor.id != Cursor::START.id
            && let Some(gap) = page.gap_after(cursor)
        {
            checker.gap(gap.lost);
        }
        let Some(last) = page.entries.last() else { break };
        cursor = last.cursor();
        for entry in &page.entries {
            checker.entry(entry);
        }
    }
    Ok(checker.finish())
}

/// Checks a recording: NDJSON of events, alone or with their cursors.
///
/// # Errors
///
/// If it can't be read.
pub fn recording(reader: impl BufRead, rules: Rules) -> io::Result<Report> {
    let mut checker = Checker::new(rules);
    checker.read(reader)?;
    Ok(checker.finish())
}

/// Checks events one after the other, in the order of their stream. Its memory grows with their number.
#[derive(Debug)]
pub struct Checker {
    rules: Rules,
    coverage: Coverage,
    ids: HashMap<u128, Place>,
    spans: Spans,
    statuses: Statuses,
    steps: Steps,
    totals: Totals,
    out: Findings,
    events: u64,
    lines: u64,
}

impl Checker {
    /// Has seen nothing yet.
    pub fn new(rules: Rules) -> Self {
        Self {
            coverage: Coverage::new(&rules),
            ids: HashMap::new(),
            spans: Spans::default(),
            statuses: Statuses::default(),
            steps: Steps::default(),
            totals: Totals::default(),
            out: Findings::default(),
            events: 0,
            lines: 0,
            rules,
        }
    }

    /// The next entry of a log.
    pub fn entry(&mut self, entry: &Entry) {
        self.coverage.begin(entry.ordinal);
        let place = Place::Entry(entry.id);
        match &entry.content {
            Content::Json(json) => self.event(place, json),
            Content::Foreign(fields) => self.out.add(Finding {
                rule: Rule::Envelope,
                event: None,
                place,
                what: format!("the entry has no field `json`; it has {}", fields.join(", ")),
                expected: "one field, `json`".to_owned(),
            }),
        }
    }

    /// All lines of a recording. A last line that was torn off is tolerated, and noted.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    pub fn read(&mut self, mut reader: impl BufRead) -> io::Result<()> {
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            let is_whole = line.last() == Some(&b'\n');
            if is_whole || serde_json::from_slice::<serde::de::IgnoredAny>(&line).is_ok() {
                self.line(line.trim_ascii());
            } else {
                self.out.note(format!(
                    "the last line, {}, is torn off after {} bytes: it is left out",
                    self.lines + 1,
                    line.len()
                ));
            }
            line.clear();
        }
        Ok(())
    }

    /// The next line of a recording.
    pub fn line(&mut self, line: &[u8]) {
        self.lines += 1;
        let place = Place::Line(self.lines);
        if line.is_empty() {
            return;
        }
        let text = std::str::from_utf8(line).ok();
        match text.and_then(|text| Line::read(text).ok()) {
            Some(Line::Event { cursor, json }) => {
                let cursor = cursor.and_then(|cursor| cursor.parse::<Cursor>().ok());
                self.coverage.begin(cursor.and_then(|cursor| cursor.ordinal));
                self.event(place, json.as_bytes());
            }
            Some(Line::Control(Control::Gap { lost, .. })) => self.gap(lost),
            Some(Line::Control(Control::Reset { .. })) => {
                self.out
                    .note("the log was deleted or restored while this was recorded".to_owned());
                self.coverage.hole(self.events);
            }
            Some(Line::Control(_)) => {}
            None => self.event(place, line),
        }
    }

    fn gap(&mut self, lost: Option<u64>) {
        let lost = lost.map_or("an unknown number of events".to_owned(), |lost| {
            one_or_many(lost, "event")
        });
        self.out
            .note(format!("{lost} missing in a gap: what they would tell is not missed"));
        self.coverage.hole(self.events);
    }

    /// One event, as it is stored.
    fn event(&mut self, place: Place, json: &[u8]) {
        self.events += 1;
        let Some(seen) = Seen::read(self.events, place, json, &mut self.out) else {
            return;
        };
        if let Some(id) = seen.uuid
            && let Some(before) = self.ids.insert(id, place)
        {
            self.out.add(seen.finding(
                Rule::Id,
                format!("its id stood before, at {before}"),
                "each id once (a producer that could not know whether it had arrived may have repeated it)",
            ));
            return;
        }
        self.coverage.observe(&seen, &mut self.out);
        self.spans.observe(&seen, &self.rules, &mut self.out);
        self.statuses.observe(&seen, &self.rules, &self.coverage, &mut self.out);
        self.steps.observe(&seen, &mut self.out);
        self.totals.observe(&seen);
    }

    /// What could not be told before the end, and all that was found.
    pub fn finish(mut self) -> Report {
        self.coverage.describe(&mut self.out);
        let spans = self.spans.finish(&self.rules, &self.coverage, &mut self.out);
        self.statuses.finish(&self.rules, &spans.ended_runs, &mut self.out);
        self.steps.finish(&self.coverage, &mut self.out);
        self.totals.finish(&self.coverage, &mut self.out);
        Report {
            events: self.events,
            runs: self.coverage.runs(),
            spans: spans.count,
            open: spans.open,
            ..self.out.into_report()
        }
    }
}

#[cfg(test)]
mod tests;

//! What was found, for people and for programs.
//!
//! Owns the table and the verdict. It measures nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::attribute::Attribute;
use super::blame::Broken;
use super::diagnostics::Finding;
use super::probe::Events;

/// Broken functions that are printed for people; after some they repeat.
const SHOWN: usize = 20;

/// One crate with one attribute.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) edition: String,
    pub(crate) attribute: Attribute,
    /// Functions with a body that this build compiles.
    pub(crate) functions: usize,
    pub(crate) annotated: usize,
    pub(crate) excluded: BTreeMap<&'static str, usize>,
    pub(crate) broken: Vec<Broken>,
    pub(crate) new_warnings: Vec<Finding>,
    /// Warnings that are no longer there: a lint that was silenced.
    pub(crate) lost_warnings: Vec<Finding>,
    pub(crate) tests: usize,
    /// Tests that were not run, on either side.
    pub(crate) left_out: &'static [&'static str],
    pub(crate) runs: Vec<Run>,
    pub(crate) seconds: u64,
}

/// The tests of an annotated crate.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    /// With a bus installed, what it was given.
    pub(crate) events: Option<Events>,
    pub(crate) failed: usize,
    pub(crate) differences: Vec<String>,
}

impl Report {
    /// The attribute changed nothing, and published where it should.
    pub(crate) fn is_transparent(&self) -> bool {
        let has_published = |run: &Run| run.events.is_none_or(|events| events.published > 0);
        self.broken.is_empty()
            && self.new_warnings.is_empty()
            && self.lost_warnings.is_empty()
            && self
                .runs
                .iter()
                .all(|run| run.differences.is_empty() && has_published(run))
    }

    fn differences(&self) -> usize {
        self.runs.iter().map(|run| run.differences.len()).sum()
    }

    fn published(&self) -> Option<u64> {
        let events: Vec<_> = self.runs.iter().filter_map(|run| run.events).collect();
        (!events.is_empty()).then(|| events.iter().map(|events| events.published).sum())
    }

    /// Everything that is not as it should be, a line each.
    pub(crate) fn findings(&self) -> String {
        let mut text = String::new();
        for Broken { function, place, error } in self.broken.iter().take(SHOWN) {
            let _ = writeln!(text, "  broken: {function} at {place}: {error}");
        }
        if self.broken.len() > SHOWN {
            let _ = writeln!(text, "  and {} more; `--json` has them all", self.broken.len() - SHOWN);
        }
        for warning in &self.new_warnings {
            let _ = writeln!(text, "  new: {warning}");
        }
        for warning in &self.lost_warnings {
            let _ = writeln!(text, "  lost: {warning}");
        }
        for run in &self.runs {
            let bus = if run.events.is_some() { "bus on" } else { "no bus" };
            for difference in &run.differences {
                let _ = writeln!(text, "  {bus}: {difference}");
            }
            if let Some(events) = run
                .events
                .filter(|events| events.dropped == 0 && events.started != events.finished)
            {
                let Events { started, finished, .. } = events;
                let _ = writeln!(
                    text,
                    "  {bus}: {started} started and {finished} finished: some calls never ended"
                );
            }
        }
        text
    }
}

/// The table, in Markdown, and below it what was left out.
pub(crate) fn table(reports: &[Report]) -> String {
    let mut text = String::from(
        "| crate | edition | attribute | functions | annotated | broken | new warnings | lost warnings | tests | \
         differ | events |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for report in reports {
        let _ = writeln!(
            text,
            "| {} {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            report.name,
            report.version,
            report.edition,
            report.attribute.name(),
            report.functions,
            report.annotated,
            report.broken.len(),
            report.new_warnings.len(),
            report.lost_warnings.len(),
            report.tests,
            report.differences(),
            report.published().map_or("–".to_owned(), |count| count.to_string()),
        );
    }
    for report in reports {
        for test in report.left_out {
            let _ = writeln!(
                text,
                "\nNot run: {test} of {}, which tries everything and takes minutes.",
                report.name
            );
        }
    }
    let mut excluded: BTreeMap<_, usize> = BTreeMap::new();
    for (reason, count) in reports.iter().flat_map(|report| &report.excluded) {
        *excluded.entry(reason).or_default() += count;
    }
    if !excluded.is_empty() {
        text.push_str("\nNot annotated:\n");
    }
    for (reason, count) in excluded {
        let _ = writeln!(text, "- {count} × {reason}");
    }
    text
}

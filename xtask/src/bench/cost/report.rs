//! The tables of `bench cost`.
//!
//! Owns what each row is called and what it is compared with. It measures nothing.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::program::{Form, Sizes};
use super::{Effort, Measured, Results};
use crate::bench::table::Table;

/// The call without any attribute.
const PLAIN: &str = "plain";
/// Our pair with two fields, to which the others are related.
const OURS: &str = "emits";

/// Every case in the order of the tables, as people read it.
const ROWS: &[(&str, &str)] = &[
    (PLAIN, "plain call"),
    ("wrapper", "a wrapper by hand, switched off"),
    ("tracing-off", "tracing, no subscriber"),
    ("tracing-noop", "tracing, registry and a layer that does nothing"),
    ("opentelemetry", "tracing, OpenTelemetry batch, exporter that discards"),
    ("fastrace-off", "fastrace, no reporter, two properties"),
    ("fastrace-no-properties", "fastrace in a root, no properties"),
    ("fastrace", "fastrace in a root, two properties"),
    ("trace-weft-off", "trace-weft 0.2, no store"),
    ("trace-weft", "trace-weft 0.2, store that discards"),
    ("emits-compiled-out", "#[emits], --cfg emits_off"),
    ("emits-off", "#[emits], no bus"),
    (OURS, "#[emits], two fields"),
    ("emits-result", "#[emits], two fields, one of the result"),
    ("emits-inherits", "#[emits], two fields, three inherited"),
    ("emits-scope", "#[emits], StepStarted in a step"),
    ("emits-256", "#[emits], 256 B of text"),
    ("emits-1024", "#[emits], 1 KiB of text"),
];

/// What the attributes add in bytes, in either build, in the same order.
#[derive(Default)]
pub(super) struct Bytes {
    pub(super) optimised: Vec<Sizes>,
    pub(super) debug: Vec<Sizes>,
}

/// All tables, one below the other.
pub(super) fn report(results: &Results, sizes: &Bytes, effort: &Effort) -> Result<String> {
    if let Some(((name, _), _)) = results.iter().find(|((name, _), _)| label(name).is_none()) {
        bail!("the case {name:?} has no row; add it to the table in {}", file!());
    }
    let instructions = compared(
        results,
        |measured| measured.instructions,
        |measured| whole(measured.instructions),
    );
    let times = compared(results, |measured| measured.nanoseconds.median(), shown_time);
    let mut report = String::new();
    writeln!(report, "Instructions per call on the calling thread:\n\n{instructions}")?;
    writeln!(
        report,
        "Nanoseconds per call, median of {} processes taken in turn (least–most):\n\n{times}",
        effort.rounds
    )?;
    writeln!(
        report,
        "Allocations per call on the calling thread, after warm-up:\n\n{}",
        allocations(results)
    )?;
    write!(report, "Bytes:\n\n{}", bytes(sizes))?;
    Ok(report)
}

fn label(name: &str) -> Option<&'static str> {
    ROWS.iter().find(|(row, _)| *row == name).map(|(_, label)| *label)
}

/// What was measured of a row, sync and async.
fn forms<'a>(results: &'a Results, name: &str) -> [Option<&'a Measured>; 2] {
    [Form::Sync, Form::Async].map(|form| results.get(&(name.to_owned(), form)))
}

/// A table with, for both forms, the value, what it is over the plain call, and how often ours goes into that.
fn compared(results: &Results, value: fn(&Measured) -> f64, shown: fn(&Measured) -> String) -> Table {
    let heading = [
        "call",
        "sync",
        "over plain",
        "of ours",
        "async",
        "over plain",
        "of ours",
    ];
    let mut table = Table::new(&heading);
    let (plain, ours) = (forms(results, PLAIN), forms(results, OURS));
    for (name, label) in ROWS {
        let cells = forms(results, name)
            .into_iter()
            .zip(plain)
            .zip(ours)
            .flat_map(|((row, plain), ours)| {
                let (Some(row), Some(plain), Some(ours)) = (row, plain, ours) else {
                    return ["–".to_owned(), String::new(), String::new()];
                };
                let over = value(row) - value(plain);
                let of_ours = over / (value(ours) - value(plain));
                [shown(row), tenths(over), format!("{of_ours:.2}")]
            });
        table.row(std::iter::once((*label).to_owned()).chain(cells));
    }
    table
}

fn allocations(results: &Results) -> Table {
    let mut table = Table::new(&["call", "sync", "async"]);
    for (name, label) in ROWS {
        let cells =
            forms(results, name).map(|row| row.map_or("–".to_owned(), |row| format!("{:.2}", row.allocations)));
        table.row(std::iter::once((*label).to_owned()).chain(cells));
    }
    table
}

fn bytes(sizes: &Bytes) -> Table {
    let heading = [
        "attribute",
        "future",
        "future, 280 B by value",
        "stack by level",
        "debug build",
        "an evaluation's",
        "debug build",
    ];
    let mut table = Table::new(&heading);
    for (size, debug) in sizes.optimised.iter().zip(&sizes.debug) {
        let numbers = [size.future, size.future_by_value, size.stack, debug.stack];
        let evaluations = [(size, &sizes.optimised), (debug, &sizes.debug)].map(|(size, all)| depth(size, &all[0]));
        let cells = numbers.map(|number| number.to_string()).into_iter().chain(evaluations);
        table.row(std::iter::once(size.name.clone()).chain(cells));
    }
    table
}

/// Bytes by level, and how deep that goes of what the plain function does.
fn depth(size: &Sizes, plain: &Sizes) -> String {
    format!("{} ({} %)", size.evaluation, 100 * plain.evaluation / size.evaluation)
}

fn shown_time(measured: &Measured) -> String {
    let time = &measured.nanoseconds;
    format!(
        "{} ({}–{})",
        tenths(time.median()),
        tenths(time.least()),
        tenths(time.most())
    )
}

fn whole(number: f64) -> String {
    format!("{number:.0}")
}

/// Small numbers with one decimal, large ones without.
fn tenths(number: f64) -> String {
    if number.abs() < 100.0 {
        format!("{number:.1}")
    } else {
        whole(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results() -> Results {
        let measured = |instructions| Measured {
            instructions,
            ..Measured::default()
        };
        [(PLAIN, 16.0), ("tracing-off", 30.0), (OURS, 716.0)]
            .into_iter()
            .map(|(name, instructions)| ((name.to_owned(), Form::Sync), measured(instructions)))
            .collect()
    }

    #[test]
    fn a_row_is_related_to_the_plain_call_and_to_ours() {
        let table = compared(
            &results(),
            |measured| measured.instructions,
            |measured| whole(measured.instructions),
        );
        let table = table.to_string();
        let row = table.lines().find(|line| line.contains("no subscriber")).unwrap();
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        assert_eq!(cells[2..=5], ["30", "14.0", "0.02", "–"]);
    }

    #[test]
    fn a_case_that_no_row_names_is_an_error() {
        let mut results = results();
        results.insert(("new".to_owned(), Form::Sync), Measured::default());
        let effort = Effort {
            rounds: 1,
            bursts: 1,
            counted: 1,
        };
        let error = report(&results, &Bytes::default(), &effort).unwrap_err().to_string();
        assert!(error.contains("\"new\" has no row"), "{error}");
    }
}

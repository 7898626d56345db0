//! The tables of `bench publish`.
//!
//! Owns what each row is called. It measures nothing.

use std::fmt::Write as _;

use anyhow::Result;

use super::program::Latency;
use super::{Effort, Results};
use crate::bench::figures::{grouped, ranged, thousands};
use crate::bench::table::Table;

/// Every publisher, as people read it.
const ROWS: &[(&str, &str)] = &[
    ("benchmark", "redis-benchmark -c 50 -P 256"),
    ("emits", "this bus, one publishing thread"),
    ("emits-4", "this bus, four publishing threads"),
    ("pipeline", "redis-rs, background task, pipeline of 256"),
    ("awaited", "redis-rs, each event awaited"),
    (
        "trace-weft",
        "trace-weft 0.2, into a file and SQLite, each call awaited",
    ),
    ("python", "redis-py, each event awaited"),
];

/// All tables, one below the other.
pub(super) fn report(results: &Results, effort: &Effort) -> Result<String> {
    let mut report = String::new();
    writeln!(
        report,
        "Events of {} bytes into a Redis Stream, MAXLEN ~ 10000; medians of {} rounds taken in turn (least–most):\n\n{}",
        results.event_bytes,
        effort.rounds,
        rates(results)
    )?;
    if let Some(why) = &results.without_python {
        writeln!(report, "redis-py is left out: {why}\n")?;
    }
    writeln!(
        report,
        "Nanoseconds of a call to `publish` under that load, medians of {} runs (least–most):\n\n{}",
        effort.rounds,
        latencies(&results.latencies)
    )?;
    let (queued, full) = results.full;
    let [queued, full] = [queued, full].map(|number| grouped(&number.to_string()));
    writeln!(
        report,
        "Memory of the publishing process, a million events at full speed:\n\n{}\n\
         When nobody listens it grows by {full} KiB, with {queued} events waiting.",
        memory(results)
    )?;
    Ok(report)
}

fn rates(results: &Results) -> Table {
    let mut table = Table::new(&["publisher", "events/s", "of redis-benchmark", "Redis' core busy"]);
    for measured in &results.rates {
        table.row([
            label(measured.publisher),
            ranged(&measured.per_second, |rate| thousands(rate.round())),
            ranged(&measured.of_ceiling, |share| format!("{share:.2}")),
            ranged(&measured.busy, |share| format!("{:.0} %", share * 100.0)),
        ]);
    }
    table
}

fn label(publisher: &str) -> String {
    let row = ROWS.iter().find(|(name, _)| *name == publisher);
    row.map_or(publisher, |(_, label)| label).to_owned()
}

fn latencies(latencies: &[Latency]) -> Table {
    let mut table = Table::new(&["", "p50", "p99", "p99.9", "longest"]);
    let of = |part: fn(&Latency) -> f64| ranged(&latencies.iter().map(part).collect(), thousands);
    table.row([
        "publish".to_owned(),
        of(|latency| latency.p50),
        of(|latency| latency.p99),
        of(|latency| latency.p999),
        of(|latency| latency.longest),
    ]);
    table
}

fn memory(results: &Results) -> Table {
    let mut table = Table::new(&["KiB", "before", "after 100,000", "after a million"]);
    for (name, kib) in ["MAXLEN ~ 10000", "never trimmed"].iter().zip(results.millions) {
        table.row(
            [(*name).to_owned()]
                .into_iter()
                .chain(kib.map(|kib| grouped(&kib.to_string()))),
        );
    }
    table
}

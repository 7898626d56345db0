//! The tables of `bench bridge`.
//!
//! Owns what each row is called. It measures nothing.

use std::fmt::Write as _;

use anyhow::Result;

use super::{
    BURSTS, Effort, FLOOD_EVENTS, FLOOD_VIEWERS, IDLE_VIEWERS, PACES, REPLAYED_EVENTS, Results, Row, STEADY, servers,
};
use crate::bench::figures::{grouped, ranged, thousands};
use crate::bench::sample::Sample;
use crate::bench::table::Table;

/// Every server, as people read it.
const LABELS: &[(&str, &str, &str)] = &[
    ("bare", "plain", "bare server, no log: the ceiling"),
    ("bridge", "plain", "this bridge, plain"),
    ("bridge", "framed", "this bridge, framed"),
    ("small", "framed", "this bridge, all but 1,000 events from Redis"),
    ("node", "plain", "Node, ws and ioredis"),
    ("fastapi", "plain", "FastAPI, as the guide's"),
];

/// All tables, one below the other.
pub(super) fn report(results: &Results, effort: &Effort) -> Result<String> {
    let mut report = String::new();
    let rounds = effort.rounds;
    writeln!(
        report,
        "Events of 350 bytes, delivered a second to all viewers together; medians of {rounds} rounds in turn (least–most):\n\n{}",
        by_viewers(results, 0, thousands)
    )?;
    writeln!(
        report,
        "The same for a second of the server's processor time, which a busy machine disturbs less:\n\n{}",
        by_viewers(results, 1, thousands)
    )?;
    writeln!(
        report,
        "… as a share of the bare server's in the same round:\n\n{}",
        by_viewers(results, 2, |share| format!("{share:.2}"))
    )?;
    writeln!(
        report,
        "From XADD to a viewer, {} s each, milliseconds p50 / p99, and what did not come at all:\n\n{}",
        effort.seconds,
        latencies(results)
    )?;
    writeln!(
        report,
        "{} events flat out into a stream of MAXLEN ~ 10000, {FLOOD_VIEWERS} viewers; what did not come:\n\n{}",
        grouped(&FLOOD_EVENTS.to_string()),
        one(results, &results.floods, "lost of all", |lost| {
            format!("{:.0} %", lost / f64::from(FLOOD_EVENTS * FLOOD_VIEWERS) * 100.0)
        })
    )?;
    writeln!(
        report,
        "Resident memory of an idle connection, at {}:\n\n{}",
        grouped(&IDLE_VIEWERS.to_string()),
        one(results, &results.idle, "bytes", thousands)
    )?;
    writeln!(
        report,
        "A replay of {} events to one viewer, beside a bare loop of XRANGE COUNT 1000:\n\n{}",
        grouped(&REPLAYED_EVENTS.to_string()),
        replays(results)
    )?;
    rest(&mut report, results, effort)?;
    Ok(report)
}

fn rest(report: &mut String, results: &Results, effort: &Effort) -> Result<()> {
    writeln!(
        report,
        "Beside a viewer that never reads, p99 of ten others at 5,000 events/s is {} of that without it.\n",
        ranged(&results.stuck, |share| format!("{share:.2}"))
    )?;
    let [viewers, slow, pace] = STEADY.map(|number| grouped(&number.to_string()));
    let [tenth, end, lost] = results.steady.map(|number| grouped(&number.to_string()));
    writeln!(
        report,
        "{pace} events/s to {viewers} viewers, {slow} of them slow, for {} s: {tenth} KiB after a tenth of the time, {end} KiB at \
         its end; {lost} events did not come to those who read.",
        effort.steady_seconds
    )?;
    if !results.peers.has_node {
        writeln!(report, "\nNode's is left out: npm could not install it.")?;
    }
    if !results.peers.has_python {
        writeln!(report, "\nThe guide's is left out: pip could not install it.")?;
    }
    Ok(())
}

/// A row a server, a column a number of viewers.
fn by_viewers(results: &Results, part: usize, shown: impl Fn(f64) -> String + Copy) -> Table {
    let heading: Vec<String> = BURSTS.iter().map(|(viewers, _)| viewers.to_string()).collect();
    let heading: Vec<&str> = ["viewers"]
        .into_iter()
        .chain(heading.iter().map(String::as_str))
        .collect();
    let mut table = Table::new(&heading);
    for (server, form) in servers(&results.peers) {
        let cells = (0..BURSTS.len()).map(|nth| cell(&results.bursts, (server, form, nth), part, shown));
        table.row([label(server, form)].into_iter().chain(cells));
    }
    table
}

fn latencies(results: &Results) -> Table {
    let heading: Vec<String> = PACES
        .iter()
        .map(|(pace, viewers)| format!("{}/s, {viewers}", grouped(&pace.to_string())))
        .collect();
    let heading: Vec<&str> = ["events/s, viewers"]
        .into_iter()
        .chain(heading.iter().map(String::as_str))
        .collect();
    let mut table = Table::new(&heading);
    for (server, form) in servers(&results.peers) {
        if form == "framed" {
            continue;
        }
        let cells = (0..PACES.len()).map(|nth| {
            let Some([half, most, lost]) = results.latencies.get(&(server, form, nth)).map(Vec::as_slice) else {
                return "–".to_owned();
            };
            let [half, most] = [half, most].map(|sample| format!("{:.1}", sample.median() / 1000.0));
            format!("{half} / {most}, {:.0} %", lost.median() * 100.0)
        });
        table.row([label(server, form)].into_iter().chain(cells));
    }
    table
}

fn replays(results: &Results) -> Table {
    let mut table = Table::new(&["", "events/s", "of the loop's", "… for a second of processor time"]);
    for server in ["bridge", "small"] {
        let share = |part| {
            cell(&results.replays, (server, "framed", 0), part, |share| {
                format!("{share:.2}")
            })
        };
        let rate = cell(&results.replays, (server, "framed", 0), 2, thousands);
        table.row([label(server, "framed"), rate, share(0), share(1)]);
    }
    table
}

fn one(results: &Results, rows: &Row, heading: &str, shown: impl Fn(f64) -> String + Copy) -> Table {
    let mut table = Table::new(&["", heading]);
    for (server, form) in servers(&results.peers) {
        if rows.contains_key(&(server, form, 0)) {
            table.row([label(server, form), cell(rows, (server, form, 0), 0, shown)]);
        }
    }
    table
}

fn cell(
    rows: &Row,
    key: (&'static str, &'static str, usize),
    part: usize,
    shown: impl Fn(f64) -> String + Copy,
) -> String {
    let sample: Option<&Sample> = rows.get(&key).and_then(|row| row.get(part));
    sample.map_or_else(|| "–".to_owned(), |sample| ranged(sample, shown))
}

fn label(server: &str, form: &str) -> String {
    let row = LABELS.iter().find(|row| (row.0, row.1) == (server, form));
    row.map_or(server, |row| row.2).to_owned()
}

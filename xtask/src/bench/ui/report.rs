//! The tables of `bench ui`.
//!
//! Owns what each number is called and which limit stands beside it. It judges nothing: a limit is for the reader.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use crate::bench::table::Table;

/// The rows: what was measured, the number's name, its unit and decimals, and the limit it is held against.
const ROWS: &[(&str, &str, &str, usize, &str)] = &[
    (
        "flood: events a second that were written",
        "flow.fedPerSecond",
        "",
        0,
        "5,000",
    ),
    ("flood: events missed", "flow.missed", "", 0, "0"),
    ("flood: key to picture, p98", "flow.inputP98", " ms", 0, "< 50 ms"),
    (
        "flood: tasks over 50 ms on the page's thread",
        "flow.longTasks",
        "",
        0,
        "",
    ),
    ("flood: longest task", "flow.longestTask", " ms", 0, "< 100 ms"),
    ("flood: most DOM nodes", "flow.mostNodes", "", 0, "< 1,500"),
    ("held: events", "held.rows", "", 0, "200,000"),
    ("held: memory of the renderer", "held.memory", " MB", 0, "< 300 MB"),
    ("held: until all are there", "held.loadMs", " ms", 0, ""),
    ("filter over all: first hits", "filter.firstMs", " ms", 0, "< 100 ms"),
    ("filter over all: the whole", "filter.wholeMs", " ms", 0, ""),
    ("scrub to a moment, median", "scrub.p50Ms", " ms", 0, ""),
    ("scrub to a moment, longest", "scrub.maxMs", " ms", 0, ""),
    ("backlog of 50,000: first rows", "backlog.firstRowsMs", " ms", 0, ""),
    (
        "backlog of 50,000: answers a key",
        "backlog.answersMs",
        " ms",
        0,
        "< 2,000 ms",
    ),
    ("backlog of 50,000: all there", "backlog.liveMs", " ms", 0, ""),
    ("full, at 1,000 a second: memory before", "flat.before", " MB", 0, ""),
    (
        "full, at 1,000 a second: memory after",
        "flat.after",
        " MB",
        0,
        "as before",
    ),
];

const SIZES: &[(&str, &str)] = &[
    ("app.js", "size.app"),
    ("worker.js", "size.worker"),
    ("app.css", "size.style"),
];

/// The page beside the naive one: what both were asked.
const BESIDE: &[(&str, &str, &str, &str)] = &[
    ("events written", "flow.written", "naive.written", ""),
    ("key to picture, p98", "flow.inputP98", "naive.inputP98", " ms"),
    ("longest task", "flow.longestTask", "naive.longestTask", " ms"),
    ("most DOM nodes", "flow.mostNodes", "naive.mostNodes", ""),
    ("memory of the renderer", "flow.memory", "naive.memory", " MB"),
];

/// Markdown from the numbers that a run wrote.
pub(super) fn report(numbers: &str) -> Result<String> {
    let numbers: Map<String, Value> = serde_json::from_str(numbers).context("the measurement wrote no JSON object")?;
    let number = |name: &str, unit: &str, decimals: usize| {
        let value = numbers.get(name).and_then(Value::as_f64);
        value.map_or_else(|| "?".to_owned(), |value| format!("{}{unit}", grouped(value, decimals)))
    };
    let mut table = Table::new(&["", "measured", "wanted"]);
    for &(what, name, unit, decimals, limit) in ROWS {
        table.row([what.to_owned(), number(name, unit, decimals), limit.to_owned()]);
    }
    let mut sizes = Table::new(&["gzip", "bytes"]);
    for &(file, name) in SIZES {
        sizes.row([file.to_owned(), number(name, "", 0)]);
    }
    let mut beside = Table::new(&["", "the page", "a row for each event"]);
    for &(what, ours, naive, unit) in BESIDE {
        beside.row([what.to_owned(), number(ours, unit, 0), number(naive, unit, 0)]);
    }
    let mut text = String::new();
    write!(
        text,
        "{} events a second for {} s; load average {} at the end; flat over {} min.\n\n{table}\n{sizes}\nThe naive page was fed for {} s.\n\n{beside}",
        number("rate", "", 0),
        number("flowSeconds", "", 0),
        numbers.get("load").and_then(Value::as_str).unwrap_or("?"),
        number("flatMinutes", "", 1),
        number("naiveSeconds", "", 0),
    )?;
    Ok(text)
}

/// `12,345.6`.
fn grouped(value: f64, decimals: usize) -> String {
    let plain = format!("{value:.decimals$}");
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.find('.').map_or((digits, ""), |dot| digits.split_at(dot));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_a_question_mark() {
        let text = report(r#"{"held.rows":200000,"flow.missed":0,"load":"1.5"}"#).unwrap();
        assert!(text.contains("200,000"));
        assert!(text.contains("load average 1.5"));
        assert!(text.contains('?'));
        assert!(report("[]").is_err());
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(1_234_567.0, 0), "1,234,567");
        assert_eq!(grouped(-999.25, 1), "-999.2");
        assert_eq!(grouped(1000.0, 2), "1,000.00");
    }
}

//! `bench compile`: how long a crate of annotated functions takes to build, and how much there is of it.
//!
//! Owns the crates that are compared and the order of the builds. It is the same source each time, but for one line
//! above each function.

mod build;
mod output;
mod source;

use anyhow::Result;

use self::build::{Built, Kind};
use self::output::Output;
use super::sample::Sample;
use super::table::Table;
use crate::workspace::Workspace;

/// A crate that is built: its name, the line above its functions, what it depends on besides the standard library.
struct Subject {
    name: &'static str,
    attribute: &'static str,
    dependency: &'static str,
}

/// The reference comes first.
const SUBJECTS: [Subject; 3] = [
    Subject {
        name: "plain",
        attribute: "",
        dependency: "",
    },
    Subject {
        name: "instrument",
        attribute: "#[tracing::instrument(skip_all)]",
        dependency: "tracing = \"0.1\"",
    },
    Subject {
        name: "emits",
        attribute: "#[event_core::emits(event_core::StepStarted, event_core::StepFinished)]",
        dependency: "event-core = { path = \"EVENT_CORE\" }",
    },
];

const HEADING: &[&str] = &["", "plain", "instrument", "emits", "emits / instrument"];

/// Seconds by the clock, and of the processor.
#[derive(Default)]
struct Measured {
    wall: Sample,
    processor: Sample,
}

/// Writes the crates, builds them in turn, and returns the tables.
pub(super) fn run(workspace: &Workspace, functions: usize, rounds: usize) -> Result<String> {
    let folder = source::write(workspace, &SUBJECTS, functions)?;
    for subject in &SUBJECTS {
        println!("  building what {} depends on", subject.name);
        build::prepare(workspace, &folder, subject.name)?;
    }
    let mut table = Table::new(HEADING);
    for kind in Kind::ALL {
        let mut measured = SUBJECTS.each_ref().map(|_| Measured::default());
        for round in 1..=rounds {
            println!("  {}: round {round} of {rounds}", kind.name());
            for (subject, measured) in SUBJECTS.iter().zip(&mut measured) {
                let Built { wall, processor } = build::measure(workspace, &folder, subject.name, kind, round)?;
                measured.wall.push(wall);
                measured.processor.push(processor);
            }
        }
        add_rows(&mut table, kind, &measured);
    }
    let outputs = SUBJECTS
        .each_ref()
        .map(|subject| output::read(workspace, &folder, subject.name));
    let [plain, instrument, emits] = outputs;
    let sizes = sizes(&[plain?, instrument?, emits?]);
    Ok(format!(
        "{functions} functions, seconds, medians of {rounds} builds taken in turn:\n\n{table}\nWhat is built:\n\n{sizes}"
    ))
}

/// A row for each clock.
fn add_rows(table: &mut Table, kind: Kind, measured: &[Measured; 3]) {
    let wall = measured.each_ref().map(|measured| measured.wall.median());
    let processor = measured.each_ref().map(|measured| measured.processor.median());
    table.row(compared(kind.name(), wall, 2));
    table.row(compared(format!("{} (processor)", kind.name()), processor, 2));
}

fn sizes(outputs: &[Output; 3]) -> Table {
    let mut table = Table::new(HEADING);
    let rows = [
        (
            "lines of LLVM IR, dev",
            outputs.each_ref().map(|output| output.ir_lines),
        ),
        ("functions, dev", outputs.each_ref().map(|output| output.functions)),
        (
            "bytes of machine code, dev",
            outputs.each_ref().map(|output| output.dev_text),
        ),
        (
            "bytes of machine code, release",
            outputs.each_ref().map(|output| output.release_text),
        ),
    ];
    for (name, numbers) in rows {
        table.row(compared(name.to_owned(), numbers.map(f64::from), 0));
    }
    table
}

/// The numbers of the three crates, and ours as a part of the reference's.
fn compared(name: String, numbers: [f64; 3], decimals: usize) -> Vec<String> {
    let [_, instrument, emits] = numbers;
    let mut row = vec![name];
    row.extend(numbers.map(|number| format!("{number:.decimals$}")));
    row.push(format!("{:.2}", emits / instrument));
    row
}

//! `bench publish`: events a second into a real Redis, beside what Redis itself can take, in turn; what a call takes its
//! caller meanwhile; and memory.
//!
//! Owns the order of the measurements. Who publishes how is the business of the package in `xtask/benches/publish`.

mod program;
mod python;
mod report;

use anyhow::{Result, bail};

use self::program::{Latency, Program};
use super::sample::Sample;
use crate::setup::{self, Part};
use crate::terminal;
use crate::workspace::Workspace;

/// What keeps Redis as busy as it can be.
const CEILING: &str = "benchmark";
/// Those that are as fast as it goes, and those that wait for each event, of which a few are enough.
const FAST: &[&str] = &[CEILING, "emits", "emits-4", "pipeline"];
const SLOW: &[&str] = &["awaited", "trace-weft", "python"];

const MAXLEN: u64 = 10_000;

/// How often and how long.
struct Effort {
    rounds: usize,
    events: u64,
    slow_events: u64,
}

impl Effort {
    const FULL: Self = Self {
        rounds: 7,
        events: 1_000_000,
        slow_events: 20_000,
    };
    const QUICK: Self = Self {
        rounds: 2,
        events: 400_000,
        slow_events: 5_000,
    };
}

/// Runs of one publisher.
#[derive(Default)]
struct Measured {
    publisher: &'static str,
    per_second: Sample,
    busy: Sample,
    /// Of the ceiling's rate in the same round.
    of_ceiling: Sample,
}

/// All that was measured.
struct Results {
    event_bytes: u64,
    rates: Vec<Measured>,
    latencies: Vec<Latency>,
    /// KiB before a million events, after a tenth, after all; with and without a limit to the stream's length.
    millions: [[u64; 3]; 2],
    /// Events in a full queue, and their KiB.
    full: (u64, u64),
    /// Why redis-py is not among them.
    without_python: Option<String>,
}

/// Runs everything and returns the tables.
pub(super) fn run(workspace: &Workspace, is_quick: bool) -> Result<String> {
    let missing = setup::prepare(workspace, &[Part::Redis], false);
    if let Some(missing) = missing.first() {
        bail!("{} is missing: {}", missing.part.name(), missing.remedy);
    }
    let effort = if is_quick { Effort::QUICK } else { Effort::FULL };
    println!("{}", terminal::bold("Building the publishers"));
    let python = python::with_redis_py(workspace);
    if let Err(why) = &python {
        println!("redis-py is left out: {why}");
    }
    let program = Program::build(workspace, python.as_deref().ok())?;
    let publishers: Vec<_> = FAST
        .iter()
        .chain(SLOW)
        .copied()
        .filter(|name| *name != "python" || python.is_ok())
        .collect();
    let mut rates: Vec<_> = publishers
        .into_iter()
        .map(|publisher| Measured {
            publisher,
            ..Measured::default()
        })
        .collect();
    let mut latencies = Vec::new();
    for round in 1..=effort.rounds {
        println!("  round {round} of {}", effort.rounds);
        one_round(&program, &effort, &mut rates)?;
        latencies.push(program.latency(effort.events)?);
    }
    let results = Results {
        event_bytes: program.event_bytes()?,
        rates,
        latencies,
        millions: [program.million(MAXLEN)?, program.million(0)?],
        full: program.full()?,
        without_python: python.err(),
    };
    report::report(&results, &effort)
}

/// Everybody once.
fn one_round(program: &Program, effort: &Effort, rates: &mut [Measured]) -> Result<()> {
    let mut ceiling = f64::NAN;
    for measured in rates {
        let publisher = measured.publisher;
        let events = if SLOW.contains(&publisher) {
            effort.slow_events
        } else {
            effort.events
        };
        let rate = program.rate(publisher, events, MAXLEN)?;
        if publisher == CEILING {
            ceiling = rate.per_second;
        }
        measured.per_second.push(rate.per_second);
        measured.busy.push(rate.busy);
        measured.of_ceiling.push(rate.per_second / ceiling);
    }
    Ok(())
}

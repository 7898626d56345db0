//! `bench cost`: instructions, nanoseconds, allocations and bytes of one call, in one run beside its peers.
//!
//! Owns the order of the measurements and their tables. How a call is repeated and what is set up around it is the
//! business of the package in `xtask/benches/cost`.

mod callgrind;
mod program;
mod report;

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use self::program::{Form, Program};
use super::sample::Sample;
use crate::setup::{self, Part};
use crate::terminal;
use crate::workspace::Workspace;

/// What was measured of one case in one form.
#[derive(Default)]
struct Measured {
    instructions: f64,
    nanoseconds: Sample,
    allocations: f64,
}

/// By case and form.
type Results = BTreeMap<(String, Form), Measured>;

/// How often and how long.
struct Effort {
    /// Processes of each case whose time is taken.
    rounds: usize,
    /// Bursts that a process times.
    bursts: usize,
    /// Bursts whose instructions are counted.
    counted: usize,
}

impl Effort {
    const FULL: Self = Self {
        rounds: 9,
        bursts: 400,
        counted: 64,
    };
    const QUICK: Self = Self {
        rounds: 3,
        bursts: 100,
        counted: 8,
    };
}

/// Runs everything and returns the tables.
pub(super) fn run(workspace: &Workspace, is_quick: bool) -> Result<String> {
    let missing = setup::prepare(workspace, &[Part::Valgrind], false);
    if let Some(missing) = missing.first() {
        bail!("{} is missing: {}", missing.part.name(), missing.remedy);
    }
    let effort = if is_quick { Effort::QUICK } else { Effort::FULL };
    println!(
        "{}",
        terminal::bold("Building the calls, with and without --cfg emits_off")
    );
    let programs = [Program::build(workspace)?, Program::build_off(workspace)?];
    let debug = Program::build_debug(workspace)?;
    let mut results = Results::new();
    for program in &programs {
        count(workspace, program, &effort, &mut results)?;
    }
    time(workspace, &programs, &effort, &mut results)?;
    let sizes = report::Bytes {
        optimised: programs[0].sizes(workspace)?,
        debug: debug.sizes(workspace)?,
    };
    report::report(&results, &sizes, &effort)
}

/// What does not depend on the machine's mood.
fn count(workspace: &Workspace, program: &Program, effort: &Effort, results: &mut Results) -> Result<()> {
    for (name, form) in program.cases(workspace)? {
        println!("  counting {name}, {form}");
        let measured = results.entry((program.row(&name), form)).or_default();
        measured.instructions = callgrind::instructions(workspace, program, &name, form, effort.counted)?;
        measured.allocations = program.allocations(workspace, &name, form)?;
    }
    Ok(())
}

/// In turn: the first round of each case, then the second.
fn time(workspace: &Workspace, programs: &[Program], effort: &Effort, results: &mut Results) -> Result<()> {
    for round in 1..=effort.rounds {
        println!("  timing, round {round} of {}", effort.rounds);
        for program in programs {
            for (name, form) in program.cases(workspace)? {
                let took = program.nanoseconds(workspace, &name, form, effort.bursts)?;
                results
                    .entry((program.row(&name), form))
                    .or_default()
                    .nanoseconds
                    .push(took);
            }
        }
    }
    Ok(())
}

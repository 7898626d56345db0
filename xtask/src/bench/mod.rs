//! `cargo xtask bench NAME`: speed and size against references, as Markdown for BENCHMARKS.md.
//!
//! Owns the list of benchmarks and the order of what they print. A number is a median of runs taken in turn; it is
//! printed and never judged.

mod bridge;
mod compile;
mod cost;
mod figures;
mod machine;
mod printed;
mod publish;
mod sample;
mod table;
mod ui;

use anyhow::Result;
use clap::Subcommand;

use crate::workspace::Workspace;

/// What can be measured.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// What one annotated call costs beside tracing, OpenTelemetry, fastrace, trace-weft and a plain one.
    Cost {
        /// Fewer and shorter runs: to see that it works, not to publish.
        #[arg(long)]
        quick: bool,
    },
    /// How many events a second reach a real Redis, beside what it can take; what a call takes; and memory.
    Publish {
        /// Fewer and shorter runs: to see that it works, not to publish.
        #[arg(long)]
        quick: bool,
    },
    /// How many events a second reach so many viewers, how soon, and at what cost in memory, beside a bare server, Node
    /// and the guide's bridge.
    Bridge {
        /// Fewer and shorter runs: to see that it works, not to publish.
        #[arg(long)]
        quick: bool,
    },
    /// How long a crate of annotated functions takes to build, beside `#[tracing::instrument]` and none at all.
    Compile {
        /// Functions in the crate.
        #[arg(long, default_value_t = 1000)]
        functions: usize,
        /// Builds of each kind, of which the median counts.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// The page under a flood of events, its memory, its search and its size, beside a page with a row for each event.
    Ui {
        /// Fewer events and less time: to see that it works, not to publish.
        #[arg(long)]
        quick: bool,
    },
}

/// Measures, and prints the tables.
pub(crate) fn run(workspace: &Workspace, bench: &Bench) -> Result<()> {
    let report = match bench {
        Bench::Cost { quick } => cost::run(workspace, *quick)?,
        Bench::Publish { quick } => publish::run(workspace, *quick)?,
        Bench::Bridge { quick } => bridge::run(workspace, *quick)?,
        Bench::Compile { functions, rounds } => compile::run(workspace, *functions, *rounds)?,
        Bench::Ui { quick } => ui::run(workspace, *quick)?,
    };
    println!("\n{}\n\n{report}", machine::line()?);
    Ok(())
}

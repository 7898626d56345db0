//! Set-up, tests, benchmarks and the build of the UI: `cargo xtask --help`.
//!
//! The only place that knows apt, brew, npm and browsers. It is a tool of the repository and never part of the product:
//! no other crate depends on it.

#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used)]

mod bench;
mod counts;
mod dependencies;
mod dist;
mod layering;
mod metadata;
mod pictures;
mod process;
mod setup;
mod soak;
mod sources;
mod steps;
mod terminal;
mod tier;
mod transparency;
mod verdict;
mod version;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use workspace::Workspace;

/// Set-up, tests, benchmarks and the build of the UI.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    after_help = "\
Examples:
  cargo xtask setup --no-install         what the tests need, and what of it is missing
  cargo xtask test                       installs what is missing and runs every check
  cargo xtask test --only fmt,clippy     two steps of it
  cargo xtask bench cost                 what one annotated call costs, beside its peers
  cargo xtask dist                       builds ui/dist, to be committed with the change to ui/src
  cargo xtask soak --only kill,stop      what arrives of events while Redis is killed, or hangs
  cargo xtask transparency httparse      #[emits] on every function of a real crate; do its tests still pass?"
)]
struct Arguments {
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Subcommand)]
enum Subcommands {
    /// Installs what the tests need: redis-server, chromium, npm packages. Says first what it will run.
    Setup {
        /// Only report what is missing; exit code 1 if anything is.
        #[arg(long)]
        no_install: bool,
    },
    /// Runs every check, then prints a table and, on the last line, how many passed and failed.
    Test {
        /// Install nothing; a step whose parts are missing fails with the line that installs them.
        #[arg(long)]
        no_install: bool,
        /// Only these steps, with commas or spaces between them.
        #[arg(long, value_name = "STEP", value_delimiter = ',', num_args = 1..)]
        only: Vec<String>,
        /// Print the steps and run none.
        #[arg(long, conflicts_with_all = ["only", "no_install"])]
        list: bool,
    },
    /// Builds the UI into ui/dist, from where the bridge embeds it.
    Dist {
        /// Build elsewhere and compare; exit code 1 if ui/dist is stale.
        #[arg(long)]
        check: bool,
    },
    /// Takes the pictures of the README from a real run, in about two minutes.
    Pictures,
    /// Measures speed and size against references, and prints tables for BENCHMARKS.md.
    Bench {
        #[command(subcommand)]
        bench: bench::Bench,
    },
    /// Publishes into a real Redis while things go wrong, and counts what arrives; exit code 1 if a promise was broken.
    Soak(soak::Options),
    /// Puts an attribute on every function of real crates, and compares builds and tests with and without it.
    Transparency(transparency::Options),
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{} {error:#}", terminal::bad("error:"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool> {
    process::end_with_children()?;
    let workspace = Workspace::find()?;
    match &arguments.command {
        Subcommands::Setup { no_install } => setup::run(&workspace, !no_install).map(|()| true),
        Subcommands::Test { list: true, .. } => {
            tier::list();
            Ok(true)
        }
        Subcommands::Test {
            no_install,
            only,
            list: false,
        } => tier::run(&workspace, only, !no_install),
        Subcommands::Dist { check } => dist::run(&workspace, *check).map(|()| true),
        Subcommands::Pictures => pictures::run(&workspace).map(|()| true),
        Subcommands::Bench { bench } => bench::run(&workspace, bench).map(|()| true),
        Subcommands::Soak(options) => soak::run(&workspace, options),
        Subcommands::Transparency(options) => transparency::run(&workspace, options),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}

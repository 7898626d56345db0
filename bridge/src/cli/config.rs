//! `event-bridge config`: what the settings are, and whether they can be used. Owns the two commands; the settings are
//! merged where `serve` merges them.

use std::io::{Write as _, stdout};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::settings::Flags;

pub(super) const EXAMPLES: &str = "\
Examples:
  event-bridge config print                          # every setting, with where it comes from
  event-bridge config print > bridge.toml            # a file to start from
  event-bridge config check --config bridge.toml     # says all that is wrong, and exits 2
  event-bridge serve --config bridge.toml";

#[derive(Args)]
pub(super) struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the settings that `serve` would use, as a file for --config, each with where it comes from.
    Print(Flags),
    /// Check the settings, and the files that they name, without serving anything.
    Check(Flags),
}

impl Config {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Print(flags) => write!(stdout(), "{}", flags.load()?)?,
            Command::Check(flags) => {
                flags.load()?.builder()?.check()?;
                writeln!(stdout(), "The settings are fine.")?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

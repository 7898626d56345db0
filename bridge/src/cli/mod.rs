//! The command line. Owns the names of commands and flags, the logs on stderr and the exit codes: 0 done, 1 failed,
//! 2 misused. Where 1 is an answer, as it is of `check`, what failed is 2 as well.

mod check;
mod completions;
mod config;
mod diagnostics;
mod log;
mod serve;
mod settings;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use event_bridge::BridgeError;

const FAILED: u8 = 1;
/// The same as clap's own.
const MISUSED: u8 = 2;

/// Streams the events of running agents from Redis to browsers, curl and your code.
#[derive(Parser)]
#[command(name = "event-bridge", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the UI, the live stream and the history of one stream.
    #[command(after_help = serve::EXAMPLES)]
    Serve(serve::Serve),
    /// Print or check the settings of `serve`.
    #[command(after_help = config::EXAMPLES)]
    Config(config::Config),
    /// Check that a stream or a recording tells the truth: spans, durations, statuses, steps, sums.
    #[command(after_help = check::EXAMPLES)]
    Check(check::Check),
    /// Print a script that completes commands and flags in a shell.
    #[command(after_help = completions::EXAMPLES)]
    Completions(completions::Completions),
}

const EXAMPLES: &str = "\
Examples:
  event-bridge serve                     # Redis at localhost, http://127.0.0.1:9999
  event-bridge serve --help              # all flags
  event-bridge config print              # all settings, with where each comes from
  event-bridge check                     # is what the stream tells true?";

pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    // Its settings say how it logs.
    if !matches!(cli.command, Command::Serve(_)) {
        diagnostics::start_default();
    }
    let (done, failed) = match cli.command {
        Command::Serve(serve) => (serve.run(), FAILED),
        Command::Config(config) => (config.run(), FAILED),
        Command::Check(check) => (check.run(), MISUSED),
        Command::Completions(completions) => (completions.run(Cli::command()), FAILED),
    };
    match done {
        Ok(code) => code,
        // Whoever reads has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("event-bridge: {error:#}");
            let is_usage = error.downcast_ref().is_some_and(BridgeError::is_usage);
            ExitCode::from(if is_usage { MISUSED } else { failed })
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let cause = error.root_cause().downcast_ref::<std::io::Error>();
    cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

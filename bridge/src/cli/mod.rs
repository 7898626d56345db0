//! The command line. Owns the names of commands and flags, the logs on stderr and the exit codes: 0 done, 1 failed,
//! 2 misused. Where 1 is an answer, as it is of `check`, what failed is 2 as well.

mod check;
mod completions;
mod config;
mod diagnostics;
mod log;
mod reader;
mod record;
mod replay;
mod runs;
mod serve;
mod settings;
mod signals;
mod source;
mod tail;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

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
    /// Show events as they happen, or follow a run to its end.
    #[command(after_help = tail::EXAMPLES)]
    Tail(tail::Tail),
    /// List the runs of a stream.
    #[command(after_help = runs::EXAMPLES)]
    Runs(runs::Runs),
    /// Write events into a file, and go on where it ended.
    #[command(after_help = record::EXAMPLES)]
    Record(record::Record),
    /// Let a recording happen again, in Redis or on a page without Redis.
    #[command(after_help = replay::EXAMPLES)]
    Replay(replay::Replay),
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
  event-bridge config print              # its settings, with where each comes from
  event-bridge tail --run latest --tree  # follow a run in the terminal
  event-bridge record run.ndjson         # keep what happens
  event-bridge replay run.ndjson --serve # watch it again, without Redis
  event-bridge check run.ndjson          # is what it tells true?
  event-bridge COMMAND --help            # all flags of a command, with examples

Exit codes: 0 done, 1 failed, 2 misused. Of check and tail, 1 is their answer, and 2 that there is none.";

pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    // Its settings say how it logs.
    if !matches!(cli.command, Command::Serve(_)) {
        diagnostics::start_default();
    }
    let (done, failed) = match cli.command {
        Command::Serve(serve) => (serve.run(), FAILED),
        Command::Config(config) => (config.run(), FAILED),
        Command::Tail(tail) => (tail.run(), MISUSED),
        Command::Runs(runs) => (runs.run(), FAILED),
        Command::Record(record) => (record.run(), FAILED),
        Command::Replay(replay) => (replay.run(), FAILED),
        Command::Check(check) => (check.run(), MISUSED),
        Command::Completions(completions) => (completions.run(Cli::command()), FAILED),
    };
    match done {
        Ok(code) => code,
        // Whoever reads has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("event-bridge: {error:#}");
            ExitCode::from(if source::is_usage(&error) { MISUSED } else { failed })
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let cause = error.root_cause().downcast_ref::<std::io::Error>();
    cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

//! The command line. Owns the names of commands and flags, the logs on stderr and the exit codes: 0 done, 1 failed,
//! 2 misused.

mod serve;

use std::io::{IsTerminal as _, stderr};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use event_bridge::BridgeError;
use tracing_subscriber::EnvFilter;

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
}

const EXAMPLES: &str = "\
Examples:
  event-bridge serve                     # Redis at localhost, http://127.0.0.1:9999
  event-bridge serve --help              # all flags";

pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let is_terminal = stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(is_terminal)
        .with_target(false)
        .init();
    let done = match cli.command {
        Command::Serve(serve) => serve.run(),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("event-bridge: {error:#}");
            let is_usage = error.downcast_ref().is_some_and(BridgeError::is_usage);
            ExitCode::from(if is_usage { MISUSED } else { FAILED })
        }
    }
}

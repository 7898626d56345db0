//! The program `event-bridge`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}

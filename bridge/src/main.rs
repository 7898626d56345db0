//! The program `event-bridge`.

mod cli;

use std::process::ExitCode;

/// What slow viewers were kept for comes and goes in large pieces between the many small ones of the ring: this allocator
/// gives back what was let go of, where the system's goes on holding the most that there ever was.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}

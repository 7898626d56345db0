//! On what it was measured, in one line.
//!
//! Owns what of a machine matters to a number. Anything it cannot tell it calls unknown.

use std::process::Command;

use anyhow::Result;

use crate::process;

/// Date, processor, cores, system and compiler.
pub(crate) fn line() -> Result<String> {
    let date = process::stdout_of(Command::new("date").args(["-u", "+%F"]))?;
    let system = process::stdout_of(Command::new("uname").args(["-srm"]))?;
    let rustc = process::stdout_of(Command::new("rustc").arg("--version"))?;
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    Ok(format!(
        "{} · {cores} × {} · {} · {}",
        date.trim(),
        processor(),
        system.trim(),
        rustc.trim()
    ))
}

fn processor() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let named = about.lines().find_map(|line| line.strip_prefix("model name"));
    named.map_or_else(
        || "unknown processor".to_owned(),
        |name| name.trim_start_matches([':', ' ', '\t']).trim().to_owned(),
    )
}

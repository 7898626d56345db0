//! One build of one crate, timed.
//!
//! Owns what is left from the build before it: nothing when cold, everything but one body otherwise. Dependencies are
//! built beforehand.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use super::source;
use crate::process;
use crate::workspace::Workspace;

/// A way to build.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    command: &'static str,
    is_cold: bool,
}

/// Seconds of one build.
pub(super) struct Built {
    pub(super) wall: f64,
    /// User and system, of cargo and all it started.
    pub(super) processor: f64,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [
        Self {
            command: "check",
            is_cold: true,
        },
        Self {
            command: "check",
            is_cold: false,
        },
        Self {
            command: "build",
            is_cold: true,
        },
        Self {
            command: "build",
            is_cold: false,
        },
    ];

    pub(super) fn name(self) -> String {
        let after = if self.is_cold { "cold" } else { "one body changed" };
        format!("cargo {}, {after}", self.command)
    }
}

/// Builds the crate and what it depends on, in every profile that is measured.
pub(super) fn prepare(workspace: &Workspace, folder: &Path, package: &str) -> Result<()> {
    for arguments in [&["check"][..], &["build"], &["build", "--release"]] {
        done(&mut cargo(workspace, folder, package, arguments))?;
    }
    Ok(())
}

/// Builds the crate once.
pub(super) fn measure(workspace: &Workspace, folder: &Path, package: &str, kind: Kind, round: usize) -> Result<Built> {
    if kind.is_cold {
        done(&mut cargo(workspace, folder, package, &["clean"]))?;
    } else {
        // Up to date but for the change.
        done(&mut cargo(workspace, folder, package, &[kind.command]))?;
        source::touch(&folder.join(package), round)?;
    }
    let mut command = cargo(workspace, folder, package, &[kind.command]);
    let (used, begun) = (processor_seconds(), Instant::now());
    done(&mut command)?;
    Ok(Built {
        wall: begun.elapsed().as_secs_f64(),
        processor: processor_seconds() - used,
    })
}

/// `cargo` on one of the crates.
pub(super) fn cargo(workspace: &Workspace, folder: &Path, package: &str, arguments: &[&str]) -> Command {
    let mut command = workspace.cargo(arguments);
    command
        .args(["--package", package])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS");
    command
}

pub(super) fn done(command: &mut Command) -> Result<()> {
    let finished = process::run_quiet(command)?;
    if !finished.is_success {
        bail!("`{}` failed: {}", process::line_of(command), finished.output.trim());
    }
    Ok(())
}

/// What our children have used of the processor (`proc_pid_stat(5)`, fields 16 and 17); NaN where nothing tells.
fn processor_seconds() -> f64 {
    /// Linux counts in hundredths for everyone who asks this way.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the program's name, which may have spaces.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: Vec<f64> = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    match ticks.as_slice() {
        [user, system] => (user + system) / TICKS,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_processor_time_of_children_is_seen() {
        let before = processor_seconds();
        let mut busy = Command::new("sh");
        busy.args(["-c", "n=0; while [ $n -lt 200000 ]; do n=$((n+1)); done"]);
        done(&mut busy).unwrap();
        assert!(processor_seconds() > before);
    }
}

//! The step that builds with `--cfg emits_off`, in a target folder of its own, and looks for what should be gone.
//!
//! Owns the flags of both builds and the names to look for. The library and the program are optimised just enough for dead
//! code to go; what they depend on is not, which saves most of the time.

mod agent;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::counts::Runner;
use crate::process;
use crate::verdict::Verdict;
use crate::workspace::Workspace;

const CFG: &str = "--cfg emits_off";

/// The program that is built both ways, and what its events are called in it.
const EXAMPLE: &str = "switched_off";
const NAMES: &[&str] = &[
    "parcel_was_accepted",
    "parcel_was_delivered",
    "doorbell_was_rung",
    "written_on_the_label",
    "weight_in_grams",
    "floor_of_the_house",
    "reason_at_the_door",
];

const PROFILE: &[&str] = &[
    "profile.dev.opt-level=1",
    "profile.dev.codegen-units=16",
    "profile.dev.incremental=false",
    "profile.dev.package.\"*\".opt-level=0",
    "profile.dev.package.\"*\".codegen-units=256",
];

pub(super) fn run(workspace: &Workspace) -> Result<Verdict> {
    let mut findings = Vec::new();
    // With the features of the whole workspace: its dependencies are there already.
    let on = cargo(
        workspace,
        &["build", "--workspace", "--all-features", "--example", EXAMPLE],
    );
    let folder = workspace.target();
    findings.extend(built_and_looked_through(workspace, on, &folder, true)?);

    let folder = folder.join("off");
    let off = switched_off(
        cargo(workspace, &["build", "--package", "event-core", "--example", EXAMPLE]),
        &folder,
    );
    findings.extend(built_and_looked_through(workspace, off, &folder, false)?);
    findings.extend(agent::differences(workspace, &folder)?);
    if !findings.is_empty() {
        return Ok(Verdict::of_findings(findings));
    }
    let tests = ["test", "--package", "event-core", "--test", "off"];
    let finished = process::run_shown(&mut switched_off(cargo(workspace, &tests), &folder))?;
    Ok(Verdict::of_suite(Runner::CargoTest, &finished))
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut command = workspace.cargo(arguments);
    for setting in PROFILE {
        command.args(["--config", setting]);
    }
    command
}

fn switched_off(mut command: Command, folder: &Path) -> Command {
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    command
        .env("RUSTFLAGS", format!("{flags} {CFG}"))
        .arg("--target-dir")
        .arg(folder);
    command
}

/// What is wrong with the example as `build` leaves it below `folder`.
fn built_and_looked_through(
    workspace: &Workspace,
    mut build: Command,
    folder: &Path,
    is_on: bool,
) -> Result<Vec<String>> {
    if !process::run_shown(&mut build)?.is_success {
        return Ok(vec![format!("`{}` failed", process::line_of(&build))]);
    }
    let program: PathBuf = ["debug", "examples", EXAMPLE]
        .iter()
        .fold(folder.to_path_buf(), |path, part| path.join(part));
    let output = process::stdout_of(&mut workspace.command(&program.to_string_lossy(), &[]))?;
    println!("{}: {}", workspace.shown(&program), output.trim());
    let bytes = fs::read(&program).with_context(|| format!("cannot read {}", program.display()))?;
    let found: Vec<_> = NAMES.iter().copied().filter(|name| contains(&bytes, name)).collect();
    Ok(wrong(output.trim(), &found, is_on))
}

/// Compares what the program said, and which names were found in it, with what should be.
fn wrong(output: &str, found: &[&str], is_on: bool) -> Vec<String> {
    let mut findings = Vec::new();
    let with = if is_on { "without" } else { "with" };
    if (output == "0 events") == is_on {
        findings.push(format!("{with} {CFG}, {EXAMPLE} published {output:?}"));
    }
    let is_wrong = |name: &&&str| found.contains(*name) != is_on;
    let names: Vec<_> = NAMES.iter().filter(is_wrong).copied().collect();
    if !names.is_empty() {
        let are = if is_on { "are not" } else { "are" };
        findings.push(format!(
            "{with} {CFG}, these {are} in the binary of {EXAMPLE}: {}",
            names.join(", ")
        ));
    }
    findings
}

fn contains(bytes: &[u8], name: &str) -> bool {
    bytes.windows(name.len()).any(|window| window == name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_left_behind_is_told() {
        assert!(wrong("0 events", &[], false).is_empty());
        let left = wrong("0 events", &[NAMES[0]], false);
        assert_eq!(left.len(), 1);
        assert!(left[0].contains(NAMES[0]) && !left[0].contains(NAMES[1]), "{left:?}");
        assert_eq!(wrong("1 events", &[], false).len(), 1);
    }

    #[test]
    fn a_search_that_finds_nothing_at_all_proves_nothing() {
        assert!(wrong("9 events", NAMES, true).is_empty());
        assert_eq!(wrong("9 events", &NAMES[1..], true).len(), 1);
        assert_eq!(wrong("0 events", NAMES, true).len(), 1);
    }

    #[test]
    fn names_are_found_anywhere_in_the_bytes() {
        assert!(contains(b"\0\xffdoorbell_was_rung\0", "doorbell_was_rung"));
        assert!(!contains(b"doorbell_was_run", "doorbell_was_rung"));
    }
}

//! The steps that cargo runs.
//!
//! Owns their flags. The build is one for all of them: whoever needs a binary asks here.

use anyhow::Result;

use crate::counts::Runner;
use crate::process::{self, Finished};
use crate::terminal;
use crate::verdict::Verdict;
use crate::workspace::Workspace;

pub(super) fn fmt(workspace: &Workspace) -> Result<Verdict> {
    // rustfmt looks at TERM alone, and would paint the log of a CI as well.
    let colour = if terminal::is_coloured() { "always" } else { "never" };
    check(workspace, &["fmt", "--all", "--check", "--", "--color", colour])
}

pub(super) fn clippy(workspace: &Workspace) -> Result<Verdict> {
    let whole = check(
        workspace,
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--",
            "-D",
            "warnings",
        ],
    )?;
    if !whole.is_good() {
        return Ok(whole);
    }
    // What users have who want no TLS.
    let lean = [
        "clippy",
        "-p",
        "event-core",
        "--no-default-features",
        "--",
        "-D",
        "warnings",
    ];
    check(workspace, &lean)
}

pub(super) fn rustdoc(workspace: &Workspace) -> Result<Verdict> {
    let mut command = workspace.cargo(&["doc", "--workspace", "--all-features", "--no-deps"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    Ok(Verdict::of_check(&process::run_shown(&mut command)?))
}

pub(super) fn tests(workspace: &Workspace) -> Result<Verdict> {
    let built = build(workspace)?;
    if !built.is_success {
        return Ok(Verdict::of_check(&built));
    }
    let mut command = workspace.cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"]);
    Ok(Verdict::of_suite(Runner::CargoTest, &process::run_shown(&mut command)?))
}

/// Builds every target, binaries included, with the very features the tests have: no crate is compiled twice.
pub(super) fn build(workspace: &Workspace) -> Result<Finished> {
    process::run_shown(&mut workspace.cargo(&["build", "--workspace", "--all-targets", "--all-features"]))
}

fn check(workspace: &Workspace, arguments: &[&str]) -> Result<Verdict> {
    Ok(Verdict::of_check(&process::run_shown(&mut workspace.cargo(arguments))?))
}

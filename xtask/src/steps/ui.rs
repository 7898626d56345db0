//! The steps that npm runs, and the freshness of what it builds.
//!
//! Owns which script of `ui/package.json` is which check. How the UI is built is `crate::dist`'s.

use anyhow::Result;

use super::rust;
use crate::counts::Runner;
use crate::dist;
use crate::process;
use crate::setup;
use crate::verdict::Verdict;
use crate::workspace::Workspace;

pub(super) fn typecheck(workspace: &Workspace) -> Result<Verdict> {
    let mut command = workspace.npm(&["run", "--silent", "typecheck"]);
    Ok(Verdict::of_check(&process::run_shown(&mut command)?))
}

pub(super) fn unit(workspace: &Workspace) -> Result<Verdict> {
    let mut command = workspace.npm(&["test", "--silent"]);
    Ok(Verdict::of_suite(Runner::Vitest, &process::run_shown(&mut command)?))
}

pub(super) fn dist(workspace: &Workspace) -> Result<Verdict> {
    Ok(Verdict::of_findings(dist::check(workspace)?))
}

/// The browser tests drive the bridge as it is shipped: the binary, with the UI inside.
pub(super) fn browser(workspace: &Workspace) -> Result<Verdict> {
    let built = rust::build(workspace)?;
    if !built.is_success {
        return Ok(Verdict::of_check(&built));
    }
    let mut command = workspace.npm(&["run", "--silent", "e2e"]);
    command
        .env("EVENT_BRIDGE_BIN", workspace.bridge_binary())
        .env("CHROMIUM", setup::chromium()?)
        .env("PYTHON", workspace.python());
    Ok(Verdict::of_suite(Runner::Vitest, &process::run_shown(&mut command)?))
}

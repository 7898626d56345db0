//! `cargo xtask pictures`: the pictures of the README, taken from a real run.
//!
//! Owns what has to be built for them. How they are taken is `ui/e2e/pictures/take.ts`'s.

use anyhow::{Result, bail};

use crate::process;
use crate::setup::{self, Part};
use crate::workspace::Workspace;

/// Builds bridge and agent, and lets the browser take the pictures. A run takes about a minute.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let needed = [Part::Node, Part::UiPackages, Part::Chromium, Part::Redis];
    let missing = setup::prepare(workspace, &needed, true);
    if let Some(missing) = missing.first() {
        bail!("{} is missing: {}", missing.part.name(), missing.remedy);
    }
    let parts = ["build", "-p", "event-bridge", "-p", "examples", "--bins"];
    if !process::run_shown(&mut workspace.cargo(&parts))?.is_success {
        bail!("bridge and agent could not be built; what cargo said is above");
    }
    let bridge = workspace.bridge_binary();
    let mut command = workspace.npm(&["run", "--silent", "pictures"]);
    command
        .env("RESEARCH_AGENT_BIN", bridge.with_file_name("research-agent"))
        .env("EVENT_BRIDGE_BIN", bridge)
        .env("CHROMIUM", setup::chromium()?);
    if !process::run_shown(&mut command)?.is_success {
        bail!("the pictures could not be taken; what the browser said is above");
    }
    println!("The pictures are in ui/pictures. Look at them before you commit them.");
    Ok(())
}

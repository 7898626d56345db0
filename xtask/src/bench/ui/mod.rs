//! `bench ui`: the page in a headless Chromium, on a real bridge and a real Redis, beside a page with a row for each event.
//!
//! Owns how it is run and which numbers stand in the table. What is measured, and how, is the business of `ui/bench`.

mod report;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::setup::{self, Part};
use crate::terminal;
use crate::workspace::Workspace;

/// Runs everything and returns the tables.
pub(super) fn run(workspace: &Workspace, is_quick: bool) -> Result<String> {
    let parts = [Part::Node, Part::UiPackages, Part::Redis, Part::Chromium];
    let missing = setup::prepare(workspace, &parts, false);
    if let Some(missing) = missing.first() {
        bail!("{} is missing: {}", missing.part.name(), missing.remedy);
    }
    println!("{}", terminal::bold("Building the bridge"));
    let mut build = workspace.cargo(&["build", "--release", "--package", "event-bridge"]);
    if !process::run_shown(&mut build)?.is_success {
        bail!("`{}` failed; its output is above", process::line_of(&build));
    }
    let out = workspace.target().join("bench/ui.json");
    fs::create_dir_all(workspace.target().join("bench"))?;
    // What a run before this one left must not pass for what this one found.
    if out.exists() {
        fs::remove_file(&out).with_context(|| format!("cannot remove {}", out.display()))?;
    }
    let mut command = workspace.npm(&["run", "--silent", "bench"]);
    command
        .env("EVENT_BRIDGE_BIN", workspace.target().join("release/event-bridge"))
        .env("CHROMIUM", setup::chromium()?)
        .env("UI_BENCH_QUICK", if is_quick { "1" } else { "0" })
        .env("UI_BENCH_OUT", &out);
    if !process::run_shown(&mut command)?.is_success {
        bail!("`{}` failed; its output is above", process::line_of(&command));
    }
    let numbers = fs::read_to_string(&out).with_context(|| format!("cannot read {}", out.display()))?;
    report::report(&numbers)
}

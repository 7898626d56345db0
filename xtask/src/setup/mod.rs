//! `cargo xtask setup`: what the tests need, what of it is missing, and how it gets here.
//!
//! Owns the order: look, say, then install. It never installs before it has said what it will run, and it never leaves a
//! service running that was not running before.

mod installer;
mod part;

use anyhow::{Result, bail};

use crate::terminal;
use crate::workspace::Workspace;
pub(crate) use part::{Part, chromium};

/// A part that is still missing after setup, with the line that installs it.
pub(crate) struct Missing {
    pub(crate) part: Part,
    /// What is wrong and what to do, in one line.
    pub(crate) remedy: String,
}

/// Looks for the parts, installs what is missing if it may, and tells what is missing still.
pub(crate) fn prepare(workspace: &Workspace, parts: &[Part], may_install: bool) -> Vec<Missing> {
    println!("{}", terminal::bold("What the checks need"));
    let missing = look(workspace, parts);
    if missing.is_empty() || !may_install {
        return missing;
    }
    if let Err(error) = installer::install(workspace, &missing) {
        // The checks that can do without it still run; those that cannot say so.
        println!("{} {error:#}", terminal::bad("installation failed:"));
    }
    println!("{}", terminal::bold("After the installation"));
    look(workspace, parts)
}

/// The command: prepares everything, and fails if something is missing at the end.
pub(crate) fn run(workspace: &Workspace, may_install: bool) -> Result<()> {
    let missing = prepare(workspace, Part::ALL, may_install);
    if missing.is_empty() {
        println!("Everything is here.");
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|missing| missing.part.name()).collect();
    bail!("missing: {}. The lines above say what installs each.", names.join(", "))
}

fn look(workspace: &Workspace, parts: &[Part]) -> Vec<Missing> {
    let mut missing = Vec::new();
    for &part in parts {
        match part.find(workspace) {
            Ok(found) => println!("  {} {:<14} {found}", terminal::good("ok"), part.name()),
            Err(fault) => {
                let remedy = format!("{fault:#}; {}", installer::remedy(part));
                println!("  {} {:<14} {remedy}", terminal::bad("--"), part.name());
                missing.push(Missing { part, remedy });
            }
        }
    }
    missing
}

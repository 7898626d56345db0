//! `cargo xtask soak`: what arrives of events while Redis, the way to it, or the publisher fails, again and again.
//!
//! Owns the time and the command line. What goes wrong, and what is promised, is the business of the program in
//! `xtask/benches/soak`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::setup::{self, Part};
use crate::workspace::Workspace;

const MANIFEST: &str = "xtask/benches/soak/Cargo.toml";

/// What is asked for.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask soak                             every fault, ten minutes in all
  cargo xtask soak --minutes 60 --seed 7       longer, with other moments
  cargo xtask soak --only kill,half-open       two faults of it
  cargo xtask soak --list                      the faults")]
pub(crate) struct Options {
    /// How long all faults take together, about; each strikes once at least.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// Chooses the moments and the strength of faults.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only these faults, with commas or spaces between them.
    #[arg(long, value_name = "FAULT", value_delimiter = ',', num_args = 1..)]
    only: Vec<String>,
    /// Print the faults and let none happen.
    #[arg(long, conflicts_with = "only")]
    list: bool,
}

/// Whether every promise was kept.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    let missing = setup::prepare(workspace, &[Part::Redis], false);
    if let Some(missing) = missing.first() {
        bail!("{} is missing: {}", missing.part.name(), missing.remedy);
    }
    let program = build(workspace)?.to_string_lossy().into_owned();
    let folder = workspace.target().join("soak");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let (time, seed) = ((options.minutes * 60).to_string(), options.seed.to_string());
    let mut arguments = vec!["list"];
    if !options.list {
        arguments = vec!["run", &time, &seed];
        arguments.extend(options.only.iter().map(String::as_str));
    }
    let mut command = workspace.command(&program, &arguments);
    // Data and spools lie there while it runs.
    command.env("TMPDIR", folder);
    Ok(process::run_shown(&mut command)?.is_success)
}

fn build(workspace: &Workspace) -> Result<PathBuf> {
    let target = workspace.target().join("bench/soak");
    // Not locked: our own crates may have come to need another.
    let mut command = workspace.cargo(&["build", "--release", "--manifest-path", MANIFEST]);
    command.env("CARGO_TARGET_DIR", &target);
    if !process::run_quiet(&mut command)?.is_success {
        bail!("`{}` failed; run it to see why", process::line_of(&command));
    }
    Ok(target.join("release/soak"))
}

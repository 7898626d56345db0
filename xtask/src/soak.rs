//! `cargo xtask soak`: what arrives of events while Redis, the way to it, or the publisher fails, again and again; and what
//! viewers are told while Redis, the bridge, or they themselves fail.
//!
//! Owns the time and the command line. What goes wrong, and what is promised, is the business of the program in
//! `xtask/benches/soak`, and for viewers of the bridge's own tests (`bridge/tests/chaos`), which run for longer here.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::setup::{self, Part};
use crate::workspace::Workspace;

const MANIFEST: &str = "xtask/benches/soak/Cargo.toml";
/// Among the faults, by name, all that befalls viewers; so many are there, and so many ways to fail share the time.
const VIEWERS: &str = "viewers";
const VIEWERS_COUNT: &str = "200";
const VIEWERS_TESTS: u64 = 6;
/// In less, not every fault would strike.
const MIN_SECONDS: u64 = 10;

/// What is asked for.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask soak                             every fault, ten minutes in all
  cargo xtask soak --minutes 60 --seed 7       longer, with other moments
  cargo xtask soak --only kill,half-open       two faults of it
  cargo xtask soak --only viewers              200 viewers, while everything fails
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
    let folder = workspace.target().join("soak");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let publishers: Vec<&str> = options
        .only
        .iter()
        .map(String::as_str)
        .filter(|name| *name != VIEWERS)
        .collect();
    let (has_publishers, has_viewers) = (
        options.only.is_empty() || !publishers.is_empty(),
        options.only.is_empty() || publishers.len() < options.only.len(),
    );
    let parts = u64::from(has_publishers) + u64::from(has_viewers);
    let seconds = options.minutes * 60 / parts.max(1);
    let mut is_kept = true;
    if has_publishers || options.list {
        is_kept &= publish(workspace, options, &publishers, seconds, &folder)?;
    }
    if options.list {
        println!(
            "{VIEWERS:14} bridge and Redis fail in all ways, while {VIEWERS_COUNT} viewers crawl, stall and break off"
        );
    } else if has_viewers {
        is_kept &= watch(workspace, options, seconds, &folder)?;
    }
    Ok(is_kept)
}

fn publish(workspace: &Workspace, options: &Options, only: &[&str], seconds: u64, folder: &Path) -> Result<bool> {
    let program = build(workspace)?.to_string_lossy().into_owned();
    let (time, seed) = (seconds.to_string(), options.seed.to_string());
    let mut arguments = vec!["list"];
    if !options.list {
        arguments = vec!["run", &time, &seed];
        arguments.extend(only);
    }
    let mut command = workspace.command(&program, &arguments);
    // Data and spools lie there while it runs.
    command.env("TMPDIR", folder);
    Ok(process::run_shown(&mut command)?.is_success)
}

/// One test after the other, each for its part of the time.
fn watch(workspace: &Workspace, options: &Options, seconds: u64, folder: &Path) -> Result<bool> {
    let seconds = (seconds / VIEWERS_TESTS).max(MIN_SECONDS);
    let mut command = workspace.cargo(&["test", "-p", "event-bridge", "--test", "chaos", "--"]);
    command.args(["--test-threads", "1", "--nocapture"]);
    command
        .env("CHAOS_SECONDS", seconds.to_string())
        .env("CHAOS_VIEWERS", VIEWERS_COUNT)
        .env("CHAOS_SEED", options.seed.to_string())
        .env("TMPDIR", folder);
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

//! The program of `xtask/benches/bridge`: built, and run once for each measurement.
//!
//! Owns its command line and what it prints. It puts no two numbers beside each other.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Result, bail};

use super::peers::Peers;
use crate::bench::printed::{number, words};
use crate::process;
use crate::workspace::Workspace;

const MANIFEST: &str = "xtask/benches/bridge/Cargo.toml";

/// See the module's description.
pub(super) struct Program<'a> {
    workspace: &'a Workspace,
    path: PathBuf,
    peers: PathBuf,
}

impl<'a> Program<'a> {
    pub(super) fn build(workspace: &'a Workspace, peers: &Peers) -> Result<Self> {
        let target = workspace.target().join("bench/bridge");
        // Not locked: our own crates may have come to need another.
        let mut command = workspace.cargo(&["build", "--release", "--manifest-path", MANIFEST]);
        command.env("CARGO_TARGET_DIR", &target);
        if !process::run_shown(&mut command)?.is_success {
            bail!("`{}` failed; its output is above", process::line_of(&command));
        }
        Ok(Self {
            workspace,
            path: target.join("release/bridge"),
            peers: peers.folder.clone(),
        })
    }

    /// What one measurement printed.
    pub(super) fn ask<const COUNT: usize>(&self, what: &[&str], numbers: &[u64]) -> Result<[f64; COUNT]> {
        self.read(what, numbers)
    }

    /// The same, of what has no fractions.
    pub(super) fn whole<const COUNT: usize>(&self, what: &[&str], numbers: &[u64]) -> Result<[u64; COUNT]> {
        self.read(what, numbers)
    }

    fn read<T, const COUNT: usize>(&self, what: &[&str], numbers: &[u64]) -> Result<[T; COUNT]>
    where
        T: FromStr<Err: std::error::Error + Send + Sync + 'static> + Copy + Default,
    {
        let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let arguments: Vec<&str> = what.iter().copied().chain(numbers.iter().map(String::as_str)).collect();
        let mut command = self.workspace.command(&self.path.to_string_lossy(), &arguments);
        command.env("PEERS", &self.peers);
        let finished = process::run_quiet(&mut command)?;
        if !finished.is_success {
            bail!("`{}` failed: {}", process::line_of(&command), finished.output.trim());
        }
        // Servers speak on the same terminal.
        let printed = finished.output.lines().last().unwrap_or_default();
        let mut read = [T::default(); COUNT];
        for (place, word) in read.iter_mut().zip(words::<COUNT>(printed)?) {
            *place = number(word)?;
        }
        Ok(read)
    }
}

//! The program of `xtask/benches/publish`: built, and run once for each number.
//!
//! Owns its command line and what it prints. It puts no two numbers beside each other.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::bench::printed::{number, words};
use crate::process;
use crate::workspace::Workspace;

const MANIFEST: &str = "xtask/benches/publish/Cargo.toml";

/// One run of a publisher.
pub(super) struct Rate {
    pub(super) per_second: f64,
    /// Share of Redis' core.
    pub(super) busy: f64,
}

/// Nanoseconds of one call.
pub(super) struct Latency {
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) p999: f64,
    pub(super) longest: f64,
}

/// See the module's description.
pub(super) struct Program<'a> {
    workspace: &'a Workspace,
    path: PathBuf,
    /// Which Python it is to run.
    python: Option<PathBuf>,
}

impl<'a> Program<'a> {
    pub(super) fn build(workspace: &'a Workspace, python: Option<&Path>) -> Result<Self> {
        let target = workspace.target().join("bench/publish");
        // Not locked: our own crates may have come to need another. The versions of peers stay as they are.
        let mut command = workspace.cargo(&["build", "--release", "--manifest-path", MANIFEST]);
        command.env("CARGO_TARGET_DIR", &target);
        if !process::run_shown(&mut command)?.is_success {
            bail!("`{}` failed; its output is above", process::line_of(&command));
        }
        Ok(Self {
            workspace,
            path: target.join("release/publish"),
            python: python.map(Path::to_owned),
        })
    }

    pub(super) fn rate(&self, publisher: &str, events: u64, maxlen: u64) -> Result<Rate> {
        let printed = self.ask(&["rate", publisher, &events.to_string(), &maxlen.to_string()])?;
        let [per_second, busy] = words(&printed)?;
        Ok(Rate {
            per_second: number(per_second)?,
            busy: number(busy)?,
        })
    }

    pub(super) fn latency(&self, events: u64) -> Result<Latency> {
        let printed = self.ask(&["latency", &events.to_string()])?;
        let [p50, p99, p999, longest] = words(&printed)?;
        Ok(Latency {
            p50: number(p50)?,
            p99: number(p99)?,
            p999: number(p999)?,
            longest: number(longest)?,
        })
    }

    /// KiB of the publishing process: before a million events, after a tenth of them, after all.
    pub(super) fn million(&self, maxlen: u64) -> Result<[u64; 3]> {
        let printed = self.ask(&["million", &maxlen.to_string()])?;
        let [before, tenth, after] = words(&printed)?;
        Ok([number(before)?, number(tenth)?, number(after)?])
    }

    /// Events in a full queue, and the KiB that they take.
    pub(super) fn full(&self) -> Result<(u64, u64)> {
        let printed = self.ask(&["full"])?;
        let [queued, grown] = words(&printed)?;
        Ok((number(queued)?, number(grown)?))
    }

    pub(super) fn event_bytes(&self) -> Result<u64> {
        number(&self.ask(&["bytes"])?)
    }

    /// What it prints last: the bus speaks on the same terminal.
    fn ask(&self, arguments: &[&str]) -> Result<String> {
        let mut command = self.workspace.command(&self.path.to_string_lossy(), arguments);
        if let Some(python) = &self.python {
            command.env("PYTHON", python);
        }
        let finished = process::run_quiet(&mut command)?;
        if !finished.is_success {
            bail!("`{}` failed: {}", process::line_of(&command), finished.output.trim());
        }
        Ok(finished.output.lines().last().unwrap_or_default().to_owned())
    }
}

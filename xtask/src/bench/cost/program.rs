//! The programs of `xtask/benches/cost`: built, asked what there is to measure, and run.
//!
//! Owns their command lines and what they print. It puts no two numbers beside each other.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// Sync or async.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Sync,
    Async,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sync => "sync",
            Self::Async => "async",
        })
    }
}

/// What an attribute adds in bytes, as the program prints it.
pub(super) struct Sizes {
    pub(super) name: String,
    pub(super) future: u64,
    pub(super) future_by_value: u64,
    pub(super) stack: u64,
    pub(super) evaluation: u64,
}

/// One build of the package.
pub(super) struct Program {
    folder: PathBuf,
    /// Built with `--cfg emits_off`.
    is_off: bool,
}

impl Program {
    /// With every peer.
    pub(super) fn build(workspace: &Workspace) -> Result<Self> {
        Self::built_as(workspace, "bench/cost", "release", |command| {
            command.arg("--release");
        })
    }

    /// The bytes of every peer alone, not optimised: there frames are not merged.
    pub(super) fn build_debug(workspace: &Workspace) -> Result<Self> {
        Self::built_as(workspace, "bench/cost", "debug", |command| {
            command.args(["--bin", "sizes"]);
        })
    }

    /// Our calls alone, compiled out.
    pub(super) fn build_off(workspace: &Workspace) -> Result<Self> {
        let off = Self::built_as(workspace, "bench/cost-off", "release", |command| {
            command.args(["--release", "--no-default-features"]);
            command.env("RUSTFLAGS", "--cfg emits_off");
        })?;
        Ok(Self { is_off: true, ..off })
    }

    fn built_as(workspace: &Workspace, target: &str, profile: &str, ask: impl FnOnce(&mut Command)) -> Result<Self> {
        let target = workspace.target().join(target);
        // Not locked: our own crates may have come to need another. The versions of peers stay as they are.
        let mut command = workspace.cargo(&["build", "--manifest-path", MANIFEST]);
        command.env("CARGO_TARGET_DIR", &target);
        ask(&mut command);
        if !process::run_shown(&mut command)?.is_success {
            bail!("`{}` failed; its output is above", process::line_of(&command));
        }
        Ok(Self {
            folder: target.join(profile),
            is_off: false,
        })
    }

    /// The cases that concern this build.
    pub(super) fn cases(&self, workspace: &Workspace) -> Result<Vec<(String, Form)>> {
        let printed = self.ask(workspace, "calls", &[])?;
        let cases = printed.lines().map(|line| match line.split_once(' ') {
            Some((name, "sync")) => Ok((name.to_owned(), Form::Sync)),
            Some((name, "async")) => Ok((name.to_owned(), Form::Async)),
            _ => bail!("`calls` printed {line:?} where a case was expected"),
        });
        let cases: Vec<_> = cases.collect::<Result<_>>()?;
        Ok(cases
            .into_iter()
            .filter(|(name, _)| !self.is_off || name == "emits-off")
            .collect())
    }

    /// The row of the table that a case is.
    pub(super) fn row(&self, name: &str) -> String {
        if self.is_off {
            "emits-compiled-out".to_owned()
        } else {
            name.to_owned()
        }
    }

    pub(super) fn calls(&self) -> PathBuf {
        self.folder.join("calls")
    }

    /// The median burst of one process, per call.
    pub(super) fn nanoseconds(&self, workspace: &Workspace, name: &str, form: Form, bursts: usize) -> Result<f64> {
        number(&self.ask(
            workspace,
            "calls",
            &[name, &form.to_string(), "ns", &bursts.to_string()],
        )?)
    }

    /// Per call, on the calling thread.
    pub(super) fn allocations(&self, workspace: &Workspace, name: &str, form: Form) -> Result<f64> {
        number(&self.ask(workspace, "allocations", &[name, &form.to_string()])?)
    }

    pub(super) fn sizes(&self, workspace: &Workspace) -> Result<Vec<Sizes>> {
        let printed = self.ask(workspace, "sizes", &[])?;
        let sizes = printed.lines().map(|line| {
            let words: Vec<_> = line.split(' ').collect();
            let [name, future, future_by_value, stack, evaluation] = words.as_slice() else {
                bail!("`sizes` printed {line:?} where a name and four numbers were expected");
            };
            Ok(Sizes {
                name: (*name).to_owned(),
                future: number(future)?,
                future_by_value: number(future_by_value)?,
                stack: number(stack)?,
                evaluation: number(evaluation)?,
            })
        });
        sizes.collect()
    }

    fn ask(&self, workspace: &Workspace, program: &str, arguments: &[&str]) -> Result<String> {
        let mut command = workspace.command(&self.folder.join(program).to_string_lossy(), arguments);
        let finished = process::run_quiet(&mut command)?;
        if !finished.is_success {
            bail!("`{}` failed: {}", process::line_of(&command), finished.output.trim());
        }
        Ok(finished.output)
    }
}

const MANIFEST: &str = "xtask/benches/cost/Cargo.toml";

fn number<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(text: &str) -> Result<T> {
    text.trim()
        .parse()
        .with_context(|| format!("{text:?} is not the number that was expected"))
}

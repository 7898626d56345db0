//! Builds of a copy, with its tests and examples, and runs of its tests.
//!
//! Owns cargo's command lines and the reading of its messages
//! (<https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>). Every run has a deadline.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::copy::Sources;
use super::diagnostics::Diagnostic;
use super::{outcomes, probe};
use crate::process;
use crate::workspace::Workspace;

/// No symbols, for speed; and the library optimised, since hot loops publish millions of events.
const CONFIG: &[&str] = &[
    "profile.dev.debug=0",
    "profile.dev.incremental=false",
    "profile.dev.package.event-core.opt-level=2",
    "profile.dev.package.transparency-probe.opt-level=2",
];

/// Tests with random values, on either side: each try is a hot loop of its own, and a few say as much here as many.
const RANDOM_TRIES: &[(&str, &str)] = &[("QUICKCHECK_TESTS", "10"), ("PROPTEST_CASES", "16")];

/// Where builds happen.
pub(crate) struct Bench<'a> {
    pub(crate) workspace: &'a Workspace,
    /// Where the target folders are: one for the copies of each kind, so that dependencies are built once for it. The
    /// copies of a crate may not share one: to cargo, two packages of one name at the root of their workspaces are the
    /// same, and what is older than the last build is not built.
    pub(crate) targets: PathBuf,
    pub(crate) features: &'static [&'static str],
    /// Tests that are not run.
    pub(crate) exhaustive: &'static [&'static str],
    pub(crate) deadline: Instant,
}

/// What a build left and said.
#[derive(Default)]
pub(crate) struct Build {
    pub(crate) is_success: bool,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What cargo said itself.
    pub(crate) words: String,
    artifacts: Vec<Artifact>,
    /// What cargo and the build script have set, as `--cfg` takes it.
    pub(crate) cfgs: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-message")]
    Said {
        manifest_path: PathBuf,
        message: Diagnostic,
    },
    #[serde(rename = "compiler-artifact")]
    Made(Artifact),
    #[serde(rename = "build-script-executed")]
    Configured { package_id: String, cfgs: Vec<String> },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Artifact {
    manifest_path: PathBuf,
    target: Target,
    filenames: Vec<PathBuf>,
    features: Vec<String>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: PathBuf,
}

impl Bench<'_> {
    /// Builds everything of the copy in `folder` but its benchmarks.
    pub(crate) fn build(&self, folder: &Path) -> Result<Build> {
        let arguments = ["--no-run", "--tests", "--examples", "--message-format=json"];
        let finished = process::run_within(&mut self.cargo_test(folder, &arguments), self.left()?)?;
        let mut build = Build {
            is_success: finished.is_success,
            ..Build::default()
        };
        for line in finished.output.lines() {
            if line.starts_with('{') {
                let message =
                    serde_json::from_str(line).context("a message of cargo has another shape than we know")?;
                build.take(message, folder);
            } else {
                build.words.push_str(line);
                build.words.push('\n');
            }
        }
        Ok(build)
    }

    /// Runs the tests of a copy that was built; with `report`, on a bus that reports there.
    pub(crate) fn test(&self, folder: &Path, report: Option<&Path>) -> Result<outcomes::Outcomes> {
        let mut command = self.cargo_test(folder, &["--tests", "--no-fail-fast"]);
        command.env_remove(probe::VARIABLE);
        if let Some(report) = report {
            if report.exists() {
                fs::remove_file(report).with_context(|| format!("cannot remove {}", report.display()))?;
            }
            command.env(probe::VARIABLE, report);
        }
        command.arg("--");
        command.args(self.exhaustive.iter().flat_map(|test| ["--skip", test]));
        let finished = process::run_within(&mut command, self.left()?)?;
        Ok(outcomes::read(&finished.output))
    }

    fn cargo_test(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = self.workspace.command("cargo", &["test"]);
        command.args(arguments).current_dir(folder);
        for setting in CONFIG {
            command.args(["--config", setting]);
        }
        if !self.features.is_empty() {
            command.args(["--features", &self.features.join(",")]);
        }
        // Ours would be read by tests that run cargo or look for their own folder.
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("CARGO_") && name != "CARGO_HOME" {
                command.env_remove(name);
            }
        }
        for (name, tries) in RANDOM_TRIES {
            command.env(name, tries);
        }
        command
            .env(
                "CARGO_TARGET_DIR",
                self.targets.join(folder.file_name().unwrap_or_default()),
            )
            .env("CARGO_TERM_COLOR", "never");
        command
    }

    fn left(&self) -> Result<std::time::Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            bail!("its time is over; `--minutes` gives it more");
        }
        Ok(left)
    }
}

impl Build {
    fn take(&mut self, message: Message, folder: &Path) {
        let is_ours = |manifest: &Path| manifest.parent() == Some(folder);
        match message {
            Message::Said { manifest_path, message } if is_ours(&manifest_path) => {
                self.diagnostics.push(message);
            }
            Message::Made(artifact) if is_ours(&artifact.manifest_path) => {
                self.cfgs
                    .extend(artifact.features.iter().map(|name| format!("feature={name:?}")));
                self.artifacts.push(artifact);
            }
            Message::Configured { package_id, cfgs } if package_id.contains(&*folder.to_string_lossy()) => {
                self.cfgs.extend(cfgs);
            }
            _ => {}
        }
    }

    pub(crate) fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error())
    }

    /// The files that the compiler read, by the lists it leaves beside what it makes.
    pub(crate) fn sources(&self, folder: &Path) -> Result<Sources> {
        let (mut files, mut roots) = (BTreeSet::new(), BTreeSet::new());
        // A build script runs at build time, where nobody watches.
        let built = self
            .artifacts
            .iter()
            .filter(|artifact| artifact.target.kind != ["custom-build"]);
        for artifact in built {
            roots.extend(artifact.target.src_path.strip_prefix(folder).map(Path::to_path_buf));
            for list in artifact.filenames.iter().filter_map(|file| dependency_list(file)) {
                let inside = list.into_iter().filter_map(|file| match file.strip_prefix(folder) {
                    Ok(inside) => Some(inside.to_path_buf()),
                    Err(_) => file.is_relative().then_some(file),
                });
                files.extend(inside.filter(|file| file.extension().is_some_and(|ending| ending == "rs")));
            }
        }
        if !roots.is_subset(&files) {
            bail!(
                "{}: the compiler's lists of files lack the crate roots {roots:?}",
                folder.display()
            );
        }
        Ok(Sources {
            files: files.into_iter().collect(),
            roots: roots.into_iter().collect(),
            is_edition_2015: false,
        })
    }
}

/// The sources behind a file in `deps`: `libx-1234.rmeta` and `x-1234` have theirs in `x-1234.d`.
fn dependency_list(artifact: &Path) -> Option<Vec<PathBuf>> {
    let stem = artifact.file_stem()?.to_str()?;
    let candidates = [stem, stem.strip_prefix("lib").unwrap_or(stem)];
    let texts = candidates
        .iter()
        .filter_map(|stem| fs::read_to_string(artifact.with_file_name(format!("{stem}.d"))).ok());
    // `src/lib.rs:` on a line of its own is there for make alone, and names each source.
    let text = texts.into_iter().next()?;
    Some(
        text.lines()
            .filter_map(|line| line.strip_suffix(':'))
            .map(PathBuf::from)
            .collect(),
    )
}

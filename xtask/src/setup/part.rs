//! The parts the checks need, and how each is found.
//!
//! Owns the list and the least versions. It only looks: installing is `installer`'s.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process;
use crate::version::Version;
use crate::workspace::Workspace;

/// The oldest Redis whose streams have what the log uses (`XRANGE` with exclusive bounds came with 6.2).
const REDIS_MINIMUM: Version = Version::new(6, 2);

/// The oldest valgrind that reads the debug information of today's rustc (DWARF 5).
const VALGRIND_MINIMUM: Version = Version::new(3, 18);

/// Any curl of the last ten years.
const CURL_MINIMUM: Version = Version::new(7, 50);

/// The oldest Python that the example's package supports.
const PYTHON_MINIMUM: Version = Version::new(3, 9);

/// Where browsers are when they are not on the PATH.
const BROWSERS: &[&str] = &[
    "/usr/bin/chromium",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Something on this machine that a check cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// rustfmt and clippy, which minimal toolchains lack.
    RustTools,
    /// `redis-server`: every integration test starts its own.
    Redis,
    /// Node.js with npm: the UI's tests and build.
    Node,
    /// The UI's packages, as its lock file has them.
    UiPackages,
    /// A Chromium: the browser tests.
    Chromium,
    /// curl, which the documentation's examples use.
    Curl,
    /// A Python that can make environments, for the documentation's example in it.
    Python,
    /// What that example imports, in an environment below `target`.
    PythonPackages,
    /// valgrind, which counts instructions: a benchmark needs it, no test does.
    Valgrind,
}

impl Part {
    /// Every part that a test needs, in the order in which they are looked for and installed.
    pub(crate) const ALL: &'static [Self] = &[
        Self::RustTools,
        Self::Redis,
        Self::Node,
        Self::UiPackages,
        Self::Chromium,
        Self::Curl,
        Self::Python,
        Self::PythonPackages,
    ];

    /// The name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RustTools => "rustfmt+clippy",
            Self::Redis => "redis-server",
            Self::Node => "node",
            Self::UiPackages => "ui packages",
            Self::Chromium => "chromium",
            Self::Curl => "curl",
            Self::Python => "python",
            Self::PythonPackages => "python packages",
            Self::Valgrind => "valgrind",
        }
    }

    /// What there is, in a few words, or what is wrong.
    pub(crate) fn find(self, workspace: &Workspace) -> Result<String> {
        match self {
            Self::RustTools => rust_tools(workspace),
            Self::Redis => at_least("redis-server", &["--version"], REDIS_MINIMUM),
            Self::Node => node(workspace),
            Self::UiPackages => ui_packages(&workspace.path("ui")),
            Self::Chromium => chromium().and_then(|path| chromium_version(&path)),
            Self::Curl => at_least("curl", &["--version"], CURL_MINIMUM),
            Self::Python => python(),
            Self::PythonPackages => python_packages(workspace),
            Self::Valgrind => at_least("valgrind", &["--version"], VALGRIND_MINIMUM),
        }
    }
}

/// The browser of the browser tests: the environment's choice, else where they usually are.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("CHROMIUM") {
        let chosen = PathBuf::from(chosen);
        ensure!(
            chosen.is_file(),
            "CHROMIUM: there is no program at {}",
            chosen.display()
        );
        return Ok(chosen);
    }
    let browser = BROWSERS.iter().map(PathBuf::from).find(|path| path.is_file());
    browser
        .or_else(|| on_path("chromium"))
        .context("no chromium in the usual places, and CHROMIUM is not set")
}

/// Where the PATH has a program.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

fn chromium_version(path: &Path) -> Result<String> {
    let printed = process::stdout_of(Command::new(path).arg("--version"))?;
    Ok(format!("{} ({})", printed.trim(), path.display()))
}

fn rust_tools(workspace: &Workspace) -> Result<String> {
    let rustfmt = process::stdout_of(&mut workspace.command("cargo", &["fmt", "--version"]))?;
    let clippy = process::stdout_of(&mut workspace.command("cargo", &["clippy", "--version"]))?;
    Ok(format!("{}, {}", rustfmt.trim(), clippy.trim()))
}

fn node(workspace: &Workspace) -> Result<String> {
    let node = at_least("node", &["--version"], node_minimum(workspace)?)?;
    let npm = process::stdout_of(Command::new("npm").arg("--version"))?;
    Ok(format!("{node}, npm {}", npm.trim()))
}

/// The UI's manifest says which Node.js it needs; saying it here again would be one place too many.
fn node_minimum(workspace: &Workspace) -> Result<Version> {
    let path = workspace.path("ui/package.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let manifest: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
    let engine = manifest["engines"]["node"].as_str().unwrap_or_default();
    Version::first_in(engine).with_context(|| format!("{}: engines.node names no version", path.display()))
}

fn at_least(program: &str, arguments: &[&str], minimum: Version) -> Result<String> {
    ensure!(on_path(program).is_some(), "{program} is not on the PATH");
    let printed = process::stdout_of(Command::new(program).args(arguments))?;
    let Some(version) = Version::first_in(&printed) else {
        bail!("{program} prints no version: {}", printed.trim());
    };
    ensure!(version >= minimum, "{program} {version} is older than {minimum}");
    Ok(format!("{program} {version}"))
}

fn python() -> Result<String> {
    let found = at_least("python3", &["--version"], PYTHON_MINIMUM)?;
    // Debian has what makes environments in a package of its own.
    process::stdout_of(Command::new("python3").args(["-c", "import ensurepip, venv"]))
        .context("python3 can't make environments")?;
    Ok(found)
}

/// The program of the environment has every package of the list in its version.
fn python_packages(workspace: &Workspace) -> Result<String> {
    let python = workspace.python();
    ensure!(python.is_file(), "{} is not there", python.display());
    let list = workspace.python_requirements();
    let text = std::fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let installed = process::stdout_of(Command::new(&python).args(["-m", "pip", "freeze"]))?;
    for wanted in text.lines().filter(|line| !line.starts_with('#')) {
        ensure!(
            installed.lines().any(|line| line == wanted),
            "{} lacks {wanted}",
            python.display()
        );
    }
    Ok("as requirements.txt has them".to_owned())
}

/// Installed packages are current if npm wrote its own record of them after the lock file last changed.
fn ui_packages(ui: &Path) -> Result<String> {
    let lock = ui.join("package-lock.json");
    let record = ui.join("node_modules").join(".package-lock.json");
    let wanted = modified(&lock)?;
    ensure!(record.is_file(), "{} is not there", ui.join("node_modules").display());
    ensure!(
        modified(&record)? >= wanted,
        "{} is newer than node_modules",
        lock.display()
    );
    Ok("as package-lock.json has them".to_owned())
}

fn modified(path: &Path) -> Result<std::time::SystemTime> {
    let about = path
        .metadata()
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(about.modified()?)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::time::{Duration, SystemTime};

    use super::ui_packages;

    #[test]
    fn packages_older_than_the_lock_file_are_stale() {
        let ui = tempfile::tempdir().unwrap();
        let lock = File::create(ui.path().join("package-lock.json")).unwrap();
        assert!(ui_packages(ui.path()).is_err(), "no node_modules at all");

        fs::create_dir(ui.path().join("node_modules")).unwrap();
        let record = File::create(ui.path().join("node_modules/.package-lock.json")).unwrap();
        let now = SystemTime::now();
        record.set_modified(now).unwrap();
        lock.set_modified(now - Duration::from_secs(60)).unwrap();
        assert!(ui_packages(ui.path()).is_ok());

        lock.set_modified(now + Duration::from_secs(60)).unwrap();
        assert!(
            ui_packages(ui.path())
                .unwrap_err()
                .to_string()
                .contains("newer than node_modules")
        );
    }
}

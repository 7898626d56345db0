//! How missing parts are installed: apt-get on Debian and its kin, brew on macOS, rustup and npm everywhere.
//!
//! Owns the names of packages and the right to install. It never asks for a password (`sudo -n`), and it stops a Redis
//! service that an installation started: the tests start their own servers.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::part::on_path;
use super::{Missing, Part};
use crate::process;
use crate::terminal;
use crate::workspace::Workspace;

/// Where a Redis service listens unless told otherwise.
const REDIS_PORT: u16 = 6379;

/// What installs system packages here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packager {
    Apt,
    Brew,
}

impl Packager {
    fn here() -> Option<Self> {
        if on_path("apt-get").is_some() {
            Some(Self::Apt)
        } else {
            on_path("brew").map(|_| Self::Brew)
        }
    }

    /// The arguments that install a part, if it is a system package and ours to install.
    fn packages(self, part: Part) -> Option<&'static [&'static str]> {
        match (self, part) {
            (Self::Apt, Part::Redis) => Some(&["redis-server"]),
            (Self::Apt, Part::Chromium) => Some(&["chromium"]),
            (Self::Apt, Part::Valgrind) => Some(&["valgrind"]),
            (Self::Apt | Self::Brew, Part::Curl) => Some(&["curl"]),
            (Self::Apt, Part::Python) => Some(&["python3-venv"]),
            (Self::Brew, Part::Python) => Some(&["python"]),
            (Self::Brew, Part::Redis) => Some(&["redis"]),
            // The cask of Chromium is deprecated: macOS refuses to open what it installs.
            (Self::Brew, Part::Chromium) => Some(&["--cask", "google-chrome"]),
            _ => None,
        }
    }

    /// The commands that install packages, without the right to.
    fn lines(self, packages: &[&str]) -> Vec<Vec<String>> {
        let line = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        match self {
            Self::Apt => {
                let mut install = line(&["apt-get", "install", "--yes", "--no-install-recommends"]);
                install.extend(line(packages));
                vec![line(&["apt-get", "update"]), install]
            }
            Self::Brew => {
                let mut install = line(&["brew", "install"]);
                install.extend(line(packages));
                vec![install]
            }
        }
    }
}

/// What a reader has to type to get a part.
pub(super) fn remedy(part: Part) -> String {
    match part {
        Part::RustTools => "run: rustup component add rustfmt clippy".to_owned(),
        Part::UiPackages => "run: npm --prefix ui ci --ignore-scripts".to_owned(),
        Part::PythonPackages => "run: python3 -m venv target/python && target/python/bin/pip install -r \
                                 ui/e2e/requirements.txt"
            .to_owned(),
        Part::Node => "install it with npm, in that version or a newer one (https://nodejs.org/en/download): which \
                       Node.js is yours to choose"
            .to_owned(),
        Part::Chromium if std::env::var_os("CHROMIUM").is_some() => {
            "set CHROMIUM to the program of a Chromium or Chrome, or unset it".to_owned()
        }
        Part::Valgrind if Packager::here() != Some(Packager::Apt) => {
            "install it with your system's packages (https://valgrind.org): it runs on Linux, not on today's macOS"
                .to_owned()
        }
        Part::Redis | Part::Chromium | Part::Valgrind | Part::Curl | Part::Python => match Packager::here() {
            Some(packager) => {
                let lines = packager.lines(packager.packages(part).unwrap_or_default());
                let sudo = if packager == Packager::Apt { "sudo " } else { "" };
                let typed: Vec<_> = lines.iter().map(|line| format!("{sudo}{}", line.join(" "))).collect();
                format!("run: {}", typed.join(" && "))
            }
            None => format!(
                "install {} by hand: there is neither apt-get nor brew here",
                part.name()
            ),
        },
    }
}

/// Installs what is missing; says each command before it runs.
pub(super) fn install(workspace: &Workspace, missing: &[Missing]) -> Result<()> {
    let is_missing = |part| missing.iter().any(|missing| missing.part == part);
    let mut commands = Vec::new();
    if is_missing(Part::RustTools) {
        commands.push(workspace.command("rustup", &["component", "add", "rustfmt", "clippy"]));
    }
    commands.extend(system_commands(missing)?);
    // npm ci cannot run without npm; the report says what to do about that.
    if is_missing(Part::UiPackages) && !is_missing(Part::Node) {
        commands.push(workspace.npm(&["ci", "--ignore-scripts", "--no-fund", "--no-audit"]));
    }
    if is_missing(Part::PythonPackages) {
        commands.extend(python_commands(workspace));
    }
    println!("{}", terminal::bold("Will run"));
    for command in &commands {
        println!("  {}", process::line_of(command));
    }
    let had_redis = is_redis_listening();
    for mut command in commands {
        println!("{}", terminal::bold(&format!("$ {}", process::line_of(&command))));
        if !process::run_shown(&mut command)?.is_success {
            bail!("`{}` failed; its output is above", process::line_of(&command));
        }
    }
    if is_missing(Part::Redis) && !had_redis && is_redis_listening() {
        stop_redis_service()?;
    }
    Ok(())
}

/// An environment below `target`, so that nothing of the user's Python changes.
fn python_commands(workspace: &Workspace) -> [Command; 2] {
    let python = workspace.python();
    let mut make = Command::new("python3");
    make.args(["-m", "venv"]);
    make.arg(python.ancestors().nth(2).unwrap_or(&python));
    let mut fill = Command::new(&python);
    fill.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ]);
    fill.arg(workspace.python_requirements());
    [make, fill]
}

/// The system packages' commands, with the right to run them.
fn system_commands(missing: &[Missing]) -> Result<Vec<Command>> {
    let Some(packager) = Packager::here() else {
        return Ok(Vec::new());
    };
    let parts = missing.iter().map(|missing| missing.part);
    // A CHROMIUM that names nothing is the user's to correct: a package would not be looked at.
    let parts = parts.filter(|&part| part != Part::Chromium || std::env::var_os("CHROMIUM").is_none());
    let wanted: Vec<_> = parts.filter_map(|part| packager.packages(part)).collect();
    let lines = match packager {
        Packager::Apt if wanted.is_empty() => Vec::new(),
        Packager::Apt => packager.lines(&wanted.concat()),
        // brew takes formulae and casks apart.
        Packager::Brew => wanted.iter().flat_map(|packages| packager.lines(packages)).collect(),
    };
    lines.iter().map(|line| privileged(packager, line)).collect()
}

/// A command that may install: as it is for brew and for root, else through a sudo that asks nothing.
fn privileged(packager: Packager, line: &[String]) -> Result<Command> {
    let words: Vec<&str> = line.iter().map(String::as_str).collect();
    if packager == Packager::Brew {
        return Ok(program(&words));
    }
    let mut command = if rustix::process::geteuid().is_root() {
        program(&words)
    } else if process::run_quiet(&mut program(&["sudo", "-n", "true"])).is_ok_and(|tried| tried.is_success) {
        program(&[&["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"], words.as_slice()].concat())
    } else {
        bail!(
            "`{}` needs root, and sudo would ask for a password: run it yourself, then try again",
            line.join(" ")
        );
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}

fn program(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

fn is_redis_listening() -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, REDIS_PORT));
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}

/// Debian starts a service when its package is installed; whoever runs tests has not asked for one.
fn stop_redis_service() -> Result<()> {
    let line: &[&str] = if Path::new("/run/systemd/system").is_dir() {
        &["systemctl", "disable", "--now", "redis-server"]
    } else {
        &["service", "redis-server", "stop"]
    };
    let line: Vec<String> = line.iter().map(|&word| word.to_owned()).collect();
    println!(
        "The installation started a Redis service; stopping it: {}",
        line.join(" ")
    );
    let mut command = privileged(Packager::Apt, &line)?;
    if !process::run_shown(&mut command)?.is_success || is_redis_listening() {
        println!("It still listens on port {REDIS_PORT}. The tests do not mind; stop it if you do.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_lists_are_fetched_before_anything_is_installed() {
        let packages = Packager::Apt.packages(Part::Redis).unwrap();
        let lines: Vec<_> = Packager::Apt
            .lines(packages)
            .iter()
            .map(|line| line.join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "apt-get update",
                "apt-get install --yes --no-install-recommends redis-server"
            ]
        );
    }

    #[test]
    fn node_is_never_ours_to_install() {
        assert_eq!(Packager::Apt.packages(Part::Node), None);
        assert_eq!(Packager::Brew.packages(Part::Node), None);
    }

    #[test]
    fn a_remedy_is_a_line_to_type() {
        assert!(remedy(Part::RustTools).ends_with("rustup component add rustfmt clippy"));
        assert!(remedy(Part::UiPackages).ends_with("ci --ignore-scripts"));
    }
}

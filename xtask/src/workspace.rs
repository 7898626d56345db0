//! Where things are in the checkout, and the commands every step starts from.
//!
//! Owns the paths. It starts nothing itself, and no other module spells out a folder of the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::terminal;

/// What a user's shell may hold that would point the tests at a real log.
const PRODUCT_VARIABLES: &[&str] = &[
    "REDIS_URL",
    "REDIS_HOST",
    "EVENT_STREAM",
    "EVENT_STREAM_MAXLEN",
    "EVENT_REDIS_CA",
    "EVENT_QUEUE_MAX_EVENTS",
    "EVENT_QUEUE_MAX_BYTES",
    "EVENT_MAX_BYTES",
    "EVENT_REDACT",
    "EVENT_STATS_INTERVAL",
    "EVENT_SPOOL",
    "EVENT_SPOOL_MAX_BYTES",
    "WS_PORT",
    "EVENT_BRIDGE_CONFIG",
    "EVENT_BRIDGE_TOKEN",
    "EVENT_BRIDGE_TOKEN_FILE",
];

/// What `cargo run` tells this program about itself. Build scripts that look at these (ring's) would be run anew, with all
/// that is built on them, whenever a step follows a cargo started by hand.
const OUR_PACKAGE: &[&str] = &[
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_LINKS",
    "CARGO_PKG_NAME",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
];

/// A checkout of the repository.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The checkout whose cargo runs us; for a binary started by hand, the one it was built in.
    pub(crate) fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().context("the folder of xtask has no parent")?;
        Ok(Self {
            root: root.to_path_buf(),
        })
    }

    /// The top of the checkout.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The Python of the documentation's example, in an environment of its own.
    pub(crate) fn python(&self) -> PathBuf {
        self.path("target/python/bin/python")
    }

    /// What that Python has to have.
    pub(crate) fn python_requirements(&self) -> PathBuf {
        self.path("ui/e2e/requirements.txt")
    }

    /// A path below the top.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A path as people write it: relative to the top where it lies below it.
    pub(crate) fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }

    /// A program that runs at the top of the checkout, out of reach of the user's own log.
    pub(crate) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.root);
        for variable in PRODUCT_VARIABLES {
            command.env_remove(variable);
        }
        command
    }

    /// `cargo`, the same one that runs us, in colour only where someone looks.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("cargo", arguments);
        for variable in OUR_PACKAGE {
            command.env_remove(variable);
        }
        if terminal::is_coloured() {
            command.env("CARGO_TERM_COLOR", "always");
        }
        command
    }

    /// `npm` on the package of the UI, so that its line can be typed from the top.
    pub(crate) fn npm(&self, arguments: &[&str]) -> Command {
        self.command("npm", &[&["--prefix", "ui"], arguments].concat())
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.path("target"), |folder| self.root.join(folder))
    }

    /// The bridge as `cargo build` leaves it.
    pub(crate) fn bridge_binary(&self) -> PathBuf {
        self.target().join("debug").join("event-bridge")
    }
}

//! The bridges of other people: their packages, below `target`.
//!
//! Owns where they lie. Where npm or Python is missing, or a registry cannot be reached, that peer is left out and the
//! report says so.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process;
use crate::workspace::Workspace;

const SOURCES: &str = "xtask/benches/bridge/peers";

/// See the module's description.
#[derive(Default)]
pub(super) struct Peers {
    pub(super) folder: PathBuf,
    pub(super) has_node: bool,
    pub(super) has_python: bool,
}

impl Peers {
    pub(super) fn install(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.target().join("bench/bridge/peers");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for source in fs::read_dir(workspace.path(SOURCES))? {
            let source = source?;
            fs::copy(source.path(), folder.join(source.file_name()))?;
        }
        let python = folder.join("venv/bin/python").to_string_lossy().into_owned();
        let runs = |program: &str, arguments: &[&str]| {
            let mut command = workspace.command(program, arguments);
            command.current_dir(&folder);
            process::run_quiet(&mut command).is_ok_and(|finished| finished.is_success)
        };
        let has_node = runs("npm", &["install", "--no-audit", "--no-fund", "--ignore-scripts"]);
        let has_python = runs("python3", &["-m", "venv", "venv"])
            && runs(&python, &["-m", "pip", "install", "-q", "-r", "requirements.txt"]);
        Ok(Self {
            folder,
            has_node,
            has_python,
        })
    }
}

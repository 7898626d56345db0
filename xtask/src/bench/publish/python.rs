//! A Python that has redis-py, which the guide publishes with: the machine's own, or one in a folder of ours.
//!
//! Owns that folder. It installs nothing anywhere else.

use std::path::{Path, PathBuf};

use crate::process;
use crate::terminal;
use crate::workspace::Workspace;

const FOLDER: &str = "bench/python";

/// Its program, or why there is none.
pub(super) fn with_redis_py(workspace: &Workspace) -> Result<PathBuf, String> {
    let own = PathBuf::from("python3");
    if has_redis_py(workspace, &own) {
        return Ok(own);
    }
    let folder = workspace.target().join(FOLDER);
    let python = folder.join("bin/python");
    if has_redis_py(workspace, &python) {
        return Ok(python);
    }
    let shown = workspace.shown(&folder);
    println!("{}", terminal::bold(&format!("Installing redis-py into {shown}")));
    let to = folder.to_string_lossy();
    run(workspace, &own, &["-m", "venv", &to]).map_err(|why| format!("{why}; install python3 with its venv"))?;
    run(workspace, &python, &["-m", "pip", "install", "--quiet", "redis"])?;
    Ok(python)
}

fn has_redis_py(workspace: &Workspace, python: &Path) -> bool {
    run(workspace, python, &["-c", "import redis"]).is_ok()
}

fn run(workspace: &Workspace, python: &Path, arguments: &[&str]) -> Result<(), String> {
    let mut command = workspace.command(&python.to_string_lossy(), arguments);
    let line = process::line_of(&command);
    match process::run_quiet(&mut command) {
        Ok(finished) if finished.is_success => Ok(()),
        Ok(finished) => Err(format!("`{line}` failed: {}", finished.output.trim())),
        Err(error) => Err(format!("`{line}` failed: {error}")),
    }
}

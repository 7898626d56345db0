//! Whether the research agent leaves the same bytes behind with events compiled out.
//!
//! Owns how it is built without them: a wrapper gives the flag to our own crates alone, so that what they depend on is not
//! compiled once more.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

const PROGRAM: &str = "research-agent";
const LEFT_BEHIND: [&str; 3] = ["report.md", "nodes.json", "summary.json"];
const WRAPPER: &str = "#!/bin/sh\nexec \"$@\" --cfg emits_off\n";

/// What differs, a line each.
pub(super) fn differences(workspace: &Workspace, folder: &Path) -> Result<Vec<String>> {
    let on = left_behind(workspace, folder, None)?;
    let wrapper = wrapper(folder)?;
    let off = left_behind(workspace, folder, Some(&wrapper))?;
    Ok(compare(&on, &off))
}

fn compare(on: &[Vec<u8>], off: &[Vec<u8>]) -> Vec<String> {
    let pairs = LEFT_BEHIND.iter().zip(on.iter().zip(off));
    pairs
        .filter(|(_, (on, off))| on != off || on.is_empty())
        .map(|(name, _)| format!("{name} of {PROGRAM} is not the same with events compiled out"))
        .collect()
}

/// Builds the agent and has it work, as fast as it can, with all that goes wrong in the demo.
fn left_behind(workspace: &Workspace, folder: &Path, wrapper: Option<&Path>) -> Result<Vec<Vec<u8>>> {
    let mut build = workspace.cargo(&["build", "--workspace", "--all-features", "--bin", PROGRAM]);
    if let Some(wrapper) = wrapper {
        build.env("RUSTC_WORKSPACE_WRAPPER", wrapper);
    }
    if !process::run_shown(&mut build)?.is_success {
        bail!("`{}` failed", process::line_of(&build));
    }
    let out = folder.join(if wrapper.is_some() { "agent-off" } else { "agent-on" });
    let program = workspace.target().join("debug").join(PROGRAM);
    let (program, to) = (program.to_string_lossy(), out.to_string_lossy());
    process::stdout_of(&mut workspace.command(&program, &["--speed", "0", "--no-serve", "--out", &to]))?;
    let read = |name| fs::read(out.join(name)).with_context(|| format!("{PROGRAM} left no {name}"));
    LEFT_BEHIND.into_iter().map(read).collect()
}

fn wrapper(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("with-emits-off");
    let written = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&path, WRAPPER))
        .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)));
    written.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_or_is_empty_is_told() {
        let left = |texts: [&str; 3]| texts.map(|text| text.as_bytes().to_vec()).to_vec();
        let on = left(["a", "b", "c"]);
        assert!(compare(&on, &on).is_empty());
        assert_eq!(
            compare(&on, &left(["a", "x", "c"])),
            ["nodes.json of research-agent is not the same with events compiled out"]
        );
        assert_eq!(compare(&left(["", "b", "c"]), &left(["", "b", "c"])).len(), 1);
    }
}

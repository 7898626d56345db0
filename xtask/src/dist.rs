//! `cargo xtask dist`: the UI as it is committed and embedded.
//!
//! Owns how `ui/dist` is built and compared. The comparison builds elsewhere and changes nothing in the checkout.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::setup::{self, Part};
use crate::workspace::Workspace;

/// What to do about every difference.
const REMEDY: &str = "run `cargo xtask dist` and commit ui/dist with the change to ui/src";

/// The command: builds `ui/dist`, or with `is_check` tells whether it is what a build gives.
pub(crate) fn run(workspace: &Workspace, is_check: bool) -> Result<()> {
    let missing = setup::prepare(workspace, &[Part::Node, Part::UiPackages], true);
    if let Some(missing) = missing.first() {
        bail!("{} is missing: {}", missing.part.name(), missing.remedy);
    }
    if !is_check {
        return build(workspace, &[]);
    }
    let findings = check(workspace)?;
    if !findings.is_empty() {
        bail!("{}", findings.join("\n"));
    }
    println!("ui/dist is what a build gives.");
    Ok(())
}

/// How `ui/dist` differs from a fresh build, and what of it git does not have.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let fresh = workspace.path("target/ui-dist");
    let out = fresh
        .to_str()
        .context("the checkout lies in a folder whose name is not UTF-8")?;
    build(workspace, &["--", "--outDir", out, "--emptyOutDir"])?;
    let mut findings = differences(&files(&workspace.path("ui/dist"))?, &files(&fresh)?);
    if workspace.path(".git").exists() {
        let mut command = workspace.command("git", &["ls-files", "--others", "--", "ui/dist"]);
        let untracked = process::stdout_of(&mut command)?;
        findings.extend(
            untracked
                .lines()
                .map(|file| format!("{file} is not in git; add and commit it")),
        );
    }
    Ok(findings)
}

fn build(workspace: &Workspace, extra: &[&str]) -> Result<()> {
    let mut command = workspace.npm(&[&["run", "--silent", "build"], extra].concat());
    if !process::run_shown(&mut command)?.is_success {
        bail!("`{}` in ui failed; its output is above", process::line_of(&command));
    }
    Ok(())
}

/// Every file of a folder by its path in it.
fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop().filter(|next| next.is_dir()) {
        for entry in fs::read_dir(&next).with_context(|| format!("cannot list {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder)?.display().to_string();
                found.insert(
                    name,
                    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?,
                );
            }
        }
    }
    Ok(found)
}

fn differences(committed: &BTreeMap<String, Vec<u8>>, fresh: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, bytes) in fresh {
        match committed.get(name) {
            None => findings.push(format!("ui/dist/{name} is missing; {REMEDY}")),
            Some(old) if old != bytes => {
                findings.push(format!("ui/dist/{name} is stale; {REMEDY}"));
            }
            Some(_) => {}
        }
    }
    let left = committed.keys().filter(|name| !fresh.contains_key(*name));
    findings.extend(left.map(|name| format!("ui/dist/{name} is left over; {REMEDY}")));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }

    #[test]
    fn equal_folders_have_no_differences() {
        let dist = folder(&[("index.html", "<p>"), ("app.js", "1")]);
        assert!(differences(&dist, &dist.clone()).is_empty());
    }

    #[test]
    fn stale_missing_and_left_over_files_are_named() {
        let committed = folder(&[("app.js", "1"), ("old.js", "1")]);
        let fresh = folder(&[("app.js", "2"), ("worker.js", "1")]);
        let findings = differences(&committed, &fresh);
        assert_eq!(findings.len(), 3);
        assert!(findings[0].starts_with("ui/dist/app.js is stale"));
        assert!(findings[1].starts_with("ui/dist/worker.js is missing"));
        assert!(findings[2].starts_with("ui/dist/old.js is left over"));
    }

    #[test]
    fn files_are_found_in_folders_below() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("assets")).unwrap();
        fs::write(root.path().join("assets/icon.svg"), "<svg/>").unwrap();
        assert_eq!(files(root.path()).unwrap(), folder(&[("assets/icon.svg", "<svg/>")]));
        assert!(files(&root.path().join("nowhere")).unwrap().is_empty());
    }
}

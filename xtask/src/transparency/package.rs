//! A published package on this machine: fetched by cargo into its registry cache, and found there.
//!
//! Owns the way to it and the check of its checksum. It never changes what it finds.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::pinned::Pinned;
use crate::metadata::Metadata;
use crate::process;
use crate::workspace::Workspace;

/// The folder of a package's sources in cargo's cache.
pub(crate) fn fetch(workspace: &Workspace, scratch: &Path, pinned: &Pinned<'_>) -> Result<PathBuf> {
    let Pinned { name, version, .. } = pinned;
    fs::create_dir_all(scratch.join("src")).with_context(|| format!("cannot make {}", scratch.display()))?;
    let manifest = format!(
        "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies.wanted]\npackage = \"{name}\"\nversion = \"={version}\"\n"
    );
    fs::write(scratch.join("src/lib.rs"), "")?;
    fs::write(scratch.join("Cargo.toml"), manifest)?;
    let mut command = workspace.command("cargo", &["metadata", "--format-version", "1"]);
    let metadata = Metadata::parse(&process::stdout_of(command.current_dir(scratch))?)?;
    check(&fs::read_to_string(scratch.join("Cargo.lock"))?, pinned)?;
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name == **name && package.version == **version);
    let manifest = &package
        .with_context(|| format!("cargo knows no {name} {version}"))?
        .manifest_path;
    Ok(manifest.parent().context("a manifest without a folder")?.to_path_buf())
}

/// Compares the pinned checksum with that of the lock file.
fn check(lock: &str, pinned: &Pinned<'_>) -> Result<()> {
    let expected = pinned.checksum;
    if expected.is_empty() {
        return Ok(());
    }
    let head = format!("name = \"{}\"\nversion = \"{}\"\n", pinned.name, pinned.version);
    let entry = lock.split("[[package]]\n").find(|entry| entry.starts_with(&head));
    let entry = entry.with_context(|| format!("Cargo.lock has no {} {}", pinned.name, pinned.version))?;
    if !entry.contains(&format!("checksum = \"{expected}\"")) {
        bail!(
            "{} {}: the registry serves another package than the one pinned in {}; expected checksum {expected}",
            pinned.name,
            pinned.version,
            file!()
        );
    }
    Ok(())
}

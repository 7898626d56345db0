//! The part of `cargo metadata` that the checks read.
//!
//! Owns the shape of that answer (<https://doc.rust-lang.org/cargo/commands/cargo-metadata.html>). It judges nothing.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;
use crate::workspace::Workspace;

/// Every crate of the tree, and who uses whom.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

/// One crate in one version.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    /// An SPDX expression; absent where the crate only points at a file.
    pub(crate) license: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

/// A line of a crate's manifest.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// What the crate's own code calls it, where that differs.
    pub(crate) rename: Option<String>,
    #[serde(default)]
    pub(crate) kind: Kind,
}

/// The table of a manifest in which a dependency stands. Cargo writes null for the normal one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Normal,
    Dev,
    Build,
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Option::<String>::deserialize(from)?.as_deref() {
            None => Ok(Self::Normal),
            Some("dev") => Ok(Self::Dev),
            Some("build") => Ok(Self::Build),
            Some(other) => Err(serde::de::Error::custom(format!(
                "unknown kind of dependency {other:?}"
            ))),
        }
    }
}

/// Something a crate builds.
#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
    pub(crate) src_path: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Debug, Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Debug, Deserialize)]
struct EdgeKind {
    #[serde(default)]
    kind: Kind,
}

impl Metadata {
    /// Asks cargo about this workspace.
    pub(crate) fn read(workspace: &Workspace) -> Result<Self> {
        let mut command = workspace.command("cargo", &["metadata", "--format-version", "1", "--all-features"]);
        Self::parse(&process::stdout_of(&mut command)?)
    }

    pub(crate) fn parse(json: &str) -> Result<Self> {
        serde_json::from_str(json).context("the answer of `cargo metadata` has another shape than we know")
    }

    /// Our own crates.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }

    /// A crate and everything that is linked or built with it: its normal dependencies, and theirs.
    pub(crate) fn tree_of(&self, name: &str) -> Result<Vec<&Package>> {
        let root = self.members().find(|package| package.name == name);
        let root = root.with_context(|| format!("the workspace has no crate {name}"))?;
        let mut found = vec![root];
        let mut next = 0;
        while let Some(package) = found.get(next) {
            next += 1;
            let Some(node) = self.resolve.nodes.iter().find(|node| node.id == package.id) else {
                continue;
            };
            for edge in node.deps.iter().filter(|edge| edge.is_normal()) {
                if found.iter().all(|known| known.id != edge.pkg) {
                    found.extend(self.packages.iter().find(|package| package.id == edge.pkg));
                }
            }
        }
        Ok(found)
    }
}

impl Edge {
    fn is_normal(&self) -> bool {
        self.dep_kinds.iter().any(|kind| kind.kind == Kind::Normal)
    }
}

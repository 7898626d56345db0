//! Dependencies nobody uses: lines of the workspace that no crate takes, lines of a crate that no source names.
//!
//! Owns the search. It reads text, not syntax: a crate is used where its name stands as the head of a path or in a `use`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::metadata::{Dependency, Kind, Metadata, Package};
use crate::sources::{self, Source};
use crate::workspace::Workspace;

/// Dependencies that work without being named, each with the reason.
const UNNAMED: &[(&str, &str, &str)] = &[];

/// Dependency lines that could be deleted.
pub(crate) fn check(workspace: &Workspace, metadata: &Metadata) -> Result<Vec<String>> {
    let path = workspace.path("Cargo.toml");
    let manifest = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let taken: BTreeSet<_> = metadata
        .members()
        .flat_map(|member| &member.dependencies)
        .flat_map(|dependency| [Some(&dependency.name), dependency.rename.as_ref()])
        .flatten()
        .map(String::as_str)
        .collect();
    let offered = offered(&manifest).into_iter().filter(|name| !taken.contains(name));
    let mut findings: Vec<_> = offered
        .map(|name| format!("Cargo.toml: no crate takes the workspace dependency {name}; delete it"))
        .collect();
    for member in metadata.members() {
        findings.extend(of_member(workspace, member)?);
    }
    Ok(findings)
}

/// The names under `[workspace.dependencies]`.
fn offered(manifest: &str) -> Vec<&str> {
    let lines = manifest
        .lines()
        .skip_while(|line| line.trim() != "[workspace.dependencies]")
        .skip(1);
    let lines = lines.take_while(|line| !line.trim_start().starts_with('['));
    lines
        .filter(|line| line.starts_with(|character: char| character.is_ascii_alphanumeric()))
        .filter_map(|line| line.split(['=', '.', ' ']).next())
        .collect()
}

fn of_member(workspace: &Workspace, member: &Package) -> Result<Vec<String>> {
    let folder = member.manifest_path.parent().context("a manifest without a folder")?;
    let everywhere = sources::below(folder, &[".rs"])?;
    let built = built_folders(member);
    let mut findings = Vec::new();
    for dependency in &member.dependencies {
        let is_listed = UNNAMED
            .iter()
            .any(|(of, name, _)| *of == member.name && *name == dependency.name);
        let is_used = everywhere
            .iter()
            .filter(|source| counts(source, dependency.kind, &built))
            .any(|source| is_named(&sources::code(&source.text, true), &identifier(dependency)));
        if !is_listed && !is_used {
            findings.push(format!(
                "{}: nothing uses the {} {}; delete the line, or list it with the reason in {}",
                workspace.shown(&member.manifest_path),
                called(dependency.kind),
                dependency.name,
                file!(),
            ));
        }
    }
    Ok(findings)
}

/// The folders of what the crate gives to others: its library and its programs.
fn built_folders(member: &Package) -> Vec<&Path> {
    let is_built = |kind: &String| ["lib", "proc-macro", "bin"].contains(&kind.as_str());
    let targets = member.targets.iter().filter(|target| target.kind.iter().any(is_built));
    targets.filter_map(|target| target.src_path.parent()).collect()
}

/// Whether a use in this file justifies a dependency of that kind.
fn counts(source: &Source, kind: Kind, built: &[&Path]) -> bool {
    match kind {
        Kind::Normal => built.iter().any(|folder| source.path.starts_with(folder)),
        Kind::Dev => true,
        Kind::Build => source.path.file_name() == PathBuf::from("build.rs").file_name(),
    }
}

fn called(kind: Kind) -> &'static str {
    match kind {
        Kind::Normal => "dependency",
        Kind::Dev => "dev-dependency",
        Kind::Build => "build-dependency",
    }
}

/// What code calls a dependency.
fn identifier(dependency: &Dependency) -> String {
    dependency.rename.as_ref().unwrap_or(&dependency.name).replace('-', "_")
}

fn is_named(code: &str, name: &str) -> bool {
    sources::positions(code, name).any(|at| {
        let line_start = code[..at].rfind('\n').map_or(0, |end| end + 1);
        let before = code[line_start..at].trim_start_matches(['/', '!', ' ']);
        let is_import = ["use ", "pub use ", "extern crate "]
            .iter()
            .any(|start| before.starts_with(start));
        code[at + name.len()..].starts_with("::") || is_import
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_offers_what_stands_under_its_heading() {
        let manifest = "[workspace]\nmembers = [\"a\"]\n\n[workspace.dependencies]\n# ours\nevent-core = { path = \"x\" }\n\n\
            anyhow = \"1\"\nclap.version = \"4\"\n\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";
        assert_eq!(offered(manifest), ["event-core", "anyhow", "clap"]);
    }

    #[test]
    fn paths_imports_and_documented_examples_are_uses() {
        for code in [
            "let x = redis::cmd(\"PING\");",
            "use redis;",
            "    pub use redis as r;",
            "/// use redis::Client;",
        ] {
            assert!(is_named(code, "redis"), "{code}");
        }
    }

    #[test]
    fn a_word_in_a_sentence_or_a_url_is_no_use() {
        for code in [
            "/// Talks to redis and back.",
            "let url = \"redis://localhost\";",
            "mod redis;",
            "use my_redis::x;",
        ] {
            assert!(!is_named(code, "redis"), "{code}");
        }
    }

    #[test]
    fn a_normal_dependency_must_be_used_by_what_is_built() {
        let test = Source {
            path: PathBuf::from("/x/tests/a.rs"),
            text: String::new(),
        };
        let built = [Path::new("/x/src")];
        assert!(!counts(&test, Kind::Normal, &built));
        assert!(counts(&test, Kind::Dev, &built));
    }
}

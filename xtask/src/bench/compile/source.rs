//! The crates that `bench compile` builds: the same functions, each with a line above it.
//!
//! Owns what is written to disk. The functions themselves stand in `functions.rs.txt`, ten of mixed shape, which are
//! repeated under other names.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Subject;
use crate::workspace::Workspace;

/// Ten functions, each behind a line `@attribute`; `@n` makes their names unique.
const FUNCTIONS: &str = include_str!("functions.rs.txt");

/// What is around the modules, with a function that drives every other, so that each future is compiled.
const ROOT: &str = include_str!("root.rs.txt");

/// Functions in [`FUNCTIONS`].
const IN_BLOCK: usize = 10;

/// Blocks in a module: a file of an ordinary length.
const IN_MODULE: usize = 5;

/// Writes a workspace with one package for each subject; returns its folder.
pub(super) fn write(workspace: &Workspace, subjects: &[Subject], functions: usize) -> Result<PathBuf> {
    let folder = workspace.target().join("bench/compile");
    let modules = functions.div_ceil(IN_BLOCK * IN_MODULE);
    let mut members = String::new();
    for subject in subjects {
        let package = folder.join(subject.name);
        fs::create_dir_all(package.join("src")).with_context(|| format!("cannot make {}", package.display()))?;
        let event_core = workspace.path("event-core");
        let dependency = subject.dependency.replace("EVENT_CORE", &event_core.to_string_lossy());
        put(&package, "Cargo.toml", &manifest(subject.name, &dependency))?;
        for module in 0..modules {
            put(
                &package,
                &format!("src/{}.rs", module_name(module)),
                &module_source(module, subject.attribute),
            )?;
        }
        put(&package, "src/lib.rs", &root(modules))?;
        write!(members, "{:?}, ", subject.name)?;
    }
    put(
        &folder,
        "Cargo.toml",
        &format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n"),
    )?;
    // Everything in the versions that `bench cost` measures.
    let lock = workspace.path("xtask/benches/cost/Cargo.lock");
    fs::copy(&lock, folder.join("Cargo.lock")).with_context(|| format!("cannot copy {}", lock.display()))?;
    Ok(folder)
}

/// Changes the body of one function, differently for each `round`.
pub(super) fn touch(package: &Path, round: usize) -> Result<()> {
    let name = format!("src/{}.rs", module_name(0));
    let path = package.join(&name);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let (before, body) = text
        .split_once("// changed")
        .context("the functions have no line to change")?;
    let (_, after) = body.split_once('\n').context("the changed line ends the file")?;
    let (before, _) = before.rsplit_once("step +").context("the changed line adds to step")?;
    put(package, &name, &format!("{before}step + {round}; // changed\n{after}"))
}

fn manifest(name: &str, dependency: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n")
}

fn module_name(module: usize) -> String {
    format!("m{module:03}")
}

fn module_source(module: usize, attribute: &str) -> String {
    let blocks = (0..IN_MODULE).map(|block| (module * IN_MODULE + block).to_string());
    let blocks = blocks.map(|number| FUNCTIONS.replace("@attribute", attribute).replace("@n", &number));
    blocks.collect::<Vec<_>>().join("\n")
}

fn root(modules: usize) -> String {
    let declared: Vec<_> = (0..modules)
        .map(|module| format!("pub mod {};", module_name(module)))
        .collect();
    let driven: Vec<_> = (0..modules * IN_MODULE)
        .map(|block| format!("    sum += run({}::all_{block}());", module_name(block / IN_MODULE)))
        .collect();
    ROOT.replace("@modules", &declared.join("\n"))
        .replace("    @driven", &driven.join("\n"))
}

fn put(folder: &Path, name: &str, text: &str) -> Result<()> {
    let path = folder.join(name);
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_has_the_line_above_it() {
        assert_eq!(FUNCTIONS.matches("@attribute").count(), IN_BLOCK);
        let source = module_source(3, "#[mark]");
        assert_eq!(source.matches("#[mark]").count(), IN_BLOCK * IN_MODULE);
        assert!(source.contains("fn weigh_15(") && source.contains("fn weigh_19("));
    }

    #[test]
    fn one_body_changes_and_nothing_else() {
        let package = tempfile::tempdir().unwrap();
        fs::create_dir(package.path().join("src")).unwrap();
        put(package.path(), "src/m000.rs", &module_source(0, "")).unwrap();
        touch(package.path(), 1).unwrap();
        touch(package.path(), 2).unwrap();
        let changed = fs::read_to_string(package.path().join("src/m000.rs")).unwrap();
        let original = module_source(0, "");
        let differing = original
            .lines()
            .zip(changed.lines())
            .filter(|(one, other)| one != other);
        assert_eq!(differing.count(), 1);
        assert_eq!(original.lines().count(), changed.lines().count());
    }
}

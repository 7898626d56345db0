//! A copy of a package that is a workspace of its own and may use the attributes.
//!
//! Owns what is changed in it: the manifest, the attributes in front of functions, and the line that links the probe.
//! Attributes stand on the line of their function, so that every line keeps its number.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::attribute::Attribute;
use super::functions::Function;
use super::pinned::Pinned;
use super::probe;

/// Development dependencies that only benchmarks use, which nobody builds here.
const BENCH_ONLY: &[&str] = &["bencher", "criterion"];
const NOT_COPIED: &[&str] = &[
    "target",
    ".git",
    "benches",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
];

/// A function of a certain file.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Relative to the package.
    pub(crate) file: PathBuf,
    pub(crate) function: Function,
}

/// The crates that a copy may use besides its own dependencies.
pub(crate) struct Extra<'a> {
    pub(crate) event_core: &'a Path,
    pub(crate) probe: &'a Path,
    pub(crate) attribute: Attribute,
}

/// What of a package is compiled, relative to it.
#[derive(Default)]
pub(crate) struct Sources {
    pub(crate) files: Vec<PathBuf>,
    /// Those of them that are crates: the library, each program, each test.
    pub(crate) roots: Vec<PathBuf>,
    /// Crates are not known by their names: each has to be declared in the root.
    pub(crate) is_edition_2015: bool,
}

/// What a crate root needs, on lines of its own behind everything else.
fn linked(attribute: Attribute, is_edition_2015: bool) -> String {
    let mut lines = String::from("\n");
    if attribute == Attribute::Emits {
        lines.push_str(probe::LINK);
    }
    if is_edition_2015 {
        let _ = writeln!(lines, "extern crate {};", attribute.crate_name());
    }
    lines
}

/// Copies the package at `from` to `to`, with nothing annotated.
pub(crate) fn make(from: &Path, to: &Path, pinned: &Pinned<'_>, extra: &Extra<'_>) -> Result<()> {
    let mut written: Vec<_> = pinned.unbuildable.iter().map(PathBuf::from).collect();
    written.extend(pinned.typed.iter().map(|(file, ..)| PathBuf::from(file)));
    copy_folder(from, to, &written)?;
    let mut typed = BTreeMap::new();
    for (file, old, new) in pinned.typed {
        let text = match typed.remove(file) {
            Some(text) => text,
            None => fs::read_to_string(from.join(file)).with_context(|| format!("cannot read {file}"))?,
        };
        if !text.contains(old) {
            bail!("{file} has no `{old}`; correct the pinned list");
        }
        typed.insert(file, text.replace(old, new));
    }
    for (file, text) in typed {
        write_if_changed(&to.join(file), &text)?;
    }
    let path = from.join("Cargo.toml");
    let manifest = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    write_if_changed(&to.join("Cargo.toml"), &standalone(&manifest, pinned, extra))
}

/// Copies the unannotated copy at `from` to `to`, where [`annotate`] writes the sources.
pub(crate) fn make_again(from: &Path, to: &Path, sources: &Sources) -> Result<()> {
    copy_folder(from, to, &sources.files)?;
    for file in ["Cargo.toml", "Cargo.lock"] {
        let text = fs::read_to_string(from.join(file))?;
        write_if_changed(&to.join(file), &text)?;
    }
    Ok(())
}

/// Writes the sources, with the attribute on `sites`, and for ours the probe linked into each root.
pub(crate) fn annotate(from: &Path, to: &Path, attribute: Attribute, sites: &[&Site], sources: &Sources) -> Result<()> {
    for file in &sources.files {
        let path = from.join(file);
        let mut text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut functions: Vec<_> = sites.iter().filter(|site| site.file == *file).collect();
        functions.sort_by_key(|site| Reverse(site.function.position));
        for site in functions {
            text.insert_str(site.function.position, attribute.text(&site.function));
        }
        if sources.roots.contains(file) {
            text.push_str(&linked(attribute, sources.is_edition_2015));
        }
        write_if_changed(&to.join(file), &text)?;
    }
    Ok(())
}

/// Cargo builds again what was written again.
pub(crate) fn write_if_changed(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Copies all but what is written otherwise: `except` is relative to `from`.
fn copy_folder(from: &Path, to: &Path, except: &[PathBuf]) -> Result<()> {
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        fs::create_dir_all(to.join(&folder)).with_context(|| format!("cannot make {}", to.display()))?;
        for entry in fs::read_dir(from.join(&folder)).with_context(|| format!("cannot list {}", from.display()))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let is_left_out = NOT_COPIED.iter().any(|name| path == Path::new(name)) || except.contains(&path);
            if entry.file_type()?.is_dir() && !is_left_out {
                folders.push(path);
            } else if !is_left_out && fs::read(to.join(&path)).ok() != Some(fs::read(entry.path())?) {
                let target = to.join(&path);
                fs::copy(entry.path(), &target).with_context(|| format!("cannot write {}", target.display()))?;
            }
        }
    }
    Ok(())
}

/// The manifest of a workspace of its own, without benchmarks, with what the attribute needs.
fn standalone(manifest: &str, pinned: &Pinned<'_>, extra: &Extra<'_>) -> String {
    let dependency = extra.attribute.dependency();
    let own = dependency.map(|(name, _)| format!("[dependencies.{name}]\n"));
    let is_own = |table: &str| own.as_deref().is_some_and(|own| table.starts_with(own));
    let mut text = String::from("[workspace]\n\n");
    for table in tables(manifest).filter(|table| !is_left_out(table, pinned)) {
        if is_own(table) {
            // A crate that uses it already keeps its own line; the attribute is among the features that all get.
            text.push_str(&table.replace("default-features = false\n", ""));
        } else {
            text.push_str(table);
        }
    }
    let path = |name: &str, path: &Path| format!("\n[dependencies.{name}]\npath = {:?}\n", path.display().to_string());
    if extra.attribute == Attribute::Emits {
        text.push_str(&path("event-core", extra.event_core));
        text.push_str(&path("transparency-probe", extra.probe));
    }
    if let Some((name, line)) = dependency
        && !tables(manifest).any(is_own)
    {
        let _ = writeln!(text, "\n[dependencies.{name}]\n{line}");
    }
    text
}

/// The tables of a manifest, each from its heading on.
fn tables(manifest: &str) -> impl Iterator<Item = &str> {
    let mut rest = manifest;
    std::iter::from_fn(move || {
        let end = rest.find("\n[").map_or(rest.len(), |end| end + 1);
        let (table, others) = rest.split_at(end);
        rest = others;
        (!table.is_empty()).then_some(table)
    })
}

/// A table that only benchmarks need, or that is about a file that is not there, as cargo publishes manifests.
fn is_left_out(table: &str, pinned: &Pinned<'_>) -> bool {
    let dev_dependency = table.strip_prefix("[dev-dependencies.").unwrap_or_default();
    let is_for_benches = |name: &str| {
        let rest = dev_dependency.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with([']', '.']))
    };
    let is_gone = |file: &str| table.contains(&format!("path = \"{file}\"\n"));
    table.starts_with("[[bench]]")
        || BENCH_ONLY.iter().any(|name| is_for_benches(name))
        || (table.starts_with("[[test]]") && pinned.unbuildable.iter().any(|file| is_gone(file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[package]\nname = \"x\"\n\n[[test]]\nname = \"a\"\npath = \"tests/a.rs\"\n\n\
        [[bench]]\nname = \"b\"\n\n[dev-dependencies.criterion]\nversion = \"0.5\"\n\n\
        [dev-dependencies.criterion-like]\nversion = \"1\"\n";

    #[test]
    fn a_copy_is_a_workspace_without_benchmarks() {
        let pinned = Pinned {
            unbuildable: &["tests/a.rs"],
            ..super::super::pinned::all()[0]
        };
        let path = Path::new("/x");
        let extra = Extra {
            event_core: path,
            probe: path,
            attribute: Attribute::Fastrace,
        };
        let text = standalone(MANIFEST, &pinned, &extra);
        assert!(text.starts_with("[workspace]\n\n[package]\nname = \"x\"\n"), "{text}");
        assert!(
            !text.contains("bench") && !text.contains("tests/a.rs") && !text.contains("criterion]"),
            "{text}"
        );
        assert!(
            text.contains("criterion-like") && text.contains("[dependencies.fastrace]\n"),
            "{text}"
        );
    }

    #[test]
    fn a_crate_that_uses_the_attribute_s_crate_already_gets_the_attribute_too() {
        let path = Path::new("/x");
        let extra = Extra {
            event_core: path,
            probe: path,
            attribute: Attribute::Tracing,
        };
        let own = "[package]\nname = \"x\"\n\n[dependencies.tracing]\nversion = \"0.1.2\"\noptional = true\ndefault-features = false\n\n\
            [dependencies.other]\nversion = \"1\"\ndefault-features = false\n";
        let text = standalone(own, &super::super::pinned::all()[0], &extra);
        assert_eq!(text.matches("[dependencies.tracing]").count(), 1, "{text}");
        assert!(
            text.contains("version = \"0.1.2\"\noptional = true\n\n[dependencies.other]"),
            "{text}"
        );
        assert!(text.ends_with("version = \"1\"\ndefault-features = false\n"), "{text}");
    }

    #[test]
    fn roots_of_old_editions_declare_the_crate() {
        assert_eq!(linked(Attribute::Tracing, false), "\n");
        assert_eq!(linked(Attribute::Tracing, true), "\nextern crate tracing;\n");
        assert!(linked(Attribute::Emits, false).contains("transparency_probe"));
    }
}

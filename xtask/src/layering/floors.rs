//! The floors of event-core: a module uses those below it, and its neighbours, never those above.
//!
//! Owns the order of the floors. `lib.rs` lists the house and stands outside of it; so does `__private`, what the macros'
//! expansions call.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};

use crate::sources;
use crate::workspace::Workspace;

/// From the roof to the ground.
const FLOORS: &[&[&str]] = &[
    &["expansion", "watch"],
    &["span", "testing"],
    &["context"],
    &["bus"],
    &["record", "catalog"],
    &["event"],
    &["panics"],
    &["outcome"],
    &["log"],
    &["ids", "clock", "text", "redact", "prefetch"],
];

/// Uses of a higher floor that the contracts ask for, each with the reason.
const STAIRS: &[(&str, &str, &str)] = &[(
    "event",
    "span",
    "`Event::publish` is what users call on an event, so the trait has to have it",
)];

/// The source folder of the house.
const HOUSE: &str = "event-core/src";

/// Uses of a higher floor without a stair, stairs nobody takes, and modules without a floor.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.path(HOUSE);
    let sources = sources::below(&folder, &[".rs"])?;
    let root = sources.iter().find(|source| source.path == folder.join("lib.rs"));
    let root = root.with_context(|| format!("{HOUSE} has no lib.rs"))?;
    let exported = exported(&sources::code(&root.text, false));
    let mut findings = Vec::new();
    let mut taken = BTreeSet::new();
    for source in &sources {
        let module = module_of(source.path.strip_prefix(&folder)?);
        let Some(own) = module.first() else { continue };
        let shown = workspace.shown(&source.path);
        if floor(own).is_none() {
            findings.push(format!(
                "{shown} stands on no floor; place {own} in the table of {}",
                file!()
            ));
        }
        for used in above(&module, &sources::code(&source.text, false), &exported) {
            if !is_stair(own, &used) {
                findings.push(format!("{shown} uses {used}, which stands on a higher floor"));
            }
            taken.insert((own.clone(), used));
        }
    }
    findings.extend(not_taken(&taken));
    Ok(findings)
}

fn is_stair(from: &str, to: &str) -> bool {
    STAIRS.iter().any(|(start, end, _)| *start == from && *end == to)
}

/// An exception that is no longer needed would let the next wrong use pass unseen.
fn not_taken(taken: &BTreeSet<(String, String)>) -> Vec<String> {
    let is_taken = |from: &str, to: &str| taken.contains(&(from.to_owned(), to.to_owned()));
    let idle = STAIRS.iter().filter(|(from, to, _)| !is_taken(from, to));
    idle.map(|(from, to, _)| format!("{from} no longer uses {to}; take the stair out of {}", file!()))
        .collect()
}

/// `log/redis/read.rs` is the module `log::redis::read`.
fn module_of(file: &Path) -> Vec<String> {
    let path = file.with_extension("");
    let mut module: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    module.pop_if(|last| last == "mod" || last == "lib");
    module
}

/// What `lib.rs` gives to users at the root, and the module each comes from: the root is no way round the floors.
fn exported(root: &str) -> BTreeMap<String, String> {
    let mut exported = BTreeMap::new();
    for module in FLOORS.iter().copied().flatten() {
        for name in sources::names_after(root, &format!("{module}::")) {
            exported.insert(name.to_owned(), (*module).to_owned());
        }
    }
    exported
}

/// The modules above its own that a file uses.
fn above(module: &[String], code: &str, exported: &BTreeMap<String, String>) -> Vec<String> {
    let Some(own) = module.first().and_then(|name| floor(name)) else {
        return Vec::new();
    };
    let mut used = sources::names_after(code, "crate::");
    // From `a::b`, the root is two `super` up: that is where the other modules are.
    let root = "super::".repeat(module.len());
    used.extend(sources::names_after(code, &root));
    let modules = used
        .into_iter()
        .map(|name| exported.get(name).map_or(name, String::as_str));
    let mut above: Vec<_> = modules
        .filter(|name| floor(name).is_some_and(|floor| floor < own))
        .map(str::to_owned)
        .collect();
    above.sort_unstable();
    above.dedup();
    above
}

/// Counted from the roof.
fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn above_of(file: &str, code: &str) -> Vec<String> {
        let exported = exported("pub use bus::{EventBus, Guard};\npub use crate::log::Log;\npub use span::Span;");
        above(&module_of(Path::new(file)), code, &exported)
    }

    #[test]
    fn the_log_may_not_know_the_bus() {
        assert_eq!(above_of("log/mod.rs", "use crate::bus::queue::Queue;"), ["bus"]);
        assert_eq!(
            above_of("log/redis/append.rs", "use crate::{\n    clock,\n    bus::Queue,\n};"),
            ["bus"]
        );
        assert_eq!(
            above_of("log/redis/mod.rs", "let queue = super::super::bus::Queue::new();"),
            ["bus"]
        );
    }

    #[test]
    fn a_name_exported_at_the_root_is_no_way_round() {
        assert_eq!(above_of("log/memory.rs", "use crate::{EventBus, Log};"), ["bus"]);
    }

    #[test]
    fn lower_floors_and_neighbours_may_be_used() {
        assert!(above_of("bus/writer.rs", "use crate::log::Log;\nuse crate::record::Record;").is_empty());
        assert!(above_of("record.rs", "use crate::catalog::StepStarted;").is_empty());
    }

    #[test]
    fn a_stair_nobody_takes_is_reported() {
        let all = STAIRS
            .iter()
            .map(|(from, to, _)| ((*from).to_owned(), (*to).to_owned()));
        let mut taken: BTreeSet<_> = all.collect();
        assert!(not_taken(&taken).is_empty());
        taken.pop_first();
        assert_eq!(not_taken(&taken).len(), 1);
    }

    #[test]
    fn the_table_of_contents_stands_outside() {
        assert!(above_of("lib.rs", "pub use crate::watch::watch;").is_empty());
    }
}

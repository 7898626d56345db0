//! Licences of everything we build with, and of what the UI ships.
//!
//! Owns the reading of SPDX expressions. The list of allowed licences is `deny.toml`'s, so that cargo-deny and this check
//! cannot disagree.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::metadata::Metadata;
use crate::workspace::Workspace;

/// Crates and packages whose licence is not on the list.
pub(crate) fn check(workspace: &Workspace, metadata: &Metadata) -> Result<Vec<String>> {
    let path = workspace.path("deny.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let allowed = allowed(&text).context("deny.toml: no `allow = [...]` under [licenses]")?;
    let crates = metadata.packages.iter().map(|package| {
        (
            format!("{} {}", package.name, package.version),
            package.license.clone().unwrap_or_default(),
        )
    });
    let mut findings = Vec::new();
    for (name, licence) in crates.chain(shipped_packages(workspace)?) {
        match is_allowed(&licence, &allowed) {
            Ok(true) => {}
            Ok(false) => findings.push(format!(
                "{name}: its licence {licence:?} is not among those deny.toml allows; use another crate, or add it \
                 there if it is permissive"
            )),
            Err(fault) => findings.push(format!("{name}: its licence {licence:?} cannot be read: {fault}")),
        }
    }
    Ok(findings)
}

/// The packages that end up in `ui/dist`; what only builds or tests it is not given to anyone.
fn shipped_packages(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let path = workspace.path("ui/package-lock.json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let lock: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
    let packages = lock["packages"]
        .as_object()
        .context("ui/package-lock.json: no `packages`")?;
    let shipped = packages.iter().filter(|(_, package)| package["dev"] != true);
    Ok(shipped
        .map(|(name, package)| {
            (
                format!("ui {name}"),
                package["license"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect())
}

/// The strings of `allow = [...]` in the section `[licenses]`.
fn allowed(deny: &str) -> Option<BTreeSet<String>> {
    let (_, section) = deny.split_once("[licenses]")?;
    let (_, list) = section.split_once("allow = [")?;
    let (list, _) = list.split_once(']')?;
    Some(list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

/// Whether an SPDX expression can be satisfied with allowed licences alone.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> Result<bool> {
    // The slash is how crates wrote OR before SPDX: `MIT/Apache-2.0`.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().collect::<Vec<_>>().into_iter().peekable();
    let verdict = any(&mut words, allowed)?;
    match words.next() {
        None => Ok(verdict),
        Some(word) => bail!("{word:?} is one word too many"),
    }
}

type Words<'a> = std::iter::Peekable<std::vec::IntoIter<&'a str>>;

fn any(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Result<bool> {
    let mut verdict = all(words, allowed)?;
    while words.next_if_eq(&"OR").is_some() {
        // Not `||`: the right side has to be read in any case.
        verdict |= all(words, allowed)?;
    }
    Ok(verdict)
}

/// AND binds more tightly than OR (SPDX 2.3, annex D.4).
fn all(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Result<bool> {
    let mut verdict = one(words, allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        verdict &= one(words, allowed)?;
    }
    Ok(verdict)
}

fn one(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Result<bool> {
    let word = words.next().context("a licence is missing")?;
    if word == "(" {
        let verdict = any(words, allowed)?;
        if words.next() != Some(")") {
            bail!("a parenthesis is not closed");
        }
        return Ok(verdict);
    }
    if ["AND", "OR", "WITH", ")"].contains(&word) {
        bail!("{word:?} stands where a licence belongs");
    }
    if words.next_if_eq(&"WITH").is_some() {
        let exception = words.next().context("the exception after WITH is missing")?;
        return Ok(allowed.contains(&format!("{word} WITH {exception}")));
    }
    Ok(allowed.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(expression: &str) -> Result<bool> {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned);
        is_allowed(expression, &BTreeSet::from(allowed))
    }

    #[test]
    fn one_allowed_side_of_or_is_enough() {
        assert!(judge("GPL-3.0-only OR MIT").unwrap());
        assert!(judge("MIT/GPL-3.0-only").unwrap());
        assert!(judge("GPL-3.0-only / MIT").unwrap());
        assert!(!judge("GPL-3.0-only OR LGPL-2.1-or-later").unwrap());
    }

    #[test]
    fn every_side_of_and_is_needed() {
        assert!(judge("(MIT OR Apache-2.0) AND Unicode-3.0").unwrap());
        assert!(!judge("MIT AND GPL-3.0-only").unwrap());
    }

    #[test]
    fn and_binds_more_tightly_than_or() {
        assert!(judge("MIT OR Apache-2.0 AND GPL-3.0-only").unwrap());
        assert!(!judge("(MIT OR Apache-2.0) AND GPL-3.0-only").unwrap());
    }

    #[test]
    fn an_exception_makes_another_licence() {
        assert!(!judge("Apache-2.0 WITH LLVM-exception").unwrap());
        assert!(judge("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT").unwrap());
    }

    #[test]
    fn an_absent_or_broken_expression_is_an_error() {
        for broken in ["", "MIT OR", "(MIT", "MIT)", "MIT MIT", "OR MIT", "MIT WITH"] {
            assert!(judge(broken).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn the_list_is_read_from_its_own_section() {
        let deny =
            "[bans]\nallow = [\"tokio\"]\n[licenses]\nversion = 2\nallow = [\n  \"MIT\", # ours\n  \"Zlib\",\n]\n";
        assert_eq!(
            allowed(deny).unwrap(),
            BTreeSet::from(["MIT".to_owned(), "Zlib".to_owned()])
        );
        assert!(allowed("[bans]\nallow = [\"tokio\"]\n").is_none());
    }
}

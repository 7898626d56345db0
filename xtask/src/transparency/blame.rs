//! Which functions an attribute breaks.
//!
//! Owns the search: a function that an error points into loses the attribute, and the crate is built again, until it
//! builds. Where no error points into an annotated function, halving finds one that breaks the build by itself.

use std::path::Path;

use anyhow::{Result, bail};
use serde::Serialize;

use super::attribute::Attribute;
use super::build::{Bench, Build};
use super::copy::{self, Site, Sources};
use super::diagnostics::{Diagnostic, Finding};

/// A function that does not compile with the attribute.
#[derive(Debug, Serialize)]
pub(crate) struct Broken {
    pub(crate) function: String,
    pub(crate) place: String,
    pub(crate) error: Finding,
}

/// A copy whose sources are written with the attribute on more or fewer functions.
pub(crate) struct Trial<'a> {
    pub(crate) bench: &'a Bench<'a>,
    pub(crate) plain: &'a Path,
    pub(crate) folder: &'a Path,
    pub(crate) attribute: Attribute,
    pub(crate) sources: &'a Sources,
}

impl Trial<'_> {
    /// Builds with the attribute on every site that bears it; tells of those that don't.
    pub(crate) fn build(&self, sites: &[Site]) -> Result<(Build, Vec<Broken>)> {
        let mut left: Vec<&Site> = sites.iter().collect();
        let mut broken = Vec::new();
        loop {
            let build = self.build_with(&left)?;
            if build.is_success {
                return Ok((build, broken));
            }
            if broken.is_empty() {
                self.build_untouched()?;
            }
            let mut found = blamed(&build, &left);
            if found.is_empty() {
                found = vec![self.halve(&left, &build)?];
            }
            left.retain(|site| found.iter().all(|(other, _)| !std::ptr::eq(*other, *site)));
            broken.extend(found.into_iter().map(|(site, error)| Broken {
                function: site.function.name.clone(),
                place: format!("{}:{}", site.file.display(), site.function.lines.start),
                error,
            }));
        }
    }

    /// A crate that is linked brings its implementations along, which can make types ambiguous without any attribute.
    fn build_untouched(&self) -> Result<()> {
        let build = self.build_with(&[])?;
        if !build.is_success {
            bail!(
                "does not build once event-core is linked, without any attribute:\n{}",
                words(&build)
            );
        }
        Ok(())
    }

    fn build_with(&self, sites: &[&Site]) -> Result<Build> {
        copy::annotate(self.plain, self.folder, self.attribute, sites, self.sources)?;
        self.bench.build(self.folder)
    }

    /// One site that breaks the build by itself.
    fn halve<'s>(&self, sites: &[&'s Site], whole: &Build) -> Result<(&'s Site, Finding)> {
        let mut suspects = sites.to_vec();
        let mut error = whole.errors().next().map(Diagnostic::finding);
        while suspects.len() > 1 {
            let (one, other) = suspects.split_at(suspects.len() / 2);
            let mut culprits = None;
            for half in [one, other] {
                let build = self.build_with(half)?;
                if !build.is_success {
                    error = build.errors().next().map(Diagnostic::finding).or(error);
                    culprits = Some(half.to_vec());
                    break;
                }
            }
            let Some(half) = culprits else { break };
            suspects = half;
        }
        match (suspects.as_slice(), error) {
            ([site], Some(error)) => Ok((site, error)),
            _ => bail!("does not build, and no single function is to blame:\n{}", words(whole)),
        }
    }
}

/// The annotated functions that errors point into, each with the first such error.
fn blamed<'s>(build: &Build, sites: &[&'s Site]) -> Vec<(&'s Site, Finding)> {
    let mut found: Vec<(&Site, Finding)> = Vec::new();
    for error in build.errors() {
        let places = error.places();
        let site = places.iter().find_map(|(file, line)| {
            let around = sites
                .iter()
                .filter(|site| site.file == *file && site.function.lines.contains(line));
            around.min_by_key(|site| site.function.lines.len())
        });
        if let Some(site) = site
            && found.iter().all(|(other, _)| !std::ptr::eq(*other, *site))
        {
            found.push((site, error.finding()));
        }
    }
    found
}

/// What a failed build said, at most a screen of it.
pub(crate) fn words(build: &Build) -> String {
    let errors = build.errors().map(|error| error.finding().to_string());
    let errors: Vec<_> = errors.chain(build.words.lines().map(str::to_owned)).take(30).collect();
    errors.join("\n")
}

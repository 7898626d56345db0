//! Heavy crates come in one version where users pay for them: in event-core's own tree.
//!
//! Owns the list of what counts as heavy. The bridge and the examples are programs, and pay for themselves.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::metadata::{Metadata, Package};

/// The crate that users add to their agents.
const LIBRARY: &str = "event-core";

/// Crates whose second copy costs seconds of building and is felt in binaries.
const HEAVY: &[&str] = &["hyper", "redis", "rustls", "serde", "syn", "tokio", "tungstenite"];

/// Heavy crates that come twice.
pub(crate) fn check(metadata: &Metadata) -> Result<Vec<String>> {
    Ok(twice(&metadata.tree_of(LIBRARY)?))
}

fn twice(tree: &[&Package]) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in tree.iter().filter(|package| HEAVY.contains(&package.name.as_str())) {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    let duplicates = versions.into_iter().filter(|(_, versions)| versions.len() > 1);
    duplicates
        .map(|(name, versions)| {
            format!(
                "{LIBRARY} is built with {name} in versions {}; `cargo tree --invert {name}@VERSION --edges normal` \
                 tells who wants which",
                versions.join(" and ")
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// event-core uses syn 3; its helper brings syn 2 as a normal or as a dev dependency.
    fn metadata(kind: &str) -> Metadata {
        let package = |id: &str, name: &str, version: &str| {
            format!(
                r#"{{"id":"{id}","name":"{name}","version":"{version}","license":"MIT","manifest_path":"/x/Cargo.toml",
                    "dependencies":[],"targets":[]}}"#
            )
        };
        let packages = [
            package("core", "event-core", "0.1.0"),
            package("derive", "some-derive", "1.0.0"),
            package("syn3", "syn", "3.0.0"),
            package("syn2", "syn", "2.0.0"),
        ];
        let edge = |to: &str, kind: &str| format!(r#"{{"pkg":"{to}","dep_kinds":[{{"kind":{kind}}}]}}"#);
        let json = format!(
            r#"{{"packages":[{}],"workspace_members":["core"],"resolve":{{"nodes":[
                {{"id":"core","deps":[{},{}]}},{{"id":"derive","deps":[{}]}},
                {{"id":"syn3","deps":[]}},{{"id":"syn2","deps":[]}}]}}}}"#,
            packages.join(","),
            edge("syn3", "null"),
            edge("derive", "null"),
            edge("syn2", kind),
        );
        Metadata::parse(&json).unwrap()
    }

    #[test]
    fn a_second_version_deep_in_the_tree_is_found() {
        let findings = check(&metadata("null")).unwrap();
        assert_eq!(findings.len(), 1);
        assert!(findings[0].contains("syn in versions 3.0.0 and 2.0.0"), "{findings:?}");
    }

    #[test]
    fn dev_dependencies_cost_users_nothing() {
        assert!(check(&metadata("\"dev\"")).unwrap().is_empty());
    }
}

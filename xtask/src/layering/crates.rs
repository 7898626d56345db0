//! The arrows between crates: examples → bridge → event-core → event-macros, and bridge → ui.
//!
//! Owns that table. Cargo forbids circles; this forbids shortcuts and turns.

use crate::metadata::{Kind, Metadata, Package};

/// Each crate, and those of ours it may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("examples", &["event-bridge", "event-core"]),
    ("event-bridge", &["event-core", "event-ui"]),
    ("event-core", &["event-macros"]),
    ("event-macros", &[]),
    ("event-ui", &[]),
    ("xtask", &[]),
];

/// What tests may use besides: the macro's tests expand against the real library.
const TEST_ARROWS: &[(&str, &[&str])] = &[("event-macros", &["event-core"])];

/// Dependencies between our crates that no arrow allows.
pub(crate) fn check(metadata: &Metadata) -> Vec<String> {
    let ours: Vec<_> = metadata.members().map(|member| member.name.as_str()).collect();
    metadata.members().flat_map(|member| of_member(member, &ours)).collect()
}

fn of_member(member: &Package, ours: &[&str]) -> Vec<String> {
    let Some(allowed) = targets(ARROWS, &member.name) else {
        return vec![format!(
            "{}: no arrow starts or ends here; add it to the table in {}",
            member.name,
            file!()
        )];
    };
    let in_tests = targets(TEST_ARROWS, &member.name).unwrap_or_default();
    let inner = member
        .dependencies
        .iter()
        .filter(|dependency| ours.contains(&dependency.name.as_str()));
    let wrong = inner.filter(|dependency| {
        let name = dependency.name.as_str();
        let is_allowed = allowed.contains(&name) || (dependency.kind == Kind::Dev && in_tests.contains(&name));
        !is_allowed
    });
    wrong
        .map(|dependency| format!("{} must not depend on {}", member.name, dependency.name))
        .collect()
}

fn targets(arrows: &[(&str, &'static [&'static str])], name: &str) -> Option<&'static [&'static str]> {
    arrows.iter().find(|(from, _)| *from == name).map(|(_, to)| *to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(name: &str, dependency: &str, kind: &str) -> Vec<String> {
        let member = serde_json::from_str::<Package>(&format!(
            r#"{{"id":"x","name":"{name}","version":"0.1.0","license":null,"manifest_path":"/x","targets":[],
                "dependencies":[{{"name":"{dependency}","rename":null,"kind":{kind}}},
                                {{"name":"serde","rename":null,"kind":null}}]}}"#
        ));
        of_member(
            &member.unwrap(),
            &["event-core", "event-bridge", "event-macros", "xtask"],
        )
    }

    #[test]
    fn arrows_may_be_followed() {
        assert!(findings("event-bridge", "event-core", "null").is_empty());
        assert!(findings("event-core", "event-macros", "null").is_empty());
    }

    #[test]
    fn arrows_may_not_be_turned_round() {
        assert_eq!(
            findings("event-core", "event-bridge", "null"),
            ["event-core must not depend on event-bridge"]
        );
        assert_eq!(findings("event-core", "event-bridge", "\"dev\"").len(), 1);
    }

    #[test]
    fn the_macros_know_the_library_in_tests_alone() {
        assert!(findings("event-macros", "event-core", "\"dev\"").is_empty());
        assert_eq!(findings("event-macros", "event-core", "null").len(), 1);
    }

    #[test]
    fn an_unknown_crate_has_to_be_placed() {
        assert!(findings("event-extra", "event-core", "null")[0].contains("add it to the table"));
    }
}

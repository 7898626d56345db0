//! What the derive makes of a type, and what it refuses.

use std::collections::BTreeSet;

use event_core::testing::Capture;
use event_core::{Event, emits};

use super::*;

fn derived(input: &str) -> String {
    expand(&syn::parse_str(input).unwrap()).to_string()
}

#[test]
fn names_become_snake_case() {
    for (name, snake) in [
        ("StepStarted", "step_started"),
        ("LlmCallStarted", "llm_call_started"),
        ("LLMCallStarted", "llm_call_started"),
        ("Http2Request", "http2_request"),
        ("Done", "done"),
        ("r#type", "type"),
    ] {
        assert_eq!(snake_case(name), snake);
    }
}

#[test]
fn an_identity_key_is_refused_under_whatever_name_it_comes() {
    for input in [
        "struct A { run_id: u8 }",
        "struct A { parent_id: u8 }",
        "struct A { #[serde(rename = \"span_id\")] x: u8 }",
        "#[serde(rename_all = \"snake_case\")] struct A { function: u8 }",
        "#[event(duration = \"run_id\")] struct A;",
    ] {
        assert!(derived(input).contains("choose another name"), "{input}");
    }
}

#[test]
fn an_identity_key_that_is_not_written_is_nobodys_business() {
    for input in [
        "struct A { #[serde(rename = \"run\")] run_id: u8 }",
        "struct A { #[serde(skip)] run_id: u8 }",
        "#[serde(rename_all = \"camelCase\")] struct A { run_id: u8 }",
    ] {
        assert!(!derived(input).contains("compile_error"), "{input}");
    }
}

#[derive(Debug)]
struct WithSource(std::fmt::Error);

impl std::fmt::Display for WithSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it has a source")
    }
}

impl std::error::Error for WithSource {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// The library would write such a key a second time.
#[test]
fn the_reserved_keys_are_those_that_the_library_writes() {
    #[derive(Event, serde::Serialize)]
    struct Outer;
    #[derive(Event, serde::Serialize)]
    struct Ended;

    #[emits(Outer, Ended)]
    fn inner() -> Result<(), WithSource> {
        Err(WithSource(std::fmt::Error))
    }
    #[emits(Outer, Ended)]
    fn outer() {
        drop(inner());
    }
    let capture = Capture::start();
    outer();
    let events = capture.events();
    let keys = |event: &event_core::Envelope| event.payload.keys().cloned().collect::<BTreeSet<_>>();
    let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<BTreeSet<_>>();
    // The inner call's: the outer one has no parent.
    assert_eq!(keys(&events[1]), owned(&IDENTITY));
    assert_eq!(keys(&events[2]), owned(&[&IDENTITY[..], &RESULT].concat()));
}

#[test]
fn the_scope_keys_are_those_that_serde_writes() {
    let input = "#[serde(rename_all = \"camelCase\")] struct A {
        #[event(scope)] node_id: u8,
        #[event(scope)] #[serde(rename = \"root\")] root_id: u8,
        other: u8,
    }";
    assert!(
        derived(input).contains("& [\"nodeId\" , \"root\"]"),
        "{}",
        derived(input)
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_the_type_is_an_event_all_the_same() {
    let output = derived("#[event(nmae = \"x\")] struct A { #[event(scoped)] a: u8, run_id: u8 }");
    assert_eq!(output.matches("compile_error").count(), 3, "{output}");
    assert!(output.contains("Event for A"), "{output}");
}

#[test]
fn options_are_given_once_and_say_something() {
    for (input, complaint) in [
        ("#[event(name = \"a\", name = \"b\")] struct A;", "given twice"),
        ("#[event(name = \"\")] struct A;", "at least one letter"),
        ("#[event(scope)] struct A;", "stands on the field"),
        ("#[event(crate = event_core)] struct A;", "means the same everywhere"),
        ("struct A { #[event(name = \"b\")] a: u8 }", "its name is serde's"),
        (
            "struct A { #[event(scope)] #[serde(flatten)] a: B }",
            "no key of its own",
        ),
        ("struct A { #[event(scope)] #[serde(skip)] a: u8 }", "never written"),
        ("struct A(u8);", "name them"),
        ("enum A {}", "one struct for each"),
    ] {
        assert!(derived(input).contains(complaint), "{}", derived(input));
    }
}

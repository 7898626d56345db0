//! What needs a crate of its own: 16, 20, 69, 73 and 74.

use std::path::Path;

use super::compiler::{command, run};

fn succeeds(mut command: std::process::Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

fn program(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/edge_cases/programs")
        .join(name)
}

#[test]
fn case_16_and_69_unsafe_functions_exported_ones_and_those_with_features() {
    let output = run("unsafe_code.rs", &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn case_16_clippy_has_nothing_to_say_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut clippy = command("clippy-driver", &program("unsafe_code.rs"));
    clippy.args(["--emit=metadata", "--out-dir"]).arg(folder.path());
    succeeds(clippy);
}

#[cfg(unix)]
#[test]
fn case_20_a_panic_that_aborts_aborts() {
    use std::os::unix::process::ExitStatusExt;

    let output = run("abort.rs", &["-Cpanic=abort"]);
    assert_eq!(output.status.signal(), Some(6), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("the end"));
}

#[test]
fn case_73_a_library_may_forbid_every_warning() {
    let folder = tempfile::tempdir().unwrap();
    let mut clippy = command("clippy-driver", &program("forbids.rs"));
    clippy
        .args(["--crate-type=lib", "--emit=metadata", "--out-dir"])
        .arg(folder.path());
    succeeds(clippy);
}

#[test]
fn case_74_documentation_shows_the_arguments_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let mut rustdoc = command("rustdoc", &program("forbids.rs"));
    rustdoc
        .args(["--crate-name=case", "-Drustdoc::all", "--out-dir"])
        .arg(folder.path());
    succeeds(rustdoc);
    let page = |name: &str| {
        let html = std::fs::read_to_string(folder.path().join("case").join(name)).unwrap();
        text_of(&html)
    };
    let sum = page("pairs/fn.sum.html");
    assert!(sum.contains("Both, and more."), "{sum}");
    assert!(
        sum.contains("_: (u8, u8), third: u8, _: [u8; 1]) -> u8") || sum.contains("third: u8"),
        "{sum}"
    );
    let later = page("pairs/fn.later.html");
    assert!(
        later.contains("pub async fn later(step: u64, _unused: String, "),
        "{later}"
    );
    let name = page("trait.Named.html");
    assert!(name.contains("fn name(&amp;self, prefix: String) -> String"), "{name}");
}

/// A page without its tags.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for character in html.chars() {
        match character {
            '<' => is_tag = true,
            '>' => is_tag = false,
            _ if is_tag => {}
            _ => text.push(character),
        }
    }
    text.replace("&gt;", ">")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn case_74_documented_examples_run() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("libcase.rlib");
    let mut rustc = command("rustc", &program("forbids.rs"));
    rustc
        .args(["--crate-name=case", "--crate-type=lib", "-o"])
        .arg(&library);
    succeeds(rustc);
    let mut rustdoc = command("rustdoc", &program("forbids.rs"));
    rustdoc
        .args(["--crate-name=case", "--test", "--extern"])
        .arg(format!("case={}", library.display()));
    let said = succeeds(rustdoc);
    assert!(said.contains("1 passed; 0 failed"), "{said}");
}

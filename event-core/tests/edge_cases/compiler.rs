//! The compiler itself, run on sources that need a crate of their own, or that have to be refused. Owns how it is found
//! and called; it knows no case.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// What a tool says of a source, sorted.
pub(crate) fn says(tool: &str, source: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.rs");
    std::fs::write(&file, source).unwrap();
    let mut command = command(tool, &file);
    command.args([
        "--crate-type=lib",
        "--emit=metadata",
        "--error-format=json",
        "--out-dir",
    ]);
    let output = command.arg(folder.path()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let said = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{tool}: {line}")));
    // What has no place is a count of warnings.
    let mut said: Vec<_> = said
        .filter(|said: &Value| !list(said, "spans").is_empty())
        .map(|said| shown(&said))
        .collect();
    said.sort_unstable();
    said
}

/// Code, text, place and suggestions. Errors come without a place: it is the value's where a closure is concerned, and
/// the return type's where a function is.
fn shown(said: &Value) -> String {
    let code = said["code"]["code"].as_str().unwrap_or_default();
    let mut text = format!("{} {code}: {}", said["level"], said["message"]);
    if said["level"] != "error" {
        for span in list(said, "spans").iter().filter(|span| span["is_primary"] == true) {
            text.extend([" at ", &place(span)]);
        }
    }
    for span in list(said, "children").iter().flat_map(|child| list(child, "spans")) {
        if let Some(replacement) = span["suggested_replacement"].as_str() {
            text.extend([" [", replacement, "] at ", &place(span)]);
        }
    }
    text
}

fn place(span: &Value) -> String {
    ["line_start", "column_start", "line_end", "column_end"]
        .map(|key| span[key].to_string())
        .join(":")
}

fn list<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of[key].as_array().map_or(&[], Vec::as_slice)
}

/// Builds a program from `programs/`, and runs it.
pub(crate) fn run(name: &str, flags: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/edge_cases/programs")
        .join(name);
    let built = command("rustc", &source)
        .args(flags)
        .arg("-o")
        .arg(&program)
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Command::new(program).output().unwrap()
}

/// The tool on a source that uses `event_core`, which was built for these tests.
pub(crate) fn command(tool: &str, source: &Path) -> Command {
    let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let mut command = Command::new(tool);
    command.arg(source).arg("--edition=2024").arg("--extern");
    command.arg(format!("event_core={}", library(&deps).display()));
    command.arg("-L").arg(format!("dependency={}", deps.display()));
    command
}

/// The newest build of the library: the one that this program was built with.
fn library(deps: &Path) -> PathBuf {
    let files = std::fs::read_dir(deps).unwrap().map(|entry| entry.unwrap().path());
    let libraries = files.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("libevent_core-") && name.ends_with(".rlib")
    });
    libraries
        .max_by_key(|path| path.metadata().unwrap().modified().unwrap())
        .unwrap()
}

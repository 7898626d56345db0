//! The programs as they are started from a terminal.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const AGENT: &str = env!("CARGO_BIN_EXE_research-agent");

/// A program that knows of no Redis but what a test tells it.
fn program(path: &str) -> Command {
    let mut command = Command::new(path);
    for name in ["REDIS_URL", "REDIS_HOST", "EVENT_STREAM", "WS_PORT", "AGENT_MODEL"] {
        command.env_remove(name);
    }
    command
}

fn agent(args: &[&str]) -> Output {
    program(AGENT).args(args).output().unwrap()
}

fn printed(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

fn left_behind(folder: &Path) -> Vec<String> {
    ["report.md", "nodes.json", "summary.json"]
        .map(|name| fs::read_to_string(folder.join(name)).unwrap())
        .to_vec()
}

#[test]
fn a_run_that_nobody_watches_ends_by_itself_and_leaves_its_report() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("made/if/need/be");
    let output = agent(&["--speed", "0", "--no-serve", "--out", out.to_str().unwrap()]);
    let (lines, errors) = printed(&output);
    assert!(output.status.success(), "{errors}");
    assert!(lines.contains("report.md") && lines.contains("about $"), "{lines}");
    assert!(left_behind(&out)[0].starts_with("# How did messages"));
}

/// A child that does not outlive its test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn a_run_that_is_served_says_where_and_can_be_read_there_when_it_is_over() {
    let (watched, unwatched) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let out = watched.path().to_str().unwrap();
    let mut command = program(AGENT);
    command
        .args(["--speed", "0", "--port", "0", "--out", out])
        .stdout(Stdio::piped());
    let mut served = Served(command.spawn().unwrap());
    let lines = BufReader::new(served.0.stdout.take().unwrap()).lines();
    let last = lines
        .map(Result::unwrap)
        .find(|line| line.contains("(until Ctrl-C)"))
        .expect("it serves");
    let address = last.split_whitespace().nth(1).unwrap().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address.trim_end_matches('/')).unwrap();
    write!(
        connection,
        "GET /api/runs HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("research-agent"), "{answer}");

    assert!(
        agent(&[
            "--speed",
            "0",
            "--no-serve",
            "--out",
            unwatched.path().to_str().unwrap()
        ])
        .status
        .success()
    );
    assert_eq!(left_behind(watched.path()), left_behind(unwatched.path()));
}

#[test]
fn what_is_wrong_on_the_command_line_is_said_with_its_remedy() {
    for (args, needle) in [
        (["--speed", "fast"], "a factor such as 1"),
        (["--price-as", "gold"], "no price of \"gold\", only of gpt-4o-mini"),
        (
            ["--corpus", "/nowhere"],
            "name a folder of .md, .txt or .html files with --corpus",
        ),
        (["--redis", "localhost:6379"], "redis://"),
        (["--faults", "2"], "a share from 0"),
        (["--parallel", "0"], "from 1 to 64"),
        (["--prices", "/nowhere.toml"], "cannot read /nowhere.toml"),
    ] {
        let output = program(AGENT).args(args).arg("--no-serve").output().unwrap();
        let (_, errors) = printed(&output);
        assert!(
            !output.status.success() && errors.contains(needle),
            "{args:?}: {errors}"
        );
    }
}

#[test]
fn the_help_has_examples() {
    let (help, _) = printed(&agent(&["--help"]));
    assert!(
        help.contains("Examples:") && help.contains("cargo demo --redis"),
        "{help}"
    );
}

#[test]
fn the_custom_log_reads_back_what_it_wrote_and_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events");
    for run in 1..=2 {
        let output = program(env!("CARGO_BIN_EXE_custom_log")).arg(&file).output().unwrap();
        let (lines, errors) = printed(&output);
        assert!(output.status.success(), "{errors}");
        let shown: Vec<&str> = lines.lines().filter(|line| line.contains("step_")).collect();
        let kept = fs::read_to_string(&file).unwrap();
        assert_eq!(shown.len(), 10, "{lines}");
        assert_eq!(kept.lines().count(), run * 10);
        assert!(kept.ends_with(&format!("{}\n", shown.join("\n"))), "{kept}");
    }
}

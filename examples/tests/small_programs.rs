//! The small examples, each started as a reader would start it.

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use event_core::Envelope;
use event_core::log::{Content, Cursor, Direction, Log as _, RedisConfig, RedisLog};
use support::block_on;
use support::redis_server::RedisServer;

/// A program that knows of no Redis but what a test tells it, and takes any free port.
fn program(path: &str) -> Command {
    let mut command = Command::new(path);
    for name in ["REDIS_URL", "REDIS_HOST", "EVENT_STREAM"] {
        command.env_remove(name);
    }
    command.env("WS_PORT", "0");
    command
}

fn printed(path: &str) -> String {
    let output = program(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A program that goes on until it is ended, and its lines.
struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    fn start(path: &str) -> Self {
        let mut child = program(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// The next line with this in it.
    fn line_with(&mut self, needle: &str) -> String {
        let mut line = String::new();
        while self.lines.read_line(&mut line).unwrap() > 0 {
            if line.contains(needle) {
                return line;
            }
            line.clear();
        }
        panic!("it ended without {needle:?}");
    }

    /// The address in the next line with this in it.
    fn address_in(&mut self, needle: &str) -> String {
        let line = self.line_with(needle);
        let (_, rest) = line.split_once("http://").unwrap();
        rest.split(['/', ' ', '\n']).next().unwrap().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn request(address: &str, head: &str, headers: &str, body: &str) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    write!(
        connection,
        "{head} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

/// The page's events of one type, as soon as there are so many.
fn events(address: &str, event_type: &str, count: usize) -> String {
    loop {
        let answer = request(address, &format!("GET /api/events?type={event_type}"), "", "");
        if answer.matches("\"type\":").count() >= count {
            return answer;
        }
    }
}

#[test]
fn custom_events_are_there_with_their_own_fields() {
    let mut running = Running::start(env!("CARGO_BIN_EXE_custom_event"));
    let address = running.address_in("watch at");
    running.line_with("Enter ends");
    let finished = events(&address, "index_rebuild_finished", 3);
    assert!(
        finished.contains("\"documents\":2") && finished.contains("\"label\":\"Rebuild the index\""),
        "{finished}"
    );
    let skipped = events(&address, "document_skipped", 3);
    assert!(
        skipped.contains("\"shard\":2") && skipped.contains("\"path\":\"image.png\""),
        "{skipped}"
    );
    assert!(events(&address, "index_published", 1).contains("\"bytes\":40960"));
    running.child.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(running.child.wait().unwrap().success());
}

#[test]
fn spawned_tasks_are_inside_the_run_that_spawned_them() {
    let tree = printed(env!("CARGO_BIN_EXE_spawned_tasks"));
    let lines: Vec<&str> = tree.lines().collect();
    assert_eq!(lines.len(), 4, "{tree}");
    assert!(lines[0].starts_with("run_started"), "{tree}");
    let is_inside = |line: &&str| line.starts_with(['├', '└']) && line.contains("tool_invoked");
    assert!(lines[1..].iter().all(is_inside), "{tree}");
}

#[test]
fn a_streamed_answer_tells_its_pieces_and_one_that_was_left_is_told_apart() {
    let mut running = Running::start(env!("CARGO_BIN_EXE_streaming_answer"));
    let address = running.address_in("watch at");
    running.line_with("Ctrl-C ends");
    let calls = events(&address, "llm_call_completed", 2);
    assert!(
        calls.contains("\"items\":7") && calls.contains("\"time_to_first\":"),
        "{calls}"
    );
    assert!(
        calls.contains("\"outcome\":\"ok\"") && calls.contains("\"outcome\":\"cancelled\""),
        "{calls}"
    );
}

#[test]
fn tools_behind_async_trait_are_followed_and_their_errors_told() {
    let tree = printed(env!("CARGO_BIN_EXE_async_trait"));
    assert!(tree.contains("failed: the oracle is silent"), "{tree}");
    assert!(
        tree.contains("error") && tree.matches("tool_invoked").count() == 2,
        "{tree}"
    );
}

#[test]
fn the_example_of_testing_prints_what_it_captured() {
    let tree = printed(env!("CARGO_BIN_EXE_testing"));
    assert!(
        tree.contains("tool_invoked") && tree.contains("nobody can divide by zero"),
        "{tree}"
    );
}

#[test]
fn a_handler_of_axum_begins_where_its_caller_is() {
    let mut running = Running::start(env!("CARGO_BIN_EXE_axum_service"));
    let service = running.address_in("ask at");
    let address = running.address_in("watch at");
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let answer = request(
        &service,
        "POST /ask",
        &format!("traceparent: {traceparent}\r\n"),
        "hello",
    );
    assert!(answer.contains("You asked: hello"), "{answer}");
    assert!(request(&service, "POST /ask", "", " ").contains("422"));
    let finished = events(&address, "run_finished", 2);
    assert!(
        finished.contains("\"run_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\""),
        "{finished}"
    );
    assert!(finished.contains("\"parent_id\":\"00f067aa0ba902b7\""), "{finished}");
    let calls = events(&address, "llm_call_completed", 2);
    assert!(calls.contains("\"error\":\"there is no question\""), "{calls}");
}

fn stored(url: &str) -> Vec<Envelope> {
    let log = RedisLog::new(RedisConfig::new(url).unwrap()).unwrap();
    let page = block_on(log.page(Cursor::default(), Direction::Forward, 1000)).unwrap();
    let entries = page.entries.into_iter().map(|entry| match entry.content {
        Content::Json(json) => serde_json::from_slice(&json).unwrap(),
        Content::Foreign(fields) => panic!("an entry of somebody else: {fields:?}"),
    });
    entries.collect()
}

#[test]
fn two_processes_make_one_tree() {
    let server = RedisServer::start();
    let output = program(env!("CARGO_BIN_EXE_two_processes"))
        .env("REDIS_URL", server.url())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "IS THIS ONE TREE?");
    let events = stored(&server.url());
    let runs: std::collections::BTreeSet<&str> = events.iter().map(|event| support::text(event, "run_id")).collect();
    assert_eq!(runs.len(), 1, "{events:#?}");
    let started = |tool: &str| {
        let is_it = |event: &&Envelope| event.event_type == "tool_invoked" && event.payload["tool_name"] == tool;
        events
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("no {tool} in {events:#?}"))
    };
    assert_eq!(
        started("upper").payload["parent_id"],
        started("service").payload["span_id"]
    );
    assert_eq!(
        events
            .iter()
            .filter(|event| event.event_type == "tool_returned")
            .count(),
        2
    );
}

#[test]
fn two_processes_without_a_log_that_both_reach_say_what_to_set() {
    let output = program(env!("CARGO_BIN_EXE_two_processes")).output().unwrap();
    assert!(!output.status.success());
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("set REDIS_URL"),
        "{output:?}"
    );
}

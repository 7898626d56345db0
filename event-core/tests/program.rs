//! A bus as the program around it: what it takes from the environment, and what a terminal that nobody reads does to it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use event_core::EventBus;
use serde_json::json;

const CHILD: &str = "EVENT_TEST_CHILD";

fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// One test of this program again, as a program of its own.
fn again(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, "1");
    command
}

#[test]
fn a_variable_that_is_no_text_is_named_and_not_ignored() {
    if is_child() {
        let built = EventBus::from_env();
        println!("built: {built:?}");
        return;
    }
    for name in [
        "REDIS_URL",
        "REDIS_HOST",
        "EVENT_STREAM",
        "EVENT_STREAM_MAXLEN",
        "EVENT_REDIS_CA",
        "EVENT_QUEUE_MAX_EVENTS",
        "EVENT_QUEUE_MAX_BYTES",
        "EVENT_MAX_BYTES",
        "EVENT_SPOOL",
        "EVENT_SPOOL_MAX_BYTES",
        "EVENT_REDACT",
        "EVENT_STATS_INTERVAL",
    ] {
        let mut child = again("a_variable_that_is_no_text_is_named_and_not_ignored");
        if name == "REDIS_HOST" {
            child.env_remove("REDIS_URL");
        } else {
            child.env("REDIS_URL", "redis://127.0.0.1:1");
        }
        if name == "EVENT_SPOOL_MAX_BYTES" {
            child.env("EVENT_SPOOL", std::env::temp_dir());
        }
        child.env(name, OsStr::from_bytes(b"caf\xe9"));
        let output = child.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let expected = format!("Err({name}: expected text in UTF-8, got other bytes; set it anew, or unset it)");
        assert!(said.contains(&expected), "{name}: {said}");
    }
}

#[test]
fn counts_are_read_while_nobody_reads_the_terminal() {
    if is_child() {
        // Until the pipe is full, and then for ever.
        std::thread::spawn(|| while std::io::stderr().write_all(&[b'.'; 4096]).is_ok() {});
        std::thread::sleep(Duration::from_millis(500));
        let bus = EventBus::redis("redis://127.0.0.1:1").unwrap();
        bus.publish_value("n", json!(1));
        while bus.stats().last_error.is_none() {
            std::thread::sleep(Duration::from_millis(10));
        }
        println!("counted");
        std::process::exit(0);
    }
    let mut child = again("counts_are_read_while_nobody_reads_the_terminal")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (sender, said) = std::sync::mpsc::channel();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(sender.send(line))));
    let counted =
        std::iter::from_fn(|| said.recv_timeout(Duration::from_secs(30)).ok()).any(|line| line.contains("counted"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(counted, "the counts were waited for in vain");
}

//! What others read: the plain loops of the guide, which know nothing of this library, on a real redis-server.

#[path = "support/redis_server.rs"]
mod redis_server;

use std::collections::BTreeMap;
use std::process::Command;

use event_core::{Event, EventBus, emits, hash};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::redis_server::{DEADLINE, RedisServer};

/// A program that reads, and how it is called.
struct Consumer {
    program: &'static str,
    script: &'static str,
}

const PYTHON: Consumer = Consumer {
    program: "python3",
    script: "plain.py",
};
const NODE: Consumer = Consumer {
    program: "node",
    script: "plain.mjs",
};

impl Consumer {
    fn is_there(&self) -> bool {
        let version = Command::new(self.program).arg("--version").output();
        version.is_ok_and(|version| version.status.success())
    }

    /// What it says of the first `count` events.
    fn read(&self, port: u16, count: usize) -> Vec<(String, String)> {
        let output = Command::new(self.program)
            .arg(format!(
                "{}/tests/consumers/{}",
                env!("CARGO_MANIFEST_DIR"),
                self.script
            ))
            .args([&port.to_string(), "agent_events", &count.to_string()])
            .output()
            .unwrap();
        let (said, errors) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(output.status.success(), "{}: {said}{errors}", self.script);
        let mut lines: Vec<_> = said
            .lines()
            .map(|line| line.split_once(' ').unwrap_or((line, "")))
            .map(|(event_type, text)| (event_type.to_owned(), text.to_owned()))
            .collect();
        let by = lines.pop().unwrap();
        println!("{}: {count} events {} {}", self.program, by.0, by.1);
        lines
    }
}

#[derive(Event, Serialize)]
struct Said<'a> {
    text: &'a str,
}

#[derive(Event, Serialize)]
struct Hard<T> {
    hard: T,
}

/// A value that holds itself.
struct Endless;

impl Serialize for Endless {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq([Self])
    }
}

struct Failing;

impl Serialize for Failing {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("not \"today\"\n"))
    }
}

/// Texts that come back as they went.
fn texts() -> Vec<String> {
    let every_low = (0..0x300).filter_map(char::from_u32).collect();
    let edges = "\u{7f}\u{80}\u{7ff}\u{800}\u{2028}\u{2029}\u{d7ff}\u{e000}\u{fffd}\u{ffff}\u{10000}\u{10ffff}";
    vec![
        String::new(),
        every_low,
        edges.to_owned(),
        "\0\u{1b}[31m\r\n\t\u{8}\u{c}\"\\/</script>'`".to_owned(),
        "👩‍👩‍👧‍👦 e\u{301} ß 汉字 עברית".to_owned(),
        "x".repeat(200_000),
        r#"{"a":"\ud83d\ude00\\"}"#.to_owned(),
    ]
}

fn publish_what_is_hard() {
    let raw = r#"{ "a" : [1.50, 1e400, "\ud800", "\ud83d\ude00", "sk-abcdefghijklmnop"],
        "b": 123456789012345678901234567890 }"#;
    Hard { hard: f64::NAN }.publish();
    Hard {
        hard: [f64::INFINITY, f64::MIN_POSITIVE, -0.0],
    }
    .publish();
    Hard {
        hard: (u128::MAX, i128::MIN, u64::MAX, f32::MIN),
    }
    .publish();
    Hard { hard: Endless }.publish();
    Hard { hard: Failing }.publish();
    Hard {
        hard: BTreeMap::from([([1], 2)]),
    }
    .publish();
    Hard {
        hard: RawValue::from_string(raw.to_owned()).unwrap(),
    }
    .publish();
    Hard {
        hard: "\0\n€".repeat(500_000),
    }
    .publish();
    Hard {
        hard: (0..200_000).collect::<Vec<_>>(),
    }
    .publish();
    Hard {
        hard: BTreeMap::from([("", Value::Null), ("\n", json!({})), ("é", json!([]))]),
    }
    .publish();
    Hard {
        hard: (0..95).fold(json!(1), |inner, _| json!([inner])),
    }
    .publish();
}

#[emits(Said { text: "begins" }, Said)]
fn call(fails: bool) -> Result<(), String> {
    if fails {
        Err("with \"quotes\"\n\u{7}".to_owned())
    } else {
        Ok(())
    }
}

#[test]
fn the_plain_loops_of_others_read_every_event_with_exactly_four_keys() {
    let consumers: Vec<_> = [PYTHON, NODE].into_iter().filter(Consumer::is_there).collect();
    assert!(
        !consumers.is_empty(),
        "this test needs python3 or node; install one: apt-get install python3, or brew install python"
    );
    let server = RedisServer::start();
    let bus = EventBus::redis(&server.url()).unwrap();
    let installed = bus.clone().install_for_thread();
    let mut expected = Vec::new();
    for text in texts() {
        Said { text: &text }.publish();
        expected.push(("said".to_owned(), hash(&text)["sha256:".len()..].to_owned()));
    }
    publish_what_is_hard();
    expected.extend((0..11).map(|_| ("hard".to_owned(), "-".to_owned())));
    for fails in [false, true] {
        let _ = call(fails);
        let begins = ("said".to_owned(), hash("begins")["sha256:".len()..].to_owned());
        expected.extend([begins.clone(), begins]);
    }
    bus.publish_value("a type\nof \"its\" own", json!(["no object"]));
    expected.push(("a".to_owned(), "type".to_owned()));
    assert_eq!(bus.flush(DEADLINE), 0);
    drop(installed);

    for consumer in consumers {
        let read = consumer.read(server.port, expected.len());
        assert_eq!(read.len(), expected.len() + 1, "the last has a line break in its type");
        assert_eq!(read[..expected.len()], expected, "{}", consumer.script);
    }
}

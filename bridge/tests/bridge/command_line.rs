use std::process::Output;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::support::program::{command, interrupt, run};
use crate::support::{Redis, TestBridge, get, in_time, until};

pub(crate) async fn refused(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = in_time("the command gives up", command.output()).await.unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

/// Reads the program's log until it serves; the port.
async fn served_port(child: &mut Child) -> u16 {
    served(child).await.0
}

/// Reads the program's log until it serves; the port, and all lines of the log.
pub(crate) async fn served(child: &mut Child) -> (u16, UnboundedReceiver<String>) {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let (log, kept) = unbounded_channel();
    let (port, is_served) = tokio::sync::oneshot::channel();
    // Its log must find a reader for as long as it runs.
    tokio::spawn(async move {
        let mut port = Some(port);
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some((_, rest)) = line.split_once("serving http://127.0.0.1:") {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                port.take().unwrap().send(digits.parse().unwrap()).unwrap();
            }
            // Only some tests want to know what was logged.
            let _ = log.send(line);
        }
    });
    let port = in_time("the program serves", is_served).await.expect("it still runs");
    (port, kept)
}

#[tokio::test]
async fn serve_serves_and_stops_with_zero_at_a_signal() {
    let redis = Redis::start();
    let mut child = command(&["serve", "--port", "0", "--redis", &redis.url()])
        .spawn()
        .unwrap();
    let port = served_port(&mut child).await;
    assert_eq!(get(port, "/").await.status, 200);
    interrupt(&child).await;
    let status = in_time("it stops", child.wait()).await.unwrap();
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    let redis = Redis::start();
    let mut child = command(&["serve", "--port", "0", "--redis", &redis.url()])
        .spawn()
        .unwrap();
    let port = served_port(&mut child).await;
    // Somebody who never finishes a request keeps the bridge waiting.
    let mut lazy = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    lazy.write_all(b"GET / HT").await.unwrap();
    assert_eq!(get(port, "/healthz").await.status, 200);
    interrupt(&child).await;
    until("it listens no more", || async {
        TcpStream::connect(("127.0.0.1", port)).await.is_err()
    })
    .await;
    interrupt(&child).await;
    let status = in_time("it stops", child.wait()).await.unwrap();
    assert_eq!(status.code(), Some(130));
}

#[tokio::test]
async fn a_taken_port_is_named_with_the_way_to_another() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let port = bridge.port.to_string();
    let (code, message) = refused(command(&["serve"]).env("WS_PORT", &port)).await;
    assert_eq!(code, Some(1));
    assert!(
        message.contains(&format!("port {port} of 127.0.0.1 is taken")),
        "{message}"
    );
    assert!(message.contains("--port or WS_PORT"), "{message}");
}

#[tokio::test]
async fn the_stream_is_named_once_it_is_served_and_a_log_that_is_away_in_a_sentence() {
    let redis = Redis::absent(&[]);
    let url = redis.url();
    let mut child = command(&["serve", "--port", "0", "--stream", "mine"])
        .env("REDIS_URL", url.replace("redis://", "redis://:secret@"))
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut log = String::new();
    in_time("the log is said to be away", async {
        while !log.contains("is redis-server running there?\n") {
            log += &lines.next_line().await.unwrap().expect("it still runs");
            log.push('\n');
        }
    })
    .await;
    let address = url.replace("redis://", "redis://***@");
    assert!(
        log.contains(&format!("reading stream \"mine\" of {address}\n")),
        "{log}"
    );
    assert!(
        log.contains(&format!("cannot read the log, trying again: Redis at {address}: ")),
        "{log}"
    );

    let bridge = TestBridge::start(redis.log());
    let port = bridge.port.to_string();
    let (_, log) = refused(&mut command(&["serve", "--port", &port])).await;
    assert!(!log.contains("reading"), "{log}");
}

#[tokio::test]
async fn misuse_is_told_with_its_remedy_and_code_2() {
    let cases: [(&[&str], (&str, &str), &str); 7] = [
        (
            &["serve"],
            ("REDIS_URL", "redis://127.0.0.1:abc"),
            "REDIS_URL: expected redis://",
        ),
        (
            &["serve"],
            ("REDIS_URL", "rediss://127.0.0.1:6380/#insecure"),
            "EVENT_REDIS_CA",
        ),
        (
            &["serve"],
            ("REDIS_URL", "localhost:6379"),
            "REDIS_URL: expected redis://",
        ),
        (
            &["serve"],
            ("EVENT_STREAM_MAXLEN", "many"),
            "EVENT_STREAM_MAXLEN: expected a number",
        ),
        (
            &["serve"],
            ("WS_PORT", "http"),
            "WS_PORT: expected a port from 0 to 65535, got \"http\"",
        ),
        (&["serve", "--host", "0.0.0.0"], ("WS_PORT", "0"), "say --insecure"),
        (
            &["serve", "--host", "example.com"],
            ("WS_PORT", "0"),
            "expected localhost or an IP address",
        ),
    ];
    for (arguments, (name, value), expected) in cases {
        let (code, message) = refused(command(arguments).env(name, value)).await;
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn help_shows_examples() {
    let mut help = command(&["serve", "--help"]);
    let output = in_time("help", help.output()).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    for part in ["--redis <URL>", "REDIS_URL", "--allow-origin", "Examples:", "curl"] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn completions_know_every_command_and_do_not_mind_a_reader_that_goes() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = run(&mut command(&["completions", shell])).await;
        assert_eq!(said.code, Some(0), "{said:?}");
        for name in ["serve", "check", "--complete"] {
            assert!(said.out.contains(name.trim_start_matches('-')), "{shell}: {name}");
        }
    }
    let mut child = command(&["completions", "bash"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().await.unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

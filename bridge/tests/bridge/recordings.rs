use std::path::Path;
use std::process::Stdio;

use event_core::log::Log as _;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::support::program::{Said, command, interrupt, run};
use crate::support::{Framed, Redis, TestBridge, agent, event, get, in_time, seq, until};

fn record(redis: &Redis, file: &Path) -> Command {
    command(&["record", "--redis", &redis.url(), file.to_str().unwrap()])
}

async fn record_all(redis: &Redis, file: &Path) -> Said {
    run(record(redis, file).arg("--no-follow")).await
}

fn seqs(file: &Path) -> Vec<u64> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line.get("event").is_some())
        .map(|line| seq(&line["event"]))
        .collect()
}

async fn add(redis: &Redis, seqs: std::ops::Range<u64>) -> Vec<String> {
    redis.add(&seqs.map(event).collect::<Vec<_>>()).await
}

#[tokio::test]
async fn a_recording_holds_all_there_is_and_goes_on_where_it_ended() {
    let redis = Redis::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ndjson");
    add(&redis, 0..50).await;
    let said = record_all(&redis, &file).await;
    assert_eq!((said.code, said.out.as_str()), (Some(0), ""), "{said:?}");
    assert!(
        said.err.starts_with("50 events, ") && said.err.contains("recorded into"),
        "{said:?}"
    );
    assert_eq!(seqs(&file), (0..50).collect::<Vec<_>>());

    add(&redis, 50..60).await;
    let said = record_all(&redis, &file).await;
    assert!(
        said.err.contains("10 events, ") && said.err.contains("behind 50 that it held"),
        "{said:?}"
    );
    assert_eq!(seqs(&file), (0..60).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_comes_is_recorded_until_ctrl_c_over_a_bridge_too() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ndjson");
    let url = format!("http://127.0.0.1:{}", bridge.port);
    let mut child = command(&["record", "--bridge", &url, file.to_str().unwrap()])
        .spawn()
        .unwrap();
    for part in 0..5 {
        add(&redis, part * 10..part * 10 + 10).await;
        let read = || std::fs::read_to_string(&file).unwrap_or_default().lines().count() as u64;
        until("what came is in the file", || async { read() == part * 10 + 10 }).await;
    }
    // Somebody else may not write into it.
    let said = run(record(&redis, &file).arg("--no-follow")).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("is recorded into already"), "{said:?}");
    interrupt(&child).await;
    assert_eq!(in_time("it ends", child.wait()).await.unwrap().code(), Some(0));
    assert_eq!(seqs(&file), (0..50).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_recorder_that_was_killed_costs_no_event_and_repeats_none() {
    let redis = Redis::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ndjson");
    add(&redis, 0..2000).await;
    let mut child = record(&redis, &file).spawn().unwrap();
    until("something is in the file", || async {
        std::fs::metadata(&file).is_ok_and(|file| file.len() > 0)
    })
    .await;
    child.kill().await.unwrap();
    // Of a write that the disk did not take in whole.
    let text = std::fs::read(&file).unwrap();
    std::fs::write(&file, &text[..text.len() - 7]).unwrap();
    add(&redis, 2000..2100).await;
    let said = record_all(&redis, &file).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.err.contains("was torn, "), "{said:?}");
    assert_eq!(seqs(&file), (0..2100).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_gap_stands_in_the_recording_and_the_checker_minds_it() {
    let redis = Redis::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ndjson");
    add(&redis, 0..5).await;
    record_all(&redis, &file).await;
    add(&redis, 5..15).await;
    redis.run("XTRIM agent_events MAXLEN 4").await;
    let said = record_all(&redis, &file).await;
    assert!(said.err.contains("6 events are missing (trimmed)"), "{said:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    let gap: Value = serde_json::from_str(text.lines().nth(5).unwrap()).unwrap();
    assert_eq!((&gap["control"], &gap["lost"]), (&Value::from("gap"), &Value::from(6)));
    let said = run(&mut command(&["check", file.to_str().unwrap()])).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("6 events missing in a gap"), "{said:?}");
}

#[tokio::test]
async fn other_files_are_left_as_they_are() {
    let redis = Redis::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    for (text, arguments, expected, code) in [
        ("my notes\n", &[][..], "line 1 is no event", 1),
        ("{\"type\":\"a\"}\n", &[], "have no cursors", 1),
        (
            "{\"cursor\":\"1-1\",\"event\":{\"type\":\"a\"}}\n",
            &["--after", "0"],
            "leave out --after",
            1,
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let said = run(record(&redis, &file).args(arguments)).await;
        assert_eq!(said.code, Some(code), "{said:?}");
        assert!(said.err.contains(expected), "{said:?}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
    let said = run(&mut record(&redis, &folder.path().join("none/run.ndjson"))).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("can't be recorded into"), "{said:?}");
}

/// A recording of an agent's run, and the Redis it was made on.
async fn recorded_run(file: &Path) -> Redis {
    let redis = Redis::start();
    agent::run(redis.log(), true).await;
    assert_eq!(record_all(&redis, file).await.code, Some(0));
    redis
}

/// Reads what it says until it serves; the port.
async fn serving_port(child: &mut Child) -> (u16, tokio::io::Lines<BufReader<tokio::process::ChildStderr>>) {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = in_time("it serves", lines.next_line()).await.unwrap().unwrap();
    let port = line
        .strip_prefix("event-bridge: serving http://127.0.0.1:")
        .expect(&line);
    (port.parse().unwrap(), lines)
}

#[tokio::test]
async fn a_recording_is_watched_again_without_redis() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ndjson");
    let redis = recorded_run(&file).await;
    drop(redis);
    let arguments = [
        "replay",
        file.to_str().unwrap(),
        "--serve",
        "--port",
        "0",
        "--speed",
        "0",
    ];
    let mut child = command(&arguments).spawn().unwrap();
    let (port, mut said) = serving_port(&mut child).await;
    assert_eq!(
        in_time("it says", said.next_line()).await.unwrap().unwrap(),
        "12 events replayed"
    );
    let mut viewer = Framed::connect(port, "&after=0").await;
    let text = std::fs::read_to_string(&file).unwrap();
    for line in text.lines() {
        let recorded: Value = serde_json::from_str(line).unwrap();
        assert_eq!(viewer.event().await, recorded["event"]);
    }
    assert_eq!(get(port, "/").await.status, 200);
    interrupt(&child).await;
    assert_eq!(in_time("it ends", child.wait()).await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_replay_that_is_interrupted_does_not_look_like_one_that_came_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.ndjson");
    let at = |time: &str| format!(r#"{{"type":"a","ts":"2026-11-22T{time}Z","payload":{{}}}}"#);
    std::fs::write(&file, format!("{}\n{}\n", at("13:00:00.000000"), at("14:00:00.000000"))).unwrap();
    let redis = Redis::start();
    let path = file.to_str().unwrap();
    let mut replay = command(&["replay", path, "--to-redis", "--redis", &redis.url()]);
    let mut child = replay.spawn().unwrap();
    until("the first event is there", || async {
        redis.log().info().await.is_ok_and(|info| info.length == 1)
    })
    .await;
    interrupt(&child).await;
    assert_eq!(in_time("it ends", child.wait()).await.unwrap().code(), Some(130));
}

#[tokio::test]
async fn a_recording_goes_into_a_stream_as_it_was_or_as_a_new_run_of_now() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ndjson");
    let _redis = recorded_run(&file).await;
    let redis = Redis::start();
    let replay = async |arguments: &[&str]| {
        let mut replay = command(&[
            "replay",
            file.to_str().unwrap(),
            "--to-redis",
            "--redis",
            &redis.url(),
            "--speed",
            "0",
        ]);
        let said = run(replay.args(arguments)).await;
        assert_eq!(
            (said.code, said.err.as_str()),
            (Some(0), "12 events replayed\n"),
            "{said:?}"
        );
    };
    replay(&[]).await;
    let again = folder.path().join("again.ndjson");
    record_all(&redis, &again).await;
    let events = |file: &Path| -> Vec<Value> {
        let text = std::fs::read_to_string(file).unwrap();
        text.lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].take())
            .collect()
    };
    assert_eq!(events(&again), events(&file));

    replay(&["--retime"]).await;
    replay(&["--retime"]).await;
    // Three runs, each as sound as the one that was recorded.
    let said = run(&mut command(&["check", "--complete", "--redis", &redis.url()])).await;
    assert_eq!(
        (said.code, said.out.as_str()),
        (Some(0), "36 events, 3 runs, 15 spans: nothing is wrong\n"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_torn_last_line_is_told_and_a_wrong_one_stops_the_replay_with_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ndjson");
    let _redis = recorded_run(&file).await;
    let redis = Redis::start();
    let text = std::fs::read_to_string(&file).unwrap();
    let arguments = [
        "replay",
        file.to_str().unwrap(),
        "--to-redis",
        "--redis",
        &redis.url(),
        "--speed",
        "0",
    ];
    std::fs::write(&file, &text[..text.len() - 9]).unwrap();
    let said = run(&mut command(&arguments)).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(
        said.err.contains("the last line is torn off") && said.err.contains("11 events replayed"),
        "{said:?}"
    );

    std::fs::write(&file, text.replacen("\"event\":{", "\"event\":", 1)).unwrap();
    let said = run(&mut command(&arguments)).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("line 1 is no event"), "{said:?}");
}

#[tokio::test]
async fn a_replay_that_can_not_be_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.ndjson");
    std::fs::write(&file, "").unwrap();
    let file = file.to_str().unwrap();
    let absent = Redis::absent(&[]).url();
    let cases: [(&[&str], &str, i32); 5] = [
        (&[file], "--to-redis|--serve", 2),
        (&[file, "--serve", "--to-redis"], "cannot be used with", 2),
        (&[file, "--serve", "--speed", "fast"], "expected a factor such as 1", 2),
        (&["gone.ndjson", "--serve"], "gone.ndjson can't be read", 1),
        (&[file, "--to-redis", "--redis", &absent], "holds no event", 1),
    ];
    for (arguments, expected, code) in cases {
        let said = run(command(&["replay"]).args(arguments).stdout(Stdio::null())).await;
        assert_eq!(said.code, Some(code), "{said:?}");
        assert!(said.err.contains(expected), "{said:?}");
    }
}

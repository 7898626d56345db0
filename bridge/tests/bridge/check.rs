use std::sync::Arc;

use event_bridge::check::{self, Rules};
use event_core::log::MemoryLog;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

use crate::support::program::{Said, command, run};
use crate::support::{Redis, TestBridge, agent, event_of, get};

async fn check_at(redis: &Redis, arguments: &[&str]) -> Said {
    run(command(&["check"]).args(arguments).env("REDIS_URL", redis.url())).await
}

/// A Redis in which an agent has run twice, once to a good end.
async fn with_runs() -> Redis {
    let redis = Redis::start();
    for fails in [false, true] {
        agent::run(redis.log(), fails).await;
    }
    redis
}

#[tokio::test]
async fn a_stream_of_real_calls_is_clean_and_exits_0() {
    let redis = with_runs().await;
    for arguments in [&[][..], &["agent_events"], &["--complete", "--stream", "agent_events"]] {
        let said = check_at(&redis, arguments).await;
        assert_eq!(said.code, Some(0), "{said:?}");
        assert_eq!(said.out, "24 events, 2 runs, 10 spans: nothing is wrong\n");
    }
}

#[tokio::test]
async fn a_log_is_checked_by_the_library_as_well() {
    let log = Arc::new(MemoryLog::new("mine", 0));
    agent::run(log.clone(), true).await;
    let report = check::log(&*log, Rules::default().complete()).await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!((report.events, report.runs, report.spans), (12, 1, 5));
}

/// Both sides read the same recordings: the page's tests tell of every moment of them.
#[test]
fn the_recordings_that_the_page_knows_are_whole_and_true() {
    for file in ["../ui/fixtures/research.ndjson", "../ui/public/demo.ndjson"] {
        let recording = std::fs::File::open(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let report = check::recording(std::io::BufReader::new(recording), Rules::default().complete()).unwrap();
        assert!(report.is_clean(), "{file}: {report}");
        assert!(report.events > 300, "{file}: {report}");
    }
}

#[tokio::test]
async fn what_is_wrong_in_a_stream_is_named_with_its_event_and_exits_1() {
    let redis = with_runs().await;
    let id = redis.add(&[event_of("tool_returned", &serde_json::json!({
        "run_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "00f067aa0ba902b7", "outcome": "ok", "duration": -1,
        "tool_name": "clock"
    }))]).await;
    redis.run("XADD agent_events * other field").await;
    let said = check_at(&redis, &[]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    let lines: Vec<_> = said.out.lines().collect();
    assert!(
        lines[0].starts_with(&format!("entry {}, event 01a20395-3ffb-7001-8000-", id[0])),
        "{said:?}"
    );
    assert!(
        lines[0].ends_with("[duration] its duration is -1; expected seconds"),
        "{said:?}"
    );
    assert!(
        lines[1].ends_with("[pairing] no started event for span 00f067aa0ba902b7; expected one before it"),
        "{said:?}"
    );
    assert!(lines[2].ends_with("[envelope] the entry has no field `json`; it has other; expected one field, `json`"));
    assert_eq!(lines[3], "25 events, 3 runs, 11 spans: 3 findings");

    let said = check_at(&redis, &["--json"]).await;
    let report: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (said.code, &report["findings"][1]["rule"]),
        (Some(1), &Value::from("pairing"))
    );
    assert_eq!(report["events"], 25);
}

#[tokio::test]
async fn a_trimmed_stream_is_clean_and_says_what_is_gone() {
    let redis = with_runs().await;
    redis.run("XTRIM agent_events MAXLEN 15").await;
    let said = check_at(&redis, &[]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(
        said.out
            .starts_with("note: the beginning is cut off (9 events gone): what began there is not missed\n"),
        "{said:?}"
    );
    assert_eq!(check_at(&redis, &["--complete"]).await.code, Some(1));
}

#[tokio::test]
async fn what_a_bridge_serves_is_checked_from_a_pipe_by_its_address_and_from_a_file_in_which_a_line_is_missing() {
    let redis = with_runs().await;
    let bridge = TestBridge::start(redis.log());
    let page = get(bridge.port, "/api/events").await.body;
    let mut child = command(&["check", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(page.as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "24 events, 2 runs, 10 spans: nothing is wrong\n"
    );

    let said = run(&mut command(&["check", &format!("http://127.0.0.1:{}", bridge.port)])).await;
    assert_eq!(
        (said.code, said.out.as_str()),
        (Some(0), "24 events, 2 runs, 10 spans: nothing is wrong\n"),
        "{said:?}"
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ndjson");
    let mut lines: Vec<_> = page.lines().collect();
    lines.remove(3);
    std::fs::write(&file, lines.join("\n")).unwrap();
    let said = run(&mut command(&["check", file.to_str().unwrap()])).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("[pairing] no started event for span"), "{said:?}");
}

#[tokio::test]
async fn what_can_not_be_checked_exits_2_and_says_what_to_do() {
    let redis = Redis::start();
    let absent = Redis::absent(&[]);
    let cases: [(&[&str], &Redis, &str); 6] = [
        (
            &["http://127.0.0.1:1"],
            &redis,
            "http://127.0.0.1:1 can't be checked: cannot connect to",
        ),
        (
            &["gone.ndjson"],
            &redis,
            "gone.ndjson: there is no such file; if it is the key of a stream, say --stream",
        ),
        (&[], &redis, "is empty; name another one, or a recording that exists"),
        (&[], &absent, "is redis-server running there?"),
        (&["--redis", "localhost"], &redis, "expected redis://"),
        (&["--complet"], &redis, "a similar argument exists: '--complete'"),
    ];
    for (arguments, redis, expected) in cases {
        let said = check_at(redis, arguments).await;
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.err.contains(expected), "{said:?}");
    }
}

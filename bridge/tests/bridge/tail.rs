use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

use crate::support::program::{Said, command, interrupt, run};
use crate::support::{Redis, TestBridge, agent, event, event_of, get, in_time, until};

/// Both ways to read: a bridge, and Redis itself.
fn ways(redis: &Redis, bridge: &TestBridge) -> [[String; 2]; 2] {
    [
        ["--redis".to_owned(), redis.url()],
        ["--bridge".to_owned(), format!("http://127.0.0.1:{}", bridge.port)],
    ]
}

async fn tail(way: &[String; 2], arguments: &[&str]) -> Said {
    run(command(&["tail"]).args(way).args(arguments)).await
}

/// A tail that goes on, and what it prints.
fn started(way: &[String; 2], arguments: &[&str]) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = command(&["tail"])
        .args(way)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    in_time("a line", lines.next_line()).await.unwrap().expect("it goes on")
}

/// What changes from run to run.
fn without_chance(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut words: Vec<_> = line.split(' ').collect();
        words[0] = "TIME";
        let words = words.into_iter().map(|word| match word {
            word if word.ends_with("ms") && word.starts_with(|first: char| first.is_ascii_digit()) => "DURATION",
            word if word.starts_with("run=") => "run=ID",
            word => word,
        });
        out.push_str(&words.collect::<Vec<_>>().join(" "));
        out.push('\n');
    }
    out
}

#[tokio::test]
async fn a_run_is_followed_as_a_tree_to_its_end_and_its_outcome_is_the_exit_code() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    agent::run(redis.log(), false).await;
    until("the bridge knows the run", || async {
        !get(bridge.port, "/api/runs").await.json()["runs"]
            .as_array()
            .unwrap()
            .is_empty()
    })
    .await;
    for way in ways(&redis, &bridge) {
        let said = tail(&way, &["--run", "latest", "--tree"]).await;
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
        assert_eq!(
            without_chance(&said.out),
            "\
TIME ▶ run_started name=greeter run=ID
TIME   ▶ step_started step=0 node_id=n1
TIME     · node_status_change NEW → OPEN step=0 node_id=n1
TIME     ▶ llm_call_started agent_class=Greeter model=echo step=0 node_id=n1
TIME     ✔ llm_call_completed ok DURATION agent_class=Greeter model=echo step=0 node_id=n1 truncated_result=hello
TIME   ✔ step_finished ok DURATION step=0 node_id=n1
TIME   ▶ step_started step=1 node_id=n1
TIME     · node_status_change OPEN → DONE step=1 node_id=n1
TIME     ▶ llm_call_started agent_class=Greeter model=echo step=1 node_id=n1
TIME     ✔ llm_call_completed ok DURATION agent_class=Greeter model=echo step=1 node_id=n1 truncated_result=hello
TIME   ✔ step_finished ok DURATION step=1 node_id=n1
TIME ✔ run_finished ok DURATION name=greeter total_llm_calls=2 total_steps=2 run=ID
"
        );
    }
    agent::run(redis.log(), true).await;
    until("the bridge knows both runs", || async {
        get(bridge.port, "/api/runs").await.json()["runs"]
            .as_array()
            .unwrap()
            .len()
            == 2
    })
    .await;
    for way in ways(&redis, &bridge) {
        let said = tail(&way, &["--run", "latest"]).await;
        assert_eq!(said.code, Some(1), "{said:?}");
        let last = said.out.lines().last().unwrap();
        assert!(
            last.contains("✘ run_finished error ") && last.contains("the model is tired"),
            "{said:?}"
        );
    }
}

#[tokio::test]
async fn a_run_that_comes_later_is_waited_for() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    for way in ways(&redis, &bridge) {
        redis.run("DEL agent_events").await;
        let (mut child, mut lines) = started(&way, &["--run", "latest"]);
        let mut notices = BufReader::new(child.stderr.take().unwrap()).lines();
        let notice = in_time("a notice", notices.next_line()).await.unwrap().unwrap();
        assert_eq!(notice, "event-bridge: there is no run yet, waiting for one");
        agent::run(redis.log(), false).await;
        assert!(line(&mut lines).await.contains("run_started"));
        while let Some(line) = in_time("a line", lines.next_line()).await.unwrap() {
            assert!(line.contains("run="), "{line}");
        }
        assert_eq!(in_time("it ends", child.wait()).await.unwrap().code(), Some(0));
        if way[0] == "--redis" {
            // The bridge has noticed that the stream is another one.
            redis.run("DEL agent_events").await;
            until("the bridge knows no run", || async {
                get(bridge.port, "/api/runs").await.json()["runs"]
                    .as_array()
                    .unwrap()
                    .is_empty()
            })
            .await;
        }
    }
}

#[tokio::test]
async fn live_events_come_line_by_line_as_they_are_stored_and_filtered() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    redis.add(&(0..3).map(event).collect::<Vec<_>>()).await;
    for way in ways(&redis, &bridge) {
        let (mut child, mut lines) = started(
            &way,
            &["--json", "--tail", "1", "--type", "test_event", "--type", "other"],
        );
        line(&mut lines).await;
        for n in 0..3 {
            let (stored, hidden) = (event_of("other", &json!({ "n": n })), event_of("hidden", &json!({})));
            redis.add(&[hidden, stored.clone()]).await;
            assert_eq!(line(&mut lines).await, stored);
        }
        interrupt(&child).await;
        let status = in_time("it ends", child.wait()).await.unwrap();
        assert_eq!(status.code(), Some(0));
        assert_eq!(lines.next_line().await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_terminal_is_safe_from_what_events_say_and_colours_can_be_had_and_refused() {
    let redis = Redis::start();
    let evil = json!({"note": "a\u{1b}[2J\u{202e}b\nc", "span_id": "1", "outcome": "ok"});
    redis.add(&[event_of("evil", &evil)]).await;
    for (color, no_color, has_colors) in [("auto", "", false), ("always", "1", true), ("never", "", false)] {
        let mut tail = command(&["tail", "--redis", &redis.url(), "--after", "0", "--color", color]);
        let mut child = tail.env("NO_COLOR", no_color).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = line(&mut lines).await;
        assert_eq!(line.contains("\u{1b}[32m✔"), has_colors, "{line:?}");
        assert!(
            line.contains(r"a\\u001b[2J\u{202e}b\\nc") || line.contains(r"a\u001b[2J\u{202e}b\nc"),
            "{line:?}"
        );
        interrupt(&child).await;
        in_time("it ends", child.wait()).await.unwrap();
    }
}

#[tokio::test]
async fn a_reader_that_goes_ends_it_without_a_word_whether_there_is_more_to_say_or_not() {
    let redis = Redis::start();
    let way = ["--redis".to_owned(), redis.url()];
    for more in [0, 2000] {
        redis.add(&(0..=more).map(event).collect::<Vec<_>>()).await;
        let (child, mut lines) = started(&way, &["--after", "0", "--json"]);
        line(&mut lines).await;
        drop(lines);
        let output = in_time("it ends", child.wait_with_output()).await.unwrap();
        assert_eq!(
            (output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()),
            (Some(0), "")
        );
    }
}

#[tokio::test]
async fn what_is_missing_and_a_bridge_that_is_away_are_told_beside_the_events() {
    let redis = Redis::start();
    let ids = redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    redis.run("XTRIM agent_events MAXLEN 2").await;
    let after = format!("{}@3", ids[2]);
    let (mut child, mut lines) = started(&["--redis".to_owned(), redis.url()], &["--after", &after, "--json"]);
    let mut notices = BufReader::new(child.stderr.take().unwrap()).lines();
    let seq: Value = serde_json::from_str(&line(&mut lines).await).unwrap();
    assert_eq!(seq["payload"]["seq"], 8);
    let notice = in_time("a notice", notices.next_line()).await.unwrap().unwrap();
    assert_eq!(notice, "event-bridge: 5 events are missing (trimmed)");
    child.kill().await.unwrap();

    let bridge = TestBridge::start(redis.log());
    let port = bridge.port;
    let (mut child, mut lines) = started(&["--bridge".to_owned(), format!("127.0.0.1:{port}")], &["--tail", "1"]);
    let mut notices = BufReader::new(child.stderr.take().unwrap()).lines();
    line(&mut lines).await;
    bridge.stop().await;
    let notice = in_time("a notice", notices.next_line()).await.unwrap().unwrap();
    assert!(
        notice.contains("1012") && notice.contains("trying again in"),
        "{notice}"
    );
    let _bridge = TestBridge::start_at(port, redis.log());
    redis.add(&[event(11)]).await;
    assert!(line(&mut lines).await.contains("seq=11"));
    child.kill().await.unwrap();
}

#[tokio::test]
async fn what_can_not_be_followed_exits_2_and_says_what_to_do() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let url = format!("http://127.0.0.1:{}", bridge.port);
    let cases: [(&[&str], &str); 7] = [
        (&["--after", "nonsense"], "after: not a cursor"),
        (&["--bridge", &url, "--after", "nonsense"], "after: not a cursor"),
        (&["--bridge", "redis://x"], "not the address of a bridge"),
        (&["--bridge", &url, "--redis", "redis://x"], "cannot be used with"),
        (&["--since", "yesterday"], "how long ago, such as 90s"),
        (&["--after", "0", "--tail", "5"], "cannot be used with"),
        (&["--json", "--tree"], "cannot be used with"),
    ];
    for (arguments, expected) in cases {
        let said = run(command(&["tail"]).args(arguments).env("REDIS_URL", redis.url())).await;
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.err.contains(expected), "{said:?}");
    }
}

#[tokio::test]
async fn ctrl_c_before_the_end_of_a_run_is_told_from_its_end() {
    let redis = Redis::start();
    redis
        .add(&[event_of("run_started", &json!({"run_id": "r", "span_id": "1"}))])
        .await;
    let (mut child, mut lines) = started(&["--redis".to_owned(), redis.url()], &["--run", "r"]);
    line(&mut lines).await;
    interrupt(&child).await;
    assert_eq!(in_time("it ends", child.wait()).await.unwrap().code(), Some(130));
}

#[tokio::test]
async fn runs_are_listed_the_same_over_a_bridge_and_from_redis() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    for way in ways(&redis, &bridge) {
        let said = run(command(&["runs"]).args(&way)).await;
        assert_eq!((said.code, said.out.as_str()), (Some(0), ""), "{said:?}");
        assert!(said.err.contains("there is no run in the stream"), "{said:?}");
    }
    for fails in [false, true] {
        agent::run(redis.log(), fails).await;
    }
    until("the bridge knows both runs", || async {
        get(bridge.port, "/api/runs").await.json()["runs"]
            .as_array()
            .unwrap()
            .len()
            == 2
    })
    .await;
    let mut tables = Vec::new();
    for way in ways(&redis, &bridge) {
        let said = run(command(&["runs"]).args(&way)).await;
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
        let lines: Vec<_> = said.out.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(
            lines[0].starts_with("RUN ") && lines[0].ends_with("COST  NAME"),
            "{}",
            lines[0]
        );
        let failed: Vec<_> = lines[1].split_whitespace().collect();
        assert_eq!(
            (failed[1], failed[4], failed[8]),
            ("error", "12", "greeter"),
            "{said:?}"
        );
        assert!(lines[2].contains("  ok  "), "{said:?}");
        tables.push(said.out);

        let said = run(command(&["runs", "--json"]).args(&way)).await;
        let run: Value = serde_json::from_str(said.out.lines().next().unwrap()).unwrap();
        assert_eq!((&run["status"], &run["events"]), (&json!("error"), &json!(12)));
    }
    assert_eq!(tables[0], tables[1]);
    let said = run(&mut command(&["runs", "--redis", &Redis::absent(&[]).url()])).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("is redis-server running there?"), "{said:?}");
}

#[tokio::test]
async fn a_run_whose_process_was_lost_has_failed() {
    let redis = Redis::start();
    // Long ago, by its place in the stream.
    let begun = event_of("run_started", &json!({"run_id": "r", "span_id": "1"}));
    redis.run(&format!("XADD agent_events 1-1 json {begun}")).await;
    let bridge = TestBridge::start(redis.log());
    let [log, bridge] = ways(&redis, &bridge);
    let (from_log, from_bridge) = tokio::join!(tail(&log, &["--run", "r"]), tail(&bridge, &["--run", "r"]));
    for said in [from_log, from_bridge] {
        assert_eq!(said.code, Some(1), "{said:?}");
        assert_eq!(
            said.err,
            "event-bridge: run r was lost: its process gives no sign of life\n"
        );
        assert_eq!(said.out.lines().count(), 1);
    }
}

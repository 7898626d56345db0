use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use event_bridge::Bridge;
use event_bridge::client::{Builder, Client, ClientError, Item, State};
use event_core::log::{Log as _, MemoryLog};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::program::{command, run};
use crate::support::{Away, Redis, TestBridge, agent, event, event_of, get, in_time, until};

/// A client that does not wait long.
fn client(port: u16) -> Builder {
    Client::builder(format!("http://127.0.0.1:{port}")).backoff(Duration::from_millis(20), Duration::from_millis(100))
}

async fn next(client: &mut Client) -> Item {
    in_time("an item", client.next()).await.unwrap()
}

/// The next event, and what was said before it.
async fn event_and_states(client: &mut Client) -> (u64, Vec<Item>) {
    let mut others = Vec::new();
    loop {
        match next(client).await {
            Item::Event(event) => {
                let event = event.envelope().unwrap();
                return (event.payload["seq"].as_u64().unwrap(), others);
            }
            other => others.push(other),
        }
    }
}

#[tokio::test]
async fn events_come_typed_in_order_and_filtered() {
    let redis = Redis::start();
    redis
        .add(&[
            event_of("a", &json!({"seq": 0, "node_id": "n 1&x"})),
            event_of("b", &json!({"seq": 1, "node_id": "n 1&x"})),
            event_of("a", &json!({"seq": 2, "node_id": "n2"})),
            event_of("c", &json!({"seq": 3, "node_id": "n 1&x"})),
        ])
        .await;
    let bridge = TestBridge::start(redis.log());
    let mut client = client(bridge.port)
        .after("0")
        .event_type("a")
        .event_type("b")
        .node("n 1&x")
        .build()
        .unwrap();
    let Item::State(State::Connected { stream, .. }) = next(&mut client).await else {
        panic!()
    };
    assert_eq!(stream, "agent_events");
    assert_eq!(event_and_states(&mut client).await.0, 0);
    let Item::Event(second) = next(&mut client).await else {
        panic!()
    };
    assert_eq!(client.cursor(), Some(second.cursor.as_str()));
    assert_eq!(second.envelope().unwrap().event_type, "b");
    assert_eq!(
        second.json(),
        serde_json::from_str::<&serde_json::value::RawValue>(second.json())
            .unwrap()
            .get()
    );
    until_caught_up(&mut client).await;
    // With a filter it stands behind what did not pass.
    assert_ne!(client.cursor(), Some(second.cursor.as_str()));
}

async fn until_caught_up(client: &mut Client) {
    while !matches!(next(client).await, Item::State(State::CaughtUp)) {}
}

#[tokio::test]
async fn tail_and_since_say_where_to_begin() {
    let redis = Redis::start();
    redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start(redis.log());
    let mut tail = client(bridge.port).tail(3).build().unwrap();
    assert_eq!(event_and_states(&mut tail).await.0, 7);
    let mut since = client(bridge.port).since(1).build().unwrap();
    assert_eq!(event_and_states(&mut since).await.0, 0);
    let mut live = client(bridge.port).build().unwrap();
    until_caught_up(&mut live).await;
    redis.add(&[event(10)]).await;
    assert_eq!(event_and_states(&mut live).await.0, 10);
}

/// A port that is free now.
async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

#[tokio::test]
async fn a_bridge_that_is_killed_again_and_again_costs_no_event_and_repeats_none() {
    const EVENTS: u64 = 3000;
    let redis = Redis::start();
    let port = free_port().await;
    let start = || {
        let mut serve = command(&["serve", "--redis", &redis.url(), "--port", &port.to_string()]);
        serve.stderr(std::process::Stdio::null()).spawn().unwrap()
    };
    let mut bridge = start();
    let mut client = client(port).after("0").build().unwrap();
    let mut seqs = Vec::new();
    let mut disconnections = 0;
    for kill in 0..5 {
        let from = kill * EVENTS / 5;
        redis
            .add(&(from..from + EVENTS / 5).map(event).collect::<Vec<_>>())
            .await;
        // In the middle of what it is being sent, and without a word.
        while (seqs.len() as u64) < from + EVENTS / 10 {
            let (seq, others) = event_and_states(&mut client).await;
            disconnections += others
                .iter()
                .filter(|item| matches!(item, Item::State(State::Disconnected { .. })))
                .count();
            seqs.push(seq);
        }
        bridge.kill().await.unwrap();
        bridge = start();
    }
    while (seqs.len() as u64) < EVENTS {
        let (seq, others) = event_and_states(&mut client).await;
        disconnections += others
            .iter()
            .filter(|item| matches!(item, Item::State(State::Disconnected { .. })))
            .count();
        seqs.push(seq);
    }
    assert_eq!(seqs, (0..EVENTS).collect::<Vec<_>>());
    // The last one may have come when everything was there.
    assert!(disconnections >= 4, "{disconnections}");
    bridge.kill().await.unwrap();
}

#[tokio::test]
async fn a_bridge_that_takes_leave_is_returned_to_when_it_said() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let port = bridge.port;
    // Its own backoff would take an hour.
    let hour = Duration::from_secs(3600);
    let mut client = client(port).backoff(hour, hour).after("0").build().unwrap();
    redis.add(&[event(0)]).await;
    assert_eq!(event_and_states(&mut client).await.0, 0);
    let (retry_in, ()) = tokio::join!(
        async {
            loop {
                if let Item::State(State::Disconnected { retry_in, why }) = next(&mut client).await {
                    assert!(why.contains("1012"), "{why}");
                    return retry_in;
                }
            }
        },
        bridge.stop()
    );
    assert!(retry_in < Duration::from_secs(2), "{retry_in:?}");
    let _bridge = TestBridge::start_at(port, redis.log());
    redis.add(&[event(1)]).await;
    assert_eq!(event_and_states(&mut client).await.0, 1);
}

#[tokio::test]
async fn what_is_gone_and_another_log_are_told() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let port = bridge.port;
    redis.add(&(0..10).map(event).collect::<Vec<_>>()).await;
    let mut client = client(port).after("0").build().unwrap();
    for seq in 0..3 {
        assert_eq!(event_and_states(&mut client).await.0, seq);
    }
    let cursor = client.cursor().unwrap().to_owned();
    drop(client);
    bridge.stop().await;
    redis.run("XTRIM agent_events MAXLEN 2").await;
    let bridge = TestBridge::start_at(port, redis.log());
    let mut client = self::client(port).after(cursor).build().unwrap();
    let (seq, others) = event_and_states(&mut client).await;
    assert_eq!(seq, 8);
    let gaps: Vec<_> = others
        .iter()
        .filter_map(|item| if let Item::Gap(gap) = item { gap.lost } else { None })
        .collect();
    assert_eq!(gaps, [5], "{others:?}");

    assert_eq!(event_and_states(&mut client).await.0, 9);
    redis.run("DEL agent_events").await;
    while !matches!(next(&mut client).await, Item::Reset(_)) {}
    redis.add(&[event(100)]).await;
    assert_eq!(event_and_states(&mut client).await.0, 100);
    drop(bridge);
}

#[tokio::test]
async fn a_log_that_goes_and_comes_back_is_told_and_nothing_is_missed() {
    let mut redis = Redis::start_durable();
    let bridge = TestBridge::start(redis.log());
    redis.add(&[event(0)]).await;
    let mut client = client(bridge.port).after("0").build().unwrap();
    assert_eq!(event_and_states(&mut client).await.0, 0);
    redis.kill();
    loop {
        if let Item::State(State::LogUnreachable { error }) = next(&mut client).await {
            assert!(error.contains("Redis at"), "{error}");
            break;
        }
    }
    redis.restart();
    redis.add(&[event(1)]).await;
    assert_eq!(event_and_states(&mut client).await.0, 1);
}

#[tokio::test]
async fn a_bridge_that_is_not_there_yet_is_waited_for() {
    let log = Arc::new(MemoryLog::new("mine", 0));
    let port = free_port().await;
    let mut client = client(port).after("0").build().unwrap();
    let Item::State(State::Disconnected { why, .. }) = next(&mut client).await else {
        panic!()
    };
    assert!(
        why.starts_with(&format!("cannot connect to 127.0.0.1:{port}: ")),
        "{why}"
    );
    let _bridge = TestBridge::start_at(port, log.clone());
    agent::run(log, false).await;
    loop {
        if let Item::Event(event) = next(&mut client).await {
            assert_eq!(event.envelope().unwrap().event_type, "run_started");
            break;
        }
    }
}

#[tokio::test]
async fn what_is_added_while_a_client_without_any_event_comes_back_is_not_missed() {
    let port = free_port().await;
    let bridge = TestBridge::start_at(port, Arc::new(Away));
    let mut client = client(port).build().unwrap();
    assert!(matches!(next(&mut client).await, Item::State(State::Connected { .. })));
    bridge.stop().await;
    let log = Arc::new(MemoryLog::new("back", 0));
    log.append(&[event(7).into()]).await.unwrap();
    let _bridge = TestBridge::start_at(port, log);
    assert_eq!(event_and_states(&mut client).await.0, 7);
}

#[tokio::test]
async fn a_refusal_is_final_and_says_why() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut client = client(bridge.port).after("nonsense").build().unwrap();
    for _ in 0..2 {
        let refused = in_time("a refusal", client.next()).await.unwrap_err();
        let ClientError::Refused { status: 400, why, .. } = &refused else {
            panic!("{refused}")
        };
        assert!(why.starts_with("after: not a cursor"), "{why}");
    }
    // What speaks, but not WebSocket.
    let url = redis.url().replace("redis://", "http://");
    let mut client = Client::builder(url)
        .backoff(Duration::ZERO, Duration::ZERO)
        .build()
        .unwrap();
    assert!(matches!(
        next(&mut client).await,
        Item::State(State::Disconnected { .. })
    ));
}

#[tokio::test]
async fn a_future_that_is_dropped_in_between_loses_nothing() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let mut client = client(bridge.port).after("0").build().unwrap();
    let add = async {
        for seq in 0..200 {
            redis.add(&[event(seq)]).await;
        }
    };
    let read = async {
        let mut seen = Vec::new();
        while seen.len() < 200 {
            // Polled once, and dropped if nothing is there.
            tokio::select! {
                biased;
                item = client.next() => {
                    if let Item::Event(event) = item.unwrap() {
                        seen.push(event.envelope().unwrap().payload["seq"].as_u64().unwrap());
                    }
                }
                () = tokio::task::yield_now() => {}
            }
        }
        seen
    };
    let (seen, ()) = in_time("all events", async { tokio::join!(read, add) }).await;
    assert_eq!(seen, (0..200).collect::<Vec<_>>());
}

#[tokio::test]
async fn runs_are_summed_up() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    for fails in [false, true] {
        agent::run(redis.log(), fails).await;
    }
    until("both runs are known", || async {
        get(bridge.port, "/api/runs").await.json()["runs"]
            .as_array()
            .unwrap()
            .len()
            == 2
    })
    .await;
    let runs = client(bridge.port).runs().await.unwrap();
    let told: Vec<_> = runs
        .iter()
        .map(|run| (run.name.as_str(), run.status.as_deref(), run.events, run.llm_calls))
        .collect();
    assert_eq!(
        told,
        [("greeter", Some("error"), 12, 2), ("greeter", Some("ok"), 12, 2)]
    );
    let ids: HashSet<_> = runs.iter().map(|run| run.run_id.as_str()).collect();
    assert_eq!(ids.len(), 2);
    let error = client(free_port().await).runs().await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_bridge_that_asks_for_a_token_over_tls_is_entered_with_both_and_with_nothing_less() {
    const TOKEN: &str = "correct-horse-battery-staple";
    let redis = Redis::start();
    redis.add(&[event(7)]).await;
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let pair = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(&cert, params.self_signed(&pair).unwrap().pem()).unwrap();
    std::fs::write(&key, pair.serialize_pem()).unwrap();
    let builder = Bridge::builder().port(0).log(redis.log()).token(TOKEN).unwrap();
    let bridge = TestBridge::build(builder.tls(&cert, &key));
    let url = format!("https://localhost:{}", bridge.port);

    let builder = Client::builder(&url).after("0").ca(&cert);
    let mut client = builder.clone().token(TOKEN).build().unwrap();
    assert_eq!(event_and_states(&mut client).await.0, 7);
    assert_eq!(builder.clone().token(TOKEN).runs().await.unwrap(), []);
    for builder in [builder.clone(), builder.token("another-that-is-wrong")] {
        let refused = in_time("a refusal", builder.clone().build().unwrap().next())
            .await
            .unwrap_err();
        assert!(matches!(refused, ClientError::Refused { status: 401, .. }), "{refused}");
        assert!(
            refused
                .to_string()
                .ends_with("set EVENT_BRIDGE_TOKEN to the bridge's token"),
            "{refused}"
        );
        assert_eq!(builder.runs().await.unwrap_err().to_string(), refused.to_string());
    }
    // Whoever signed it is not trusted.
    let mut stranger = Client::builder(&url).token(TOKEN).build().unwrap();
    let Item::State(State::Disconnected { why, .. }) = next(&mut stranger).await else {
        panic!()
    };
    assert!(why.contains("certificate"), "{why}");

    let arguments = ["runs", "--bridge", &url, "--bridge-ca", cert.to_str().unwrap()];
    let said = run(command(&arguments).env("EVENT_BRIDGE_TOKEN", TOKEN)).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let said = run(&mut command(&arguments)).await;
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(
        said.err.contains("set EVENT_BRIDGE_TOKEN") && !said.err.contains(TOKEN),
        "{said:?}"
    );
}

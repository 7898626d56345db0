use std::collections::HashSet;

use serde_json::json;

use crate::support::{Framed, Plain, Redis, TestBridge, event, get, limits, seq, until};

#[tokio::test]
async fn a_restarted_bridge_lets_clients_go_on_where_they_were() {
    let redis = Redis::start();
    let bridge = TestBridge::start(redis.log());
    let port = bridge.port;
    redis.add(&(0..50).map(event).collect::<Vec<_>>()).await;
    let mut viewer = Framed::connect(port, "&after=0").await;
    assert_eq!(viewer.seqs(50).await, (0..50).collect::<Vec<_>>());
    bridge.stop().await;

    redis.add(&(50..100).map(event).collect::<Vec<_>>()).await;
    let bridge = TestBridge::start_at(port, redis.log());
    let mut resumed = Framed::resume(bridge.port, &viewer.cursor).await;
    redis.add(&(100..150).map(event).collect::<Vec<_>>()).await;
    assert_eq!(resumed.seqs(100).await, (50..150).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_killed_redis_is_said_aloud_and_nothing_is_missed_or_repeated_when_it_is_back() {
    let mut redis = Redis::start_durable();
    let bridge = TestBridge::start(redis.log());
    let mut framed = Framed::connect(bridge.port, "&after=0").await;
    let mut plain = Plain::connect(bridge.port, "?after=0").await;
    redis.add(&(0..50).map(event).collect::<Vec<_>>()).await;
    framed.seqs(50).await;
    plain.seqs(50).await;

    redis.kill();
    let heartbeat = loop {
        let heartbeat = framed.control("heartbeat").await;
        if heartbeat["log"] == "unreachable" {
            break heartbeat;
        }
    };
    assert!(heartbeat["error"].as_str().unwrap().contains("Redis at"), "{heartbeat}");
    assert_eq!(get(bridge.port, "/readyz").await.status, 503);
    assert_eq!(get(bridge.port, "/healthz").await.status, 200);

    redis.restart();
    redis.add(&(50..100).map(event).collect::<Vec<_>>()).await;
    let mut seen = HashSet::new();
    let mut is_back = false;
    while seen.len() < 50 || !is_back {
        let line = framed.line().await.unwrap();
        is_back |= line["log"] == "ok";
        if line.get("event").is_some() {
            assert!(seen.insert(seq(&line["event"])), "twice: {line}");
        } else {
            assert_eq!(line["control"], "heartbeat", "{line}");
        }
    }
    assert_eq!(seen, (50..100).collect());
    assert_eq!(plain.seqs(50).await, (50..100).collect::<Vec<_>>());
    until("it is ready again", || async {
        get(bridge.port, "/readyz").await.status == 200
    })
    .await;
}

#[tokio::test]
async fn a_client_that_resumes_while_redis_is_away_gets_everything_when_it_is_back() {
    let mut redis = Redis::start_durable();
    let limits = event_bridge::Limits {
        ring_entries: 10,
        ..limits()
    };
    let bridge = TestBridge::start_with(limits, redis.log());
    redis.add(&(0..100).map(event).collect::<Vec<_>>()).await;
    let mut viewer = Framed::connect(bridge.port, "&after=0").await;
    viewer.seqs(20).await;
    redis.kill();
    let mut resumed = Framed::resume(bridge.port, &viewer.cursor).await;
    redis.restart();
    redis.add(&[event(100)]).await;
    assert_eq!(resumed.seqs(81).await, (20..101).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_bridge_without_redis_serves_says_so_and_goes_live_when_it_comes() {
    let mut redis = Redis::absent(&[]);
    let bridge = TestBridge::start(redis.log());
    let mut viewer = Framed::connect(bridge.port, "&after=0").await;
    let heartbeat = viewer.control("heartbeat").await;
    assert_eq!(heartbeat["log"], "unreachable");
    assert_eq!(get(bridge.port, "/").await.status, 200);
    assert_eq!(get(bridge.port, "/api/events").await.status, 503);
    assert_eq!(get(bridge.port, "/readyz").await.json()["log"], "unreachable");
    let mut live = Plain::connect(bridge.port, "").await;

    redis.restart();
    redis.add(&[event(1)]).await;
    assert_eq!(viewer.seqs(1).await, [1]);
    assert_eq!(live.seqs(1).await, [1]);
}

#[tokio::test]
async fn a_missing_or_wrong_password_is_named_with_its_remedy_and_never_shown() {
    let redis = Redis::start_with(&["--requirepass", "right"]);
    for login in ["redis://", "redis://:wrong-secret@"] {
        let url = redis.url().replace("redis://", login);
        let bridge = TestBridge::start(Redis::log_at(url));
        until("the log's answer is known", || async {
            let ready = get(bridge.port, "/readyz").await;
            ready.status == 503
                && ready.json()["error"]
                    .as_str()
                    .unwrap()
                    .ends_with("; check user and password in REDIS_URL")
        })
        .await;
        let mut viewer = Framed::connect(bridge.port, "").await;
        let heartbeat = viewer.control("heartbeat").await;
        assert_eq!(heartbeat["log"], json!("unreachable"));
        assert!(!heartbeat.to_string().contains("wrong-secret"));
        assert_eq!(get(bridge.port, "/api/events").await.status, 503);
    }
}

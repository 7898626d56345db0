//! The log and the bus on a real redis-server: what is stored, what is read back, and what happens when it goes away.

#[path = "support/redis_server.rs"]
mod redis_server;

use std::time::Duration;

use bytes::Bytes;
use event_core::log::{Content, Cursor, Direction, EntryId, Log, LogErrorKind, RedisConfig, RedisLog};
use event_core::{Envelope, EventBus};
use redis::AsyncCommands;
use serde_json::json;

use crate::redis_server::{DEADLINE, RedisServer, eventually};

const STREAM: &str = "agent_events";

async fn client(server: &RedisServer) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(server.url()).unwrap();
    // A busy machine may take its time.
    let config = redis::AsyncConnectionConfig::new()
        .set_connection_timeout(Some(DEADLINE))
        .set_response_timeout(Some(DEADLINE));
    client
        .get_multiplexed_async_connection_with_config(&config)
        .await
        .unwrap()
}

fn log(server: &RedisServer) -> RedisLog {
    log_of(server, 0)
}

fn log_of(server: &RedisServer, maxlen_entries: u64) -> RedisLog {
    RedisLog::new(RedisConfig {
        url: server.url(),
        stream: STREAM.to_owned(),
        maxlen_entries,
        ca: None,
    })
    .unwrap()
}

fn texts(numbers: std::ops::Range<u32>) -> Vec<Bytes> {
    numbers.map(|n| Bytes::from(n.to_string())).collect()
}

fn text(content: &Content) -> String {
    match content {
        Content::Json(json) => String::from_utf8(json.to_vec()).unwrap(),
        Content::Foreign(fields) => format!("foreign: {fields:?}"),
    }
}

/// The events in the stream, read without any code of ours.
async fn stored(server: &RedisServer) -> Vec<Envelope> {
    let entries: Vec<(String, Vec<(String, String)>)> = redis::cmd("XRANGE")
        .arg(STREAM)
        .arg("-")
        .arg("+")
        .query_async(&mut client(server).await)
        .await
        .unwrap();
    entries
        .into_iter()
        .map(|(id, fields)| match fields.as_slice() {
            [(field, json)] if field == "json" => serde_json::from_str(json).unwrap(),
            other => panic!("entry {id} has fields {other:?}"),
        })
        .collect()
}

fn numbers(events: &[Envelope]) -> Vec<u64> {
    events
        .iter()
        .filter_map(|event| event.payload.get("n")?.as_u64())
        .collect()
}

#[tokio::test]
async fn what_is_appended_is_paged_both_ways_and_tailed_with_exact_ordinals() {
    let server = RedisServer::start();
    let log = log(&server);
    assert_eq!(
        log.info().await.unwrap().head().to_string(),
        "0-0@0",
        "an absent stream is an empty one"
    );
    let ids = log.append(&texts(0..5)).await.unwrap();
    assert!(ids.iter().all(Result::is_ok));

    let page = log.page(Cursor::START, Direction::Forward, 3).await.unwrap();
    let read: Vec<_> = page
        .entries
        .iter()
        .map(|entry| (entry.ordinal, text(&entry.content)))
        .collect();
    assert_eq!(
        read,
        [
            (Some(1), "0".to_owned()),
            (Some(2), "1".to_owned()),
            (Some(3), "2".to_owned())
        ]
    );

    let rest = log
        .tail(page.entries[2].cursor(), 10, Duration::from_secs(1))
        .await
        .unwrap();
    assert_eq!(
        rest.iter().map(|entry| (entry.ordinal, text(&entry.content))).next(),
        Some((Some(4), "3".to_owned()))
    );

    let end = Cursor::at(EntryId { ms: u64::MAX, seq: 0 });
    let newest = log.page(end, Direction::Backward, 2).await.unwrap();
    assert_eq!(
        newest
            .entries
            .iter()
            .map(|entry| text(&entry.content))
            .collect::<Vec<_>>(),
        ["4", "3"]
    );
}

#[tokio::test]
async fn a_tail_wakes_for_an_entry_of_another_producer_and_gives_up_after_its_patience() {
    let server = RedisServer::start();
    let log = std::sync::Arc::new(log(&server));
    assert!(
        log.tail(Cursor::START, 10, Duration::from_millis(20))
            .await
            .unwrap()
            .is_empty()
    );
    let tail = tokio::spawn({
        let log = log.clone();
        async move { log.tail(Cursor::START, 10, DEADLINE).await }
    });
    let mut client = client(&server).await;
    let xadd = redis::cmd("XADD")
        .arg(STREAM)
        .arg("*")
        .arg(&["other", "1", "fields", "2"])
        .to_owned();
    let _: String = xadd.query_async(&mut client).await.unwrap();
    assert_eq!(
        text(&tail.await.unwrap().unwrap()[0].content),
        r#"foreign: ["other", "fields"]"#
    );
}

#[tokio::test]
async fn what_is_followed_comes_with_the_state_of_the_stream_it_belongs_to() {
    let server = RedisServer::start();
    let log = log(&server);
    let nothing = log.follow(Cursor::START, 10, Duration::from_millis(20)).await.unwrap();
    assert!(nothing.entries.is_empty());
    log.append(&texts(0..3)).await.unwrap();
    let page = log.follow(Cursor::START, 10, DEADLINE).await.unwrap();
    let seen = page.entries[2].cursor();
    assert_eq!((page.info.appended, seen.ordinal), (Some(3), Some(3)));
    // Another stream in its place: its first entry cannot be the fourth.
    let _: () = redis::cmd("DEL")
        .arg("agent_events")
        .query_async(&mut client(&server).await)
        .await
        .unwrap();
    log.append(&texts(3..4)).await.unwrap();
    let page = log.follow(seen, 10, DEADLINE).await.unwrap();
    assert_eq!((page.info.appended, page.entries[0].ordinal), (Some(1), Some(1)));
}

#[tokio::test]
async fn a_trimmed_stream_tells_exactly_how_much_is_gone() {
    let server = RedisServer::start();
    let log = log(&server);
    log.append(&texts(0..10)).await.unwrap();
    let seen = log.page(Cursor::START, Direction::Forward, 2).await.unwrap().entries[1].cursor();
    let _: () = redis::cmd("XTRIM")
        .arg(STREAM)
        .arg("MAXLEN")
        .arg(3)
        .query_async(&mut client(&server).await)
        .await
        .unwrap();
    let page = log.page(seen, Direction::Forward, 10).await.unwrap();
    assert_eq!(page.gap_after(seen).unwrap().lost, Some(5));
    assert_eq!(page.entries[0].ordinal, Some(8));

    let _: () = redis::cmd("XTRIM")
        .arg(STREAM)
        .arg("MAXLEN")
        .arg(0)
        .query_async(&mut client(&server).await)
        .await
        .unwrap();
    let page = log.page(seen, Direction::Forward, 10).await.unwrap();
    assert_eq!(page.gap_after(seen).unwrap().lost, Some(8));
}

#[tokio::test]
async fn the_stream_is_kept_to_about_the_length_asked_for() {
    let server = RedisServer::start();
    let log = log_of(&server, 100);
    for _ in 0..10 {
        log.append(&texts(0..100)).await.unwrap();
    }
    let length = log.info().await.unwrap().length;
    assert!((100..300).contains(&length), "{length}");
}

#[tokio::test]
async fn errors_tell_whether_to_wait_or_to_mend_something() {
    let server = RedisServer::with_options(&["--requirepass", "hunter2"]);
    let error = log(&server).append(&texts(0..1)).await.unwrap_err();
    assert_eq!(error.kind(), LogErrorKind::Refused, "{error}");
    let config = RedisConfig {
        url: format!("redis://:wrong-secret@127.0.0.1:{}", server.port),
        stream: STREAM.to_owned(),
        maxlen_entries: 0,
        ca: None,
    };
    assert!(!format!("{config:?}").contains("wrong-secret"));
    let error = RedisLog::new(config).unwrap().append(&texts(0..1)).await.unwrap_err();
    assert_eq!(error.kind(), LogErrorKind::Refused, "{error}");
    assert!(error.to_string().contains("check user and password") && !error.to_string().contains("wrong-secret"));

    let absent = RedisServer::absent(&[]);
    let error = log(&absent).append(&texts(0..1)).await.unwrap_err();
    assert_eq!(error.kind(), LogErrorKind::Unreachable, "{error}");
    assert!(error.to_string().contains("is redis-server running there?"), "{error}");
}

#[tokio::test]
async fn a_key_of_another_type_is_refused_and_named() {
    let server = RedisServer::start();
    let _: () = client(&server).await.set(STREAM, "a text").await.unwrap();
    let replies = log(&server).append(&texts(0..1)).await.unwrap();
    let error = replies[0].as_ref().unwrap_err();
    assert!(
        !error.is_retryable() && error.to_string().contains("EVENT_STREAM"),
        "{error}"
    );
}

#[tokio::test]
async fn a_bus_writes_every_event_in_order_under_one_field() {
    let server = RedisServer::start();
    let bus = EventBus::redis(&server.url()).unwrap();
    for n in 0..2_000 {
        bus.publish_value("numbered", json!({ "n": n }));
    }
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_eq!(numbers(&stored(&server).await), (0..2_000).collect::<Vec<_>>());
    assert_eq!(
        (bus.stats().published, bus.stats().sent, bus.stats().dropped),
        (2_000, 2_000, 0)
    );
}

#[tokio::test]
async fn events_of_an_absent_server_arrive_when_it_comes() {
    let mut server = RedisServer::absent(&[]);
    let bus = EventBus::redis(&server.url()).unwrap();
    for n in 0..100 {
        bus.publish_value("numbered", json!({ "n": n }));
    }
    assert_eq!(
        bus.flush(Duration::from_millis(100)),
        100,
        "the agent is told what is not written yet"
    );
    server.launch();
    assert_eq!(bus.flush(DEADLINE), 0);
    assert_eq!(numbers(&stored(&server).await), (0..100).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_killed_server_loses_nothing_and_keeps_the_order() {
    let mut server = RedisServer::start();
    let bus = EventBus::redis(&server.url()).unwrap();
    let publisher = {
        let bus = bus.clone();
        std::thread::spawn(move || {
            for n in 0..3_000 {
                bus.publish_value("numbered", json!({ "n": n }));
                if n % 100 == 0 {
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        })
    };
    eventually("some events are written", || (bus.stats().sent > 200).then_some(()));
    server.kill();
    publisher.join().unwrap();
    server.launch();
    assert_eq!(bus.flush(DEADLINE), 0);
    let events = stored(&server).await;
    let mut ids = std::collections::HashSet::new();
    let once: Vec<_> = events
        .into_iter()
        .filter(|event| ids.insert(event.id.clone()))
        .collect();
    assert_eq!(numbers(&once), (0..3_000).collect::<Vec<_>>(), "each id once, in order");
}

#[tokio::test]
async fn what_a_full_queue_drops_is_counted_and_told() {
    let mut server = RedisServer::absent(&[]);
    let limits = event_core::Limits {
        max_events: 50,
        ..event_core::Limits::default()
    };
    let bus = EventBus::with_limits(std::sync::Arc::new(log(&server)), limits);
    for n in 0..1_000 {
        bus.publish_value("numbered", json!({ "n": n }));
    }
    server.launch();
    assert_eq!(bus.flush(DEADLINE), 0);
    bus.publish_value("numbered", json!({ "n": 1_000 }));
    assert_eq!(bus.flush(DEADLINE), 0);
    let events = stored(&server).await;
    let told: u64 = events
        .iter()
        .filter(|event| event.event_type == "events_dropped")
        .map(|event| event.payload["count"].as_u64().unwrap())
        .sum();
    let kept = numbers(&events);
    assert_eq!(told + kept.len() as u64, 1_001);
    assert_eq!(told, bus.stats().dropped);
    assert!(
        kept.is_sorted() && kept.ends_with(&[998, 999, 1_000]),
        "the newest win: {kept:?}"
    );
}

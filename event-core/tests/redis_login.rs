//! The ways into a redis-server: TCP and unix sockets, users, databases; and that no password comes out again.

#[path = "support/redis_server.rs"]
mod redis_server;

use std::time::Duration;

use bytes::Bytes;
use event_core::EventBus;
use event_core::log::{Cursor, Direction, Log, LogErrorKind, RedisConfig, RedisLog};
use serde_json::json;

use crate::redis_server::{DEADLINE, RedisServer};

fn log_at(url: &str) -> RedisLog {
    RedisLog::new(RedisConfig {
        url: url.to_owned(),
        stream: "agent_events".to_owned(),
        maxlen_entries: 0,
        ca: None,
    })
    .unwrap()
}

/// Writes and reads one entry.
async fn passes(url: &str) {
    let log = log_at(url);
    let ids = log.append(&[Bytes::from_static(b"{}")]).await.unwrap();
    let page = log.page(Cursor::START, Direction::Forward, 10).await.unwrap();
    assert_eq!(page.entries[0].id, *ids[0].as_ref().unwrap(), "{url}");
}

async fn run(url: &str, command: &str) -> redis::Value {
    let mut words = command.split(' ');
    let mut command = redis::cmd(words.next().unwrap());
    let client = redis::Client::open(url).unwrap();
    let config = redis::AsyncConnectionConfig::new().set_response_timeout(Some(DEADLINE));
    let mut connection = client
        .get_multiplexed_async_connection_with_config(&config)
        .await
        .unwrap();
    command
        .arg(words.collect::<Vec<_>>())
        .query_async(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_database_other_than_the_first_is_written_and_read() {
    let server = RedisServer::start();
    passes(&format!("{}/3", server.url())).await;
    assert_eq!(
        run(&server.url(), "DBSIZE").await,
        redis::Value::Int(0),
        "nothing in the first"
    );
}

#[tokio::test]
async fn a_unix_socket_is_as_good_as_a_port() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("redis.sock");
    let socket = socket.to_str().unwrap();
    let _server = RedisServer::with_options(&["--unixsocket", socket, "--requirepass", "hunter2"]);
    passes(&format!("unix://{socket}?pass=hunter2&db=2")).await;
    let bus = EventBus::new(log_at(&format!("unix://{socket}?pass=hunter2")));
    bus.publish_value("n", json!({}));
    assert_eq!(bus.flush(DEADLINE), 0);
}

#[tokio::test]
async fn a_user_who_may_only_write_writes() {
    let server = RedisServer::start();
    run(
        &server.url(),
        "ACL SETUSER writer on >s3cret resetkeys ~agent_events -@all +xadd",
    )
    .await;
    let log = log_at(&server.url().replace("//", "//writer:s3cret@"));
    assert!(log.append(&[Bytes::from_static(b"{}")]).await.unwrap()[0].is_ok());
    let error = log.info().await.unwrap_err();
    assert_eq!(error.kind(), LogErrorKind::Refused, "{error}");
}

#[tokio::test]
async fn no_text_that_comes_out_holds_the_password() {
    let server = RedisServer::with_options(&["--requirepass", "hunter2"]);
    let absent = RedisServer::absent(&[]);
    let bare = RedisServer::start();
    let nameless = RedisServer::with_options(&["--rename-command", "AUTH", ""]);
    let mut texts = Vec::new();
    for (server, login) in [
        (&server, ":s3cret-word@"),
        (&server, "agent:s3cret-word@"),
        (&absent, "agent:s3cret-word@"),
        // One that asks for no password.
        (&bare, ":s3cret-word@"),
        // One that repeats what it was sent, as it knows no such command.
        (&nameless, ":s3cret-word@"),
    ] {
        let url = server.url().replace("//", &format!("//{login}"));
        let config = RedisConfig::new(url.clone()).unwrap();
        texts.push(format!("{config:?} {}", config.address()));
        let log = log_at(&url);
        texts.push(format!("{log:?}"));
        let error = log.append(&[Bytes::from_static(b"{}")]).await.unwrap_err();
        texts.push(format!("{error} {error:?}"));
        let error = log.page(Cursor::START, Direction::Backward, 1).await.unwrap_err();
        texts.push(format!("{error} {error:?}"));
        let bus = EventBus::new(log);
        bus.publish_value("n", json!({}));
        assert_eq!(bus.flush(Duration::from_millis(50)), 1);
        texts.push(format!("{bus:?} {:?}", bus.stats()));
        bus.shutdown(Duration::ZERO);
    }
    for text in texts {
        assert!(!text.contains("s3cret-word"), "{text}");
    }
}

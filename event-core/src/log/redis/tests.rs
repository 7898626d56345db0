//! What a reader is told by a redis-server that refuses it, or part of what it asks.

#[path = "../../../tests/support/redis_server.rs"]
mod redis_server;

use std::time::Duration;

use bytes::Bytes;

use self::redis_server::RedisServer;
use super::*;
use crate::log::LogErrorKind;

const STREAM: &str = "agent_events";

fn log_at(server: &RedisServer, login: &str) -> RedisLog {
    log_of(format!("redis://{login}127.0.0.1:{}", server.port))
}

fn log_of(url: String) -> RedisLog {
    RedisLog::new(RedisConfig {
        url,
        stream: STREAM.to_owned(),
        maxlen_entries: 0,
        ca: None,
    })
    .unwrap()
}

/// Any command, by a user who may do everything.
async fn run(server: &RedisServer, command: &str) {
    let mut words = command.split(' ');
    let mut command = redis::cmd(words.next().unwrap());
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let _: redis::Value = command
        .arg(words.collect::<Vec<_>>())
        .query_async(&mut connection)
        .await
        .unwrap();
}

/// Everything a reader asks; each answers with an error.
async fn refusals(log: &RedisLog) -> [LogError; 3] {
    [
        log.page(Cursor::START, Direction::Forward, 10).await.unwrap_err(),
        log.info().await.unwrap_err(),
        log.tail(Cursor::START, 10, Duration::from_millis(1)).await.unwrap_err(),
    ]
}

#[tokio::test]
async fn a_reader_without_the_password_or_with_a_wrong_one_is_told_to_check_it() {
    let server = RedisServer::with_options(&["--requirepass", "hunter2"]);
    for (login, reason) in [("", "NOAUTH"), (":wrong-secret@", "WRONGPASS")] {
        let log = log_at(&server, login);
        // Twice: a refusal must not leave anything behind.
        for error in [refusals(&log).await, refusals(&log).await].concat() {
            let text = error.to_string();
            assert_eq!(error.kind(), LogErrorKind::Refused, "{text}");
            assert!(text.contains(reason), "{text}");
            assert!(text.ends_with("; check user and password in REDIS_URL"), "{text}");
            assert!(!text.contains("wrong-secret"), "{text}");
        }
    }
    let error = log_of(format!("{}/2", server.url())).info().await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("required; check user and password in REDIS_URL"),
        "{error}"
    );
    let log = log_at(&server, ":hunter2@");
    assert_eq!(log.info().await.unwrap().head().to_string(), "0-0@0");
}

#[tokio::test]
async fn a_reader_that_lacks_one_permission_is_told_which_and_reads_once_it_has_it() {
    for command in ["multi", "exec", "xinfo", "xrange"] {
        let server = RedisServer::start();
        run(&server, &format!("ACL SETUSER reader on >s3cret ~* +@all -{command}")).await;
        log_at(&server, "").append(&[Bytes::from_static(b"1")]).await.unwrap();
        let log = log_at(&server, "reader:s3cret@");
        for _ in 0..2 {
            let error = log.page(Cursor::START, Direction::Forward, 10).await.unwrap_err();
            let text = error.to_string();
            assert_eq!(error.kind(), LogErrorKind::Refused, "{text}");
            assert!(
                text.contains(&format!("no permissions to run the '{command}")),
                "{text}"
            );
            assert!(text.contains("grant the user"), "{text}");
        }
        run(&server, &format!("ACL SETUSER reader +{command}")).await;
        let page = log.page(Cursor::START, Direction::Forward, 10).await.unwrap();
        assert_eq!(page.entries.len(), 1, "{command}");
    }
}

#[tokio::test]
async fn a_page_of_an_absent_stream_is_empty_and_one_of_another_type_is_refused() {
    let server = RedisServer::start();
    let log = log_at(&server, "");
    let end = Cursor::at(EntryId { ms: u64::MAX, seq: 0 });
    for (from, direction) in [(Cursor::START, Direction::Forward), (end, Direction::Backward)] {
        let page = log.page(from, direction, 10).await.unwrap();
        assert!(page.entries.is_empty());
        assert_eq!(page.info.head().to_string(), "0-0@0");
    }
    run(&server, "SET agent_events text").await;
    let error = log.page(Cursor::START, Direction::Forward, 10).await.unwrap_err();
    assert_eq!(error.kind(), LogErrorKind::Refused);
    assert!(error.to_string().contains("EVENT_STREAM"), "{error}");
}

//! What the tests stand on: a redis-server of their own, a bridge on a free port, viewers and plain HTTP.

pub(crate) mod agent;
mod away;
mod bridge;
mod http;
pub(crate) mod program;
mod redis;
#[path = "../../../../event-core/tests/support/redis_server.rs"]
mod redis_server;
mod sse;
mod viewer;

use std::future::Future;
use std::time::Duration;

use serde_json::json;

pub(crate) use self::away::Away;
pub(crate) use self::bridge::{TestBridge, limits};
pub(crate) use self::http::{Answer, get, get_with, rest, send};
pub(crate) use self::redis::Redis;
pub(crate) use self::redis_server::DEADLINE;
pub(crate) use self::sse::Sse;
pub(crate) use self::viewer::{Framed, Plain};

/// The result of `future`, which must come in time.
pub(crate) async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .unwrap_or_else(|_| panic!("not in time: {what}"))
}

/// Waits until `condition` holds.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    in_time(what, async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

/// An event with a sequence number, by which losses are counted.
pub(crate) fn event(seq: u64) -> String {
    event_of("test_event", &json!({ "seq": seq }))
}

/// An event of a type.
pub(crate) fn event_of(kind: &str, payload: &serde_json::Value) -> String {
    let id = format!("01a20395-3ffb-7001-8000-{:012x}", fastrand::u64(..1 << 48));
    format!(r#"{{"id":"{id}","ts":"2026-11-22T13:51:28.123456Z","type":"{kind}","payload":{payload}}}"#)
}

/// The sequence number of an event.
pub(crate) fn seq(event: &serde_json::Value) -> u64 {
    event["payload"]["seq"]
        .as_u64()
        .unwrap_or_else(|| panic!("no seq in {event}"))
}

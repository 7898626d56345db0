//! `/healthz`, `/readyz` and `/metrics`: whether the process lives, whether it can do its work, and what it has done.
//! Owns what ready means; it tells nothing that is in an event, and so is open to every origin.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::json;
use tokio::time::timeout;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::reply::Response;

use super::{get, with};
use crate::answer;
use crate::metrics::LogState;
use crate::server::State;

/// The log must have answered within this many times the patience of the tail.
const MAX_SILENT_TURNS: u32 = 3;
/// How long a scrape waits for a log that does not answer.
const MAX_LOOK: Duration = Duration::from_millis(500);

pub(super) fn routes(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    let health = warp::path!("healthz")
        .and(get())
        .map(|| answer::json(StatusCode::OK, &json!({ "status": "ok" })));
    let ready = warp::path!("readyz")
        .and(get())
        .and(with(state))
        .and(warp::header::headers_cloned())
        .map(|state: Arc<State>, headers: HeaderMap| ready(&state, &headers));
    let metrics = warp::path!("metrics").and(get()).and(with(state)).then(metrics);
    health.or(ready).unify().or(metrics).unify().boxed()
}

async fn metrics(state: Arc<State>) -> Response {
    let log = LogState {
        is_reachable: state.source.health.error().is_none(),
        entries_behind: timeout(MAX_LOOK, behind(&state)).await.unwrap_or_default(),
    };
    let mut answer = Response::new(state.source.metrics.to_prometheus(log).into());
    let content_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, content_type);
    answer
}

/// How many entries the log has that were not read yet.
async fn behind(state: &State) -> Option<u64> {
    let info = state.source.log.info().await.ok()?;
    let read = state.source.ring.head().cursor.ordinal?;
    info.is_exact
        .then(|| info.appended.unwrap_or(read).saturating_sub(read))
}

fn ready(state: &State, headers: &HeaderMap) -> Response {
    let health = &state.source.health;
    let is_draining = state.stopping.is_cancelled();
    let is_silent = health.silence() > state.limits.patience * MAX_SILENT_TURNS;
    let error = health
        .error()
        .or_else(|| is_silent.then(|| "it has not answered for too long".into()));
    let is_ready = error.is_none() && !is_draining;
    let status = if is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let mut told = json!({
        "ready": is_ready,
        "draining": is_draining,
        "log": if error.is_none() { "ok" } else { "unreachable" },
    });
    // Where the log is, and how far it goes, is told to those who may read it.
    let may_read = state
        .access
        .host(headers)
        .and_then(|own| state.access.enter(headers, &own));
    if may_read.is_ok() {
        told["error"] = json!(error.as_deref());
        told["head"] = json!(state.source.ring.head().cursor.to_string());
    }
    answer::json(status, &told)
}

//! `/healthz` and `/readyz`: whether the process lives, and whether it can do its work. Owns what ready means; it
//! says nothing of events, and so is open to every origin.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::json;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use super::with;
use crate::answer;
use crate::server::State;

/// The log must have answered within this many times the patience of the tail.
const MAX_SILENT_TURNS: u32 = 3;

pub(super) fn routes(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    let health = warp::path!("healthz")
        .and(warp::get())
        .map(|| answer::json(StatusCode::OK, &json!({ "status": "ok" })));
    let ready = warp::path!("readyz")
        .and(warp::get())
        .and(with(state))
        .map(|state: Arc<State>| ready(&state));
    health.or(ready).unify().boxed()
}

fn ready(state: &State) -> Response {
    let health = &state.source.health;
    let is_draining = state.drain.is_cancelled();
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
    answer::json(
        status,
        &json!({
            "ready": is_ready,
            "draining": is_draining,
            "log": if error.is_none() { "ok" } else { "unreachable" },
            "error": error.as_deref(),
            "head": state.source.ring.head().cursor.to_string(),
        }),
    )
}

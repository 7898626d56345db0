//! `GET /api/runs` and `GET /api/runs/{id}`: the runs, the one heard of last first, and all that is known of one. Owns
//! nothing; the tail keeps the summaries.

use std::sync::Arc;
use std::time::Duration;

use event_core::Timestamp;
use hyper::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use tokio::time::timeout;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::reply::Response;

use super::{Pairs, get, origin, with};
use crate::runs::MAX_RUNS;
use crate::server::State;
use crate::{answer, query};

/// How long a list waits for a log that was not reached yet: an empty one would look like there being no runs.
const COLD_PATIENCE: Duration = Duration::from_secs(1);

pub(super) fn route(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    let list = warp::path!("api" / "runs").map(|| None);
    let one = warp::path!("api" / "runs" / String).map(Some);
    get()
        .and(list.or(one).unify())
        .and(with(state))
        .and(warp::header::headers_cloned())
        .and(warp::query::<Pairs>())
        .then(respond)
        .boxed()
}

async fn respond(run: Option<String>, state: Arc<State>, headers: HeaderMap, pairs: Pairs) -> Response {
    let origin = match origin(&state, &headers) {
        Ok(origin) => origin,
        Err(refused) => return answer::refusal(&refused),
    };
    let answer = if is_warm(&state).await {
        match run {
            Some(run) => details(&state, &run, &headers),
            None => list(&state, pairs, &headers),
        }
    } else {
        let reason = state.source.health.error();
        let reason = reason.as_deref().unwrap_or("the log has not been reached yet");
        answer::error(
            StatusCode::SERVICE_UNAVAILABLE,
            reason,
            "try again when the log is back",
        )
    };
    answer::for_origin(answer, origin.as_deref())
}

fn list(state: &State, pairs: Pairs, headers: &HeaderMap) -> Response {
    let statuses = match query::statuses(pairs) {
        Ok(statuses) => statuses,
        Err(misunderstood) => {
            return answer::error(StatusCode::BAD_REQUEST, &misunderstood.0, "correct the parameter");
        }
    };
    let runs = state.source.runs();
    let list = serde_json::json!({ "runs": runs.list(&statuses, Timestamp::now().unix_ms()) });
    drop(runs);
    answer::long_json(&list, headers)
}

fn details(state: &State, run: &str, headers: &HeaderMap) -> Response {
    // An id of somebody else's may be any text.
    let run = &*percent_decode_str(run).decode_utf8_lossy();
    let runs = state.source.runs();
    match runs.details(run, Timestamp::now().unix_ms()) {
        Some(details) => answer::long_json(&details, headers),
        None => answer::error(
            StatusCode::NOT_FOUND,
            &format!("no run {run:?} is known here"),
            &format!(
                "see /api/runs for the {MAX_RUNS} runs heard of last; of an older one, what the log still has is at /api/events?run={}",
                utf8_percent_encode(run, NON_ALPHANUMERIC)
            ),
        ),
    }
}

async fn is_warm(state: &State) -> bool {
    let mut head = state.source.ring.watch();
    let warm = timeout(COLD_PATIENCE, head.wait_for(|head| head.is_warm)).await;
    warm.is_ok_and(|warm| warm.is_ok())
}

//! `GET /api/runs`: the runs, the one heard of last first; its `status` is null where no span tells. Owns nothing; the
//! tail keeps the summaries.

use std::sync::Arc;

use event_core::Timestamp;
use hyper::StatusCode;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::reply::Response;

use super::{origin, with};
use crate::answer;
use crate::server::State;

pub(super) fn route(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    warp::path!("api" / "runs")
        .and(warp::get())
        .and(with(state))
        .and(warp::header::headers_cloned())
        .map(|state: Arc<State>, headers: HeaderMap| respond(&state, &headers))
        .boxed()
}

fn respond(state: &State, headers: &HeaderMap) -> Response {
    let origin = match origin(state, headers) {
        Ok(origin) => origin,
        Err(refused) => return answer::refusal(&refused),
    };
    let runs = state.source.runs();
    let list = serde_json::json!({ "runs": runs.list(Timestamp::now().unix_ms()) });
    answer::for_origin(answer::json(StatusCode::OK, &list), origin.as_deref())
}

//! `GET /events`: the live stream. Owns the handshake of RFC 6455; what goes over the socket then is the session's.
//! warp's own WebSocket is not used: it takes 128 KiB a client, and copies every message for every client.

mod credit;
mod deadlines;
mod inbound;
mod operation;
mod session;
mod socket;

use std::sync::Arc;

use hyper::StatusCode;
use hyper::header::{CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use hyper::upgrade::OnUpgrade;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::reply::Response;

use self::session::Session;
use super::{Pairs, origin, with};
use crate::answer;
use crate::feed::{Feed, Start};
use crate::query::{self, Query};
use crate::server::State;
use crate::server::accept::Claim;

pub(super) fn route(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    warp::path!("events")
        .and(warp::get())
        .and(with(state))
        .and(warp::header::headers_cloned())
        .and(warp::query::<Pairs>())
        .and(warp::ext::optional::<OnUpgrade>())
        .and(warp::ext::optional::<Claim>())
        .map(|state: Arc<State>, headers: HeaderMap, pairs, upgrade, claim| {
            respond(&state, &headers, pairs, upgrade, claim)
        })
        .boxed()
}

fn respond(
    state: &Arc<State>,
    headers: &HeaderMap,
    pairs: Pairs,
    upgrade: Option<OnUpgrade>,
    claim: Option<Claim>,
) -> Response {
    match origin(state, headers) {
        // A page may read what is wrong with its request.
        Ok(origin) => answer::for_origin(open(state, headers, pairs, upgrade, claim), origin.as_deref()),
        Err(refused) => answer::refusal(&refused),
    }
}

fn open(
    state: &Arc<State>,
    headers: &HeaderMap,
    pairs: Pairs,
    upgrade: Option<OnUpgrade>,
    claim: Option<Claim>,
) -> Response {
    let query = match Query::parse(pairs, query::LIVE) {
        Ok(query) => query,
        Err(misunderstood) => return answer::error(StatusCode::BAD_REQUEST, &misunderstood.0, "correct the parameter"),
    };
    let (Some(upgrade), Some(key)) = (upgrade, key(headers)) else {
        return upgrade_required();
    };
    let accept = derive_accept_key(key.as_bytes());
    let Ok(accept) = HeaderValue::try_from(accept) else {
        return upgrade_required();
    };
    let feed = Feed::new(state.source.clone(), query.start.unwrap_or(Start::Now));
    let session = Session::new(state.clone(), feed, query);
    state.tasks.spawn(async move {
        match upgrade.await {
            Ok(socket) => session.run(socket).await,
            Err(error) => tracing::debug!(%error, "a client went away during the handshake"),
        }
        // The connection counts as long as its socket lives.
        drop(claim);
    });
    let mut answer = Response::default();
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = answer.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    answer
}

/// The client's key, if all it sent makes an opening handshake (RFC 6455, section 4.2.1).
fn key(headers: &HeaderMap) -> Option<&HeaderValue> {
    let has = |name, token: &str| {
        let mut values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token)))
    };
    let is_opening = has(UPGRADE, "websocket") && has(CONNECTION, "upgrade") && has(SEC_WEBSOCKET_VERSION, "13");
    is_opening.then(|| headers.get(SEC_WEBSOCKET_KEY)).flatten()
}

fn upgrade_required() -> Response {
    let mut answer = answer::error(
        StatusCode::UPGRADE_REQUIRED,
        "/events is a WebSocket, or a stream of server-sent events for whoever accepts text/event-stream",
        "in a page: new EventSource(\"/events\") or new WebSocket(\"/events\"); in a shell: curl -N -H 'accept: text/event-stream' HOST:PORT/events, or curl HOST:PORT/api/events for history",
    );
    let headers = answer.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    answer
}

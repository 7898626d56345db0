//! What every request passes before a route sees it. Owns the order of the questions (how often, by which name, with a
//! token where it belongs, and the right one), the headers on every answer, and the access log, which names a path and
//! never what came with it: no query, no header.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use tokio::time::Instant;
use warp::http::uri::Authority;
use warp::reply::Response as Answer;

use super::access::{self, Refused};
use super::{State, headers, locked};
use crate::answer;
use crate::metrics::Refusal;

/// What is open to all who come by one of our names: it tells nothing of events.
const OPEN: &[&str] = &["/healthz", "/readyz", "/api/session"];

/// Who asks has not shown the token, and may have what is open to all: ours, and nothing of an embedding program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stranger;

/// Answers a request, by `routes` if it may pass.
pub(super) async fn respond<S>(
    mut request: Request<Incoming>,
    peer: SocketAddr,
    routes: S,
    state: Arc<State>,
) -> Result<Answer, Infallible>
where
    S: hyper::service::Service<Request<Incoming>, Response = Answer, Error = Infallible>,
{
    let began = Instant::now();
    let asked = state
        .has_access_log
        .then(|| (request.method().clone(), request.uri().path().to_owned()));
    let host = state.access.host(request.headers());
    let mut answer = match pass(&state, &request, peer, &host).await {
        Ok(stranger) => {
            if let Some(stranger) = stranger {
                request.extensions_mut().insert(stranger);
            }
            routes.call(request).await?
        }
        Err(refused) => {
            state.source.metrics.refused(refused.why);
            // Pages see nothing of a handshake that fails, only of a WebSocket that is closed.
            let told = (refused.why == Refusal::Token).then(|| locked::tell(&state, &mut request));
            told.flatten().unwrap_or_else(|| answer::refusal(&refused))
        }
    };
    headers::secure(answer.headers_mut(), host.as_ref().ok());
    if let Some((method, path)) = asked {
        let (status, took) = (answer.status().as_u16(), began.elapsed());
        tracing::info!(target: "event_bridge::access", %method, path, status, ?took, %peer, "answered");
    }
    Ok(answer)
}

async fn pass(
    state: &State,
    request: &Request<Incoming>,
    peer: SocketAddr,
    host: &Result<Authority, Refused>,
) -> Result<Option<Stranger>, Refused> {
    if let Err(wait) = state.addresses.request(peer.ip()) {
        let seconds = wait.as_secs() + 1;
        return Err(Refused {
            retry_after: Some(seconds),
            ..Refused::new(
                Refusal::Rate,
                "too many requests from your address",
                format!("ask again in {seconds} s, and then less often"),
            )
        });
    }
    let host = host.as_ref().map_err(Clone::clone)?;
    // Targets of proxies have none (RFC 9112, section 3.2.3), and warp would panic.
    if request.uri().path_and_query().is_none() {
        return Err(Refused::new(
            Refusal::Target,
            "the request names no path",
            "ask for a path, such as GET /: the bridge is no proxy",
        ));
    }
    access::no_token_in(request.uri())?;
    let path = request.uri().path();
    let is_open = OPEN.contains(&path) || state.ui.has(path).await;
    match state.access.enter(request.headers(), host) {
        Ok(()) => Ok(None),
        Err(_) if is_open => Ok(Some(Stranger)),
        Err(refused) => Err(refused),
    }
}

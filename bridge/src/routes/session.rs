//! `/api/session`: how a browser enters where a token is asked for. Owns the exchange of a token, sent in a body and never
//! in an address, for a cookie that pages cannot read; `GET` says whether one is in, `DELETE` leaves.

use std::sync::Arc;

use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, HeaderValue, SET_COOKIE};
use tokio::time::timeout;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, Method};
use warp::reply::Response;
use warp::{Buf, Filter as _};

use super::{origin, with};
use crate::answer;
use crate::server::State;
use crate::server::access::Refused;

/// More than any token has.
const MAX_BODY_BYTES: usize = 4 * 1024;

pub(super) fn route(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    warp::path!("api" / "session")
        .and(with(state))
        .and(warp::method())
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(respond)
        .boxed()
}

async fn respond(
    state: Arc<State>,
    method: Method,
    headers: HeaderMap,
    body: impl futures_util::Stream<Item = Result<impl Buf, warp::Error>> + Send,
) -> Response {
    let origin = match origin(&state, &headers) {
        Ok(origin) => origin,
        Err(refused) => return answer::refusal(&refused),
    };
    let mut answer = if method == Method::POST {
        match timeout(state.limits.header_timeout, text(body)).await {
            Ok(Some(guess)) => answer_to(enter(&state, &headers, &guess)),
            Ok(None) => answer::error(
                StatusCode::PAYLOAD_TOO_LARGE,
                "this is too long for a token",
                "send the token as the body, and nothing else",
            ),
            Err(_) => answer::error(
                StatusCode::REQUEST_TIMEOUT,
                "the token did not come in time",
                "send it together with the request",
            ),
        }
    } else if method == Method::GET {
        answer_to(look(&state, &headers))
    } else if method == Method::DELETE {
        answer_to(leave(&state, &headers))
    } else {
        answer::error(
            StatusCode::METHOD_NOT_ALLOWED,
            "this method is not known here",
            "POST the token as the body to enter, GET to ask whether you are in, DELETE to leave",
        )
    };
    answer
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer::for_origin(answer, origin.as_deref())
}

/// The cookie that is to be set, if any.
type Cookie = Result<Option<String>, Refused>;

fn enter(state: &State, headers: &HeaderMap, guess: &[u8]) -> Cookie {
    let own = state.access.host(headers)?;
    state.access.session(guess, &own)
}

fn look(state: &State, headers: &HeaderMap) -> Cookie {
    let own = state.access.host(headers)?;
    state.access.enter(headers, &own).map(|()| None)
}

fn leave(state: &State, headers: &HeaderMap) -> Cookie {
    let own = state.access.host(headers)?;
    Ok(Some(state.access.end_of_session(&own)))
}

fn answer_to(cookie: Cookie) -> Response {
    let cookie = match cookie {
        Ok(cookie) => cookie,
        Err(refused) => return answer::refusal(&refused),
    };
    let mut answer = Response::default();
    *answer.status_mut() = StatusCode::NO_CONTENT;
    if let Some(Ok(cookie)) = cookie.map(HeaderValue::try_from) {
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
    answer
}

/// The body; none if it is too long or breaks off.
async fn text(body: impl futures_util::Stream<Item = Result<impl Buf, warp::Error>>) -> Option<Vec<u8>> {
    use futures_util::StreamExt as _;
    let mut body = std::pin::pin!(body);
    let mut text = Vec::new();
    while let Some(part) = body.next().await {
        let mut part = part.ok()?;
        if text.len() + part.remaining() > MAX_BODY_BYTES {
            return None;
        }
        while part.has_remaining() {
            let bytes = part.chunk();
            text.extend_from_slice(bytes);
            let count = bytes.len();
            part.advance(count);
        }
    }
    Some(text)
}

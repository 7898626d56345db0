//! Answers that are not events: errors as JSON, which say what is wrong and what to do. Owns their form.

use bytes::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, HeaderName,
    HeaderValue, ORIGIN, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use hyper::{HeaderMap, StatusCode};
use serde::Serialize;
use warp::Rejection;
use warp::reply::Response;

use crate::compression;
use crate::metrics::Refusal;
use crate::server::access::Refused;

/// A JSON text.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    of_json(status, text(value).into())
}

/// A JSON text that may be long, compressed for who takes it.
pub(crate) fn long_json(value: &impl Serialize, asked: &HeaderMap) -> Response {
    let text = Bytes::from(text(value));
    let compressed = compression::for_client(&text, asked);
    let is_compressed = compressed.is_some();
    let mut answer = of_json(StatusCode::OK, compressed.unwrap_or(text));
    varies(answer.headers_mut(), &ACCEPT_ENCODING);
    if is_compressed {
        compression::is_gzip(answer.headers_mut());
    }
    answer
}

fn text(value: &impl Serialize) -> String {
    // Strings, numbers and booleans always serialise.
    let mut text = serde_json::to_string(value).unwrap_or_default();
    text.push('\n');
    text
}

fn of_json(status: StatusCode, text: Bytes) -> Response {
    let mut answer = Response::new(text.into());
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// What is wrong, and what to do.
pub(crate) fn error(status: StatusCode, error: &str, remedy: &str) -> Response {
    json(status, &serde_json::json!({ "error": error, "remedy": remedy }))
}

/// Somebody was sent away.
pub(crate) fn refusal(refused: &Refused) -> Response {
    let status = match refused.why {
        Refusal::Host | Refusal::Origin => StatusCode::FORBIDDEN,
        Refusal::Token => StatusCode::UNAUTHORIZED,
        Refusal::Target | Refusal::TokenInAddress | Refusal::Tls => StatusCode::BAD_REQUEST,
        Refusal::Rate | Refusal::AddressFull => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Full | Refusal::Idle => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut answer = error(status, &refused.error, &refused.remedy);
    let headers = answer.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"event-bridge\""),
        );
    }
    if let Some(seconds) = refused.retry_after {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    answer
}

/// Says to caches that the answer depends on this header of the request, too.
pub(crate) fn varies(headers: &mut HeaderMap, on: &HeaderName) {
    let known = headers.get(VARY).and_then(|known| known.to_str().ok());
    let all = known.map_or_else(|| on.to_string(), |known| format!("{known}, {on}"));
    if let Ok(all) = HeaderValue::try_from(all) {
        headers.insert(VARY, all);
    }
}

/// Lets the page of an origin that may read do so.
pub(crate) fn for_origin(mut answer: Response, origin: Option<&str>) -> Response {
    let headers = answer.headers_mut();
    varies(headers, &ORIGIN);
    if let Some(Ok(origin)) = origin.map(HeaderValue::try_from) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        // With the cookie that it got for the token.
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    answer
}

/// What no route took: since the UI takes every path, only the method can be wrong.
pub(crate) async fn rejection(rejection: Rejection) -> Result<Response, std::convert::Infallible> {
    tracing::debug!(?rejection, "no route");
    Ok(error(
        StatusCode::METHOD_NOT_ALLOWED,
        "this method is not known here",
        "use GET: the bridge only reads",
    ))
}

//! Answers that are not events: errors as JSON, which say what is wrong and what to do. Owns their form.

use hyper::StatusCode;
use hyper::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, HeaderValue, VARY};
use serde::Serialize;
use warp::Rejection;
use warp::reply::Response;

use crate::server::access::Refused;

/// A JSON text.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    // Strings, numbers and booleans always serialise.
    let mut text = serde_json::to_string(value).unwrap_or_default();
    text.push('\n');
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

/// 403.
pub(crate) fn refusal(refused: &Refused) -> Response {
    error(StatusCode::FORBIDDEN, &refused.error, &refused.remedy)
}

/// Lets the page of an origin that may read do so.
pub(crate) fn for_origin(mut answer: Response, origin: Option<&str>) -> Response {
    let headers = answer.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("origin"));
    if let Some(Ok(origin)) = origin.map(HeaderValue::try_from) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
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

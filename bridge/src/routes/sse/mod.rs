//! `GET /events` without a WebSocket: the live stream as server-sent events, or as the NDJSON lines of framed clients,
//! for whatever can read an HTTP answer. Owns the choice between the two and where a client begins; what then goes
//! over the connection is the session's.

mod session;

use std::sync::Arc;

use event_core::log::Cursor;
use hyper::StatusCode;
use hyper::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, UPGRADE};
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::reply::Response;
use warp::{Filter as _, Reply as _};

use self::session::Session;
use super::{Pairs, origin, with};
use crate::answer;
use crate::body::Body;
use crate::feed::{Feed, Start};
use crate::metrics::Kind;
use crate::negotiation;
use crate::query::{self, Misunderstood, Query};
use crate::server::State;
use crate::server::accept::HangUp;

const LAST_EVENT_ID: &str = "last-event-id";

/// How the stream is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Sse,
    Ndjson,
}

impl Form {
    fn content_type(self) -> &'static str {
        match self {
            Self::Sse => "text/event-stream",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    /// The form a client asks for; none if it is none of these.
    fn asked(headers: &HeaderMap) -> Option<Self> {
        let forms = [Self::Sse, Self::Ndjson].into_iter();
        let mut asked = forms.filter(|form| negotiation::names(headers, &ACCEPT, form.content_type()));
        asked.next().filter(|_| !headers.contains_key(UPGRADE))
    }
}

pub(super) fn route(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    let asked = warp::header::headers_cloned().and_then(|headers: HeaderMap| async move {
        let form = Form::asked(&headers).ok_or_else(warp::reject::not_found)?;
        Ok::<_, warp::Rejection>((form, headers))
    });
    warp::path!("events")
        .and(warp::get())
        .and(with(state))
        .and(asked)
        .and(warp::query::<Pairs>())
        .and(warp::ext::optional::<HangUp>())
        .map(|state: Arc<State>, (form, headers), pairs, hang_up| respond(&state, form, &headers, pairs, hang_up))
        .boxed()
}

fn respond(state: &Arc<State>, form: Form, headers: &HeaderMap, pairs: Pairs, hang_up: Option<HangUp>) -> Response {
    let origin = match origin(state, headers) {
        Ok(origin) => origin,
        Err(refused) => return answer::refusal(&refused),
    };
    let asked = Query::parse(pairs, query::LIVE).and_then(|query| Ok((last_event(headers)?, query)));
    let answer = match asked {
        Ok((last_event, query)) => {
            let start = last_event.map(Start::After).or(query.start);
            stream(state, form, start.unwrap_or(Start::Now), query, hang_up)
        }
        Err(misunderstood) => answer::error(StatusCode::BAD_REQUEST, &misunderstood.0, "correct the parameter"),
    };
    answer::for_origin(answer, origin.as_deref())
}

/// What a browser that reconnects has seen last: it knows better than the address, which stays as it was.
fn last_event(headers: &HeaderMap) -> Result<Option<Cursor>, Misunderstood> {
    let Some(value) = headers.get(LAST_EVENT_ID).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let cursor = String::from_utf8_lossy(value.as_bytes()).parse();
    cursor
        .map(Some)
        .map_err(|error| Misunderstood(format!("Last-Event-ID: {error}")))
}

fn stream(state: &Arc<State>, form: Form, start: Start, query: Query, hang_up: Option<HangUp>) -> Response {
    let (body, taken) = Body::new(state.limits.no_progress, hang_up);
    let session = Session {
        feed: Feed::new(state.source.clone(), start),
        filter: query.filter,
        form,
        state: state.clone(),
        present: state.source.metrics.client(Kind::Sse),
        is_live: false,
    };
    state.tasks.spawn(session.run(body));
    let mut answer = warp::reply::stream(taken).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.content_type()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // nginx would hold events back to fill a buffer.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    answer
}

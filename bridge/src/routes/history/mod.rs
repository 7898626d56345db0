//! `GET /api/events`: pages of the log as NDJSON, in either direction. Owns the range of a page and how it is sent; the
//! last line says where the next one begins.

mod backward;
mod forward;

use std::sync::Arc;

use event_core::log::LogError;
use hyper::StatusCode;
use hyper::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::reply::Response;
use warp::{Filter as _, Reply as _};

use self::backward::Backward;
use self::forward::Forward;
use super::{Pairs, get, origin, with};
use crate::answer;
use crate::body::{Body, Left};
use crate::compression::{self, Gzip};
use crate::metrics::{Kind, Present};
use crate::protocol::Control;
use crate::query::{self, Order, Query};
use crate::server::State;
use crate::server::accept::HangUp;

const DEFAULT_LIMIT: usize = 1000;
/// A filter that nothing passes ends here, and the client asks on.
const MAX_SCANNED: usize = 100_000;

pub(super) fn route(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    warp::path!("api" / "events")
        .and(get())
        .and(with(state))
        .and(warp::header::headers_cloned())
        .and(warp::query::<Pairs>())
        .and(warp::ext::optional::<HangUp>())
        .then(respond)
        .boxed()
}

async fn respond(state: Arc<State>, headers: HeaderMap, pairs: Pairs, hang_up: Option<HangUp>) -> Response {
    let origin = match origin(&state, &headers) {
        Ok(origin) => origin,
        Err(refused) => return answer::refusal(&refused),
    };
    let gzip = compression::is_taken(&headers).then(Gzip::default);
    let answer = match Query::parse(pairs, query::HISTORY) {
        Ok(query) => page(&state, query, gzip, hang_up).await,
        Err(misunderstood) => answer::error(StatusCode::BAD_REQUEST, &misunderstood.0, "correct the parameter"),
    };
    let mut answer = answer::for_origin(answer, origin.as_deref());
    answer::varies(answer.headers_mut(), &ACCEPT_ENCODING);
    answer
}

async fn page(state: &Arc<State>, query: Query, gzip: Option<Gzip>, hang_up: Option<HangUp>) -> Response {
    let mut page = match query.order {
        Order::Ascending => Page::Forward(Forward::new(&state.source, query).await),
        Order::Descending => Page::Backward(Backward::new(&state.source, query)),
    };
    // The first part decides the status; later the answer is on its way.
    let first = match page.part().await {
        Ok(part) => part,
        Err(error) => {
            let known = state.source.health.error();
            let reason = known.as_deref().map_or_else(|| error.to_string(), str::to_owned);
            return answer::error(
                StatusCode::SERVICE_UNAVAILABLE,
                &reason,
                "try again when the log is back",
            );
        }
    };
    let (body, taken) = Body::new(state.limits.no_progress, hang_up);
    let mut answer = warp::reply::stream(taken).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if gzip.is_some() {
        compression::is_gzip(headers);
    }
    let present = state.source.metrics.client(Kind::Page);
    state.tasks.spawn(async move {
        if send(page, first, gzip, body, &present).await == Err(Left::HungUp) {
            present.was_slow();
        }
    });
    answer
}

/// The page, read as the client takes it.
async fn send(
    mut page: Page,
    first: String,
    mut gzip: Option<Gzip>,
    body: Body,
    present: &Present,
) -> Result<(), Left> {
    let mut part = first;
    loop {
        let lines = part.lines().count();
        let bytes = match &mut gzip {
            Some(gzip) => gzip.part(part.as_bytes()),
            None => part.into(),
        };
        present.sent(lines, bytes.len());
        body.send(bytes).await?;
        if page.is_done() {
            break;
        }
        part = page.part().await.unwrap_or_else(|error| page.broken_off(&error));
    }
    if let Some(gzip) = gzip {
        body.send(gzip.finish()).await?;
    }
    body.finish().await;
    Ok(())
}

/// An answer in the making.
enum Page {
    Forward(Forward),
    Backward(Backward),
}

impl Page {
    /// Some more lines; never an empty text. The last one is the page's own.
    async fn part(&mut self) -> Result<String, LogError> {
        match self {
            Self::Forward(page) => page.part().await,
            Self::Backward(page) => page.part().await,
        }
    }

    fn is_done(&self) -> bool {
        match self {
            Self::Forward(page) => page.is_done,
            Self::Backward(page) => page.is_done,
        }
    }

    /// The last line of a page that the log left unfinished.
    fn broken_off(&mut self, error: &LogError) -> String {
        let (next, is_done) = match self {
            Self::Forward(page) => (page.next, &mut page.is_done),
            Self::Backward(page) => (page.next, &mut page.is_done),
        };
        *is_done = true;
        Control::Page {
            next: next.to_string(),
            more: true,
            error: Some(error.to_string()),
        }
        .line()
    }
}

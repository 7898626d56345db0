//! `GET /api/events`: pages of the log as NDJSON. Owns how much one answer holds; the last line says where the next
//! one begins.

use std::fmt::Write as _;
use std::sync::Arc;

use event_core::log::{Cursor, LogError, LogErrorKind};
use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::reply::Response;
use warp::{Filter as _, Reply as _};

use super::{Pairs, origin, with};
use crate::answer;
use crate::body::{Body, Left};
use crate::feed::{Feed, Start, Step};
use crate::filter::Filter;
use crate::metrics::{Kind, Present};
use crate::protocol::Control;
use crate::query::{self, Query};
use crate::ring::Slice;
use crate::server::State;
use crate::server::accept::HangUp;

const DEFAULT_LIMIT: usize = 1000;
const MAX_LIMIT: usize = 10_000;
/// A filter that nothing passes ends here, and the client asks on.
const MAX_SCANNED: usize = 100_000;

pub(super) fn route(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    warp::path!("api" / "events")
        .and(warp::get())
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
    let answer = match Query::parse(pairs, query::HISTORY) {
        Ok(query) => page(&state, query, hang_up).await,
        Err(misunderstood) => answer::error(StatusCode::BAD_REQUEST, &misunderstood.0, "correct the parameter"),
    };
    answer::for_origin(answer, origin.as_deref())
}

async fn page(state: &Arc<State>, query: Query, hang_up: Option<HangUp>) -> Response {
    let mut feed = Feed::new(state.source.clone(), query.start.unwrap_or(Start::After(Cursor::START)));
    feed.open().await;
    let mut page = Page {
        next: feed.cursor(),
        feed,
        filter: query.filter,
        left: query.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT),
        scanned: 0,
        is_done: false,
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
    state
        .tasks
        .spawn(parts(page, first, body, state.source.metrics.client(Kind::Page)));
    let mut answer = warp::reply::stream(taken).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// The rest of the page, read as the client takes it. It ends early if the client is gone or takes nothing.
async fn parts(mut page: Page, first: String, body: Body, present: Present) {
    let mut part = first;
    loop {
        present.sent(part.lines().count(), part.len());
        match body.send(part.into()).await {
            Ok(()) => {}
            Err(Left::HungUp) => return present.was_slow(),
            Err(Left::Gone) => return,
        }
        if page.is_done {
            return body.finish().await;
        }
        part = page
            .part()
            .await
            .unwrap_or_else(|error| page.last(true, Some(error.to_string())));
    }
}

/// An answer in the making.
struct Page {
    feed: Feed,
    filter: Filter,
    /// How many events may still be added.
    left: usize,
    scanned: usize,
    /// Where the next page begins.
    next: Cursor,
    is_done: bool,
}

impl Page {
    /// Some more lines; never an empty text.
    async fn part(&mut self) -> Result<String, LogError> {
        loop {
            let line = match self.feed.advance().await? {
                Step::Entries(slice) => match self.lines(&slice) {
                    lines if lines.is_empty() => continue,
                    lines => lines,
                },
                Step::Gap(gap) => Control::gap(&gap).line(),
                Step::Reset { .. } => Control::reset(self.feed.cursor(), "the log was deleted or restored").line(),
                Step::CaughtUp => {
                    self.next = self.feed.cursor();
                    self.last(false, None)
                }
                Step::Cold => {
                    return Err(LogError::new(
                        LogErrorKind::Unreachable,
                        "the log has not been reached yet",
                    ));
                }
                Step::Stalled(error) => return Err(error),
            };
            return Ok(line);
        }
    }

    fn lines(&mut self, slice: &Slice) -> String {
        let mut lines = String::new();
        self.scanned += slice.len();
        for entry in slice.matching(&self.filter) {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            self.next = entry.cursor;
            lines.push_str(slice.line(entry));
        }
        if self.left > 0 {
            self.next = slice.end();
        }
        if self.left == 0 || self.scanned >= MAX_SCANNED {
            let more = self.next.id < self.feed.head().id;
            // Writing to a String can't fail.
            let _ = lines.write_str(&self.last(more, None));
        }
        lines
    }

    /// The last line.
    fn last(&mut self, more: bool, error: Option<String>) -> String {
        self.is_done = true;
        Control::Page {
            next: self.next.to_string(),
            more,
            error,
        }
        .line()
    }
}

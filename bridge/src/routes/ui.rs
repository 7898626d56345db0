//! `GET /`: the browser view. Owns how its files are sent; what is in them is another crate's. It takes every path
//! that no other route took, and so answers what is unknown.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use sha2::{Digest, Sha256};
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::path::FullPath;
use warp::reply::Response;

use super::with;
use crate::answer;
use crate::server::State;

/// The files, ready to be sent.
pub(crate) struct Ui {
    embedded: HashMap<&'static str, File>,
    /// Where they are read from instead, each time, while somebody works on them.
    dir: Option<PathBuf>,
}

#[derive(Clone)]
struct File {
    content_type: &'static str,
    bytes: Bytes,
    etag: String,
}

impl Ui {
    pub(crate) fn new(dir: Option<PathBuf>) -> Self {
        let file = |asset: &'static event_ui::Asset| {
            (
                asset.path,
                File::new(asset.content_type, Bytes::from_static(asset.bytes)),
            )
        };
        Self {
            embedded: event_ui::assets().iter().map(file).collect(),
            dir,
        }
    }

    /// There is a file at this path, `/` included.
    pub(crate) async fn has(&self, path: &str) -> bool {
        let path = path.trim_start_matches('/');
        match &self.dir {
            None => path.is_empty() || self.embedded.contains_key(path),
            Some(_) => self.file(path).await.is_some(),
        }
    }

    async fn file(&self, path: &str) -> Option<File> {
        let path = if path.is_empty() { "index.html" } else { path };
        let Some(dir) = &self.dir else {
            return self.embedded.get(path).cloned();
        };
        // Only what lies below the folder.
        if !Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
        {
            return None;
        }
        let bytes = tokio::fs::read(dir.join(path)).await.ok()?;
        Some(File::new(content_type(path), bytes.into()))
    }
}

impl File {
    fn new(content_type: &'static str, bytes: Bytes) -> Self {
        let mut etag = String::from("\"");
        for byte in Sha256::digest(&bytes).iter().take(16) {
            // Writing to a String can't fail.
            let _ = write!(etag, "{byte:02x}");
        }
        etag.push('"');
        Self {
            content_type,
            bytes,
            etag,
        }
    }
}

pub(super) fn route(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    warp::get()
        .or(warp::head())
        .unify()
        .and(with(state))
        .and(warp::path::full())
        .and(warp::header::headers_cloned())
        .then(respond)
        .boxed()
}

async fn respond(state: Arc<State>, path: FullPath, headers: HeaderMap) -> Response {
    let path = path.as_str().trim_start_matches('/');
    let Some(file) = state.ui.file(path).await else {
        return answer::error(
            StatusCode::NOT_FOUND,
            &format!("nothing is at /{path}"),
            "see / for the UI, /events, /api/events, /api/runs, /healthz, /readyz and /metrics",
        );
    };
    let is_known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .any(|tags| names(tags, &file.etag));
    let mut answer = Response::new(if is_known { Bytes::new() } else { file.bytes }.into());
    if is_known {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(etag) = HeaderValue::try_from(file.etag) {
        headers.insert(ETAG, etag);
    }
    answer
}

/// RFC 9110, section 13.1.2: a list of tags, compared weakly, or a star.
fn names(tags: &HeaderValue, etag: &str) -> bool {
    let tags = String::from_utf8_lossy(tags.as_bytes());
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    }
}

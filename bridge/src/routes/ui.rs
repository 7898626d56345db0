//! `GET /`: the browser view. Owns how its files are sent; what is in them is another crate's. It takes every path
//! that no other route took, and so answers what is unknown.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use hyper::StatusCode;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::path::FullPath;
use warp::reply::Response;

use super::{get, origin, with};
use crate::answer;
use crate::asset::Asset;
use crate::server::State;

/// The module for pages and programs of one's own, with its types.
const CLIENT: [(&str, &str, &[u8]); 2] = [
    (
        "events.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../js/events.js"),
    ),
    (
        "events.d.ts",
        "text/plain; charset=utf-8",
        include_bytes!("../../js/events.d.ts"),
    ),
];

/// The files, ready to be sent.
pub(crate) struct Ui {
    client: HashMap<&'static str, Asset>,
    embedded: HashMap<&'static str, Asset>,
    /// Where they are read from instead, each time, while somebody works on them.
    dir: Option<PathBuf>,
}

impl Ui {
    pub(crate) fn new(dir: Option<PathBuf>) -> Self {
        let file = |asset: &'static event_ui::Asset| {
            (
                asset.path,
                Asset::new(asset.content_type, Bytes::from_static(asset.bytes)),
            )
        };
        let client = CLIENT
            .iter()
            .map(|(path, content_type, bytes)| (*path, Asset::new(content_type, Bytes::from_static(bytes))));
        Self {
            client: client.collect(),
            embedded: event_ui::assets().iter().map(file).collect(),
            dir,
        }
    }

    /// There is a file at this path, `/` included.
    pub(crate) async fn has(&self, path: &str) -> bool {
        let path = path.trim_start_matches('/');
        match &self.dir {
            _ if self.client.contains_key(path) => true,
            None => path.is_empty() || self.embedded.contains_key(path),
            Some(_) => self.file(path).await.is_some(),
        }
    }

    async fn file(&self, path: &str) -> Option<Asset> {
        if let Some(file) = self.client.get(path) {
            return Some(file.clone());
        }
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
        Some(Asset::new(content_type(path), bytes.into()))
    }
}

pub(super) fn route(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    get()
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
            "see / for the UI, /events, /events.js, /api/events, /api/runs, /healthz, /readyz and /metrics",
        );
    };
    if !state.ui.client.contains_key(path) {
        return file.answer(&headers);
    }
    // Pages served from elsewhere may use it as well, if they may read.
    match origin(&state, &headers) {
        Ok(origin) => answer::for_origin(file.answer(&headers), origin.as_deref()),
        Err(refused) => answer::refusal(&refused),
    }
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

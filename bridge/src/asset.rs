//! A file ready to be sent: to a browser that has it already as nothing, to one that takes gzip compressed. Owns the
//! conditions of RFC 9110, sections 8.8 and 13.1; where files come from is the routes' business.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use hyper::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use hyper::{HeaderMap, StatusCode};
use sha2::{Digest, Sha256};
use warp::reply::Response;

use crate::{answer, compression};

/// See the module's description.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    content_type: &'static str,
    bytes: Bytes,
    /// Of the bytes, without quotes.
    digest: String,
    /// From when somebody first took it; none if it is no smaller.
    gzip: Arc<OnceLock<Option<Bytes>>>,
}

impl Asset {
    pub(crate) fn new(content_type: &'static str, bytes: Bytes) -> Self {
        let mut digest = String::new();
        for byte in Sha256::digest(&bytes).iter().take(16) {
            // Writing to a String can't fail.
            let _ = write!(digest, "{byte:02x}");
        }
        Self {
            content_type,
            bytes,
            digest,
            gzip: Arc::default(),
        }
    }

    /// The answer to a request with these headers.
    pub(crate) fn answer(&self, asked: &HeaderMap) -> Response {
        let gzip = compression::is_taken(asked).then(|| self.gzip()).flatten();
        // Two codings of a file are two things, which must not be taken for each other.
        let etag = match gzip {
            Some(_) => format!("\"{}-gzip\"", self.digest),
            None => format!("\"{}\"", self.digest),
        };
        let is_known = asked.get_all(IF_NONE_MATCH).iter().any(|tags| names(tags, &etag));
        let body = match gzip {
            _ if is_known => Bytes::new(),
            Some(gzip) => gzip.clone(),
            None => self.bytes.clone(),
        };
        let mut answer = Response::new(body.into());
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        answer::varies(headers, &ACCEPT_ENCODING);
        if let Ok(etag) = HeaderValue::try_from(etag) {
            headers.insert(ETAG, etag);
        }
        if is_known {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
        } else if gzip.is_some() {
            compression::is_gzip(answer.headers_mut());
        }
        answer
    }

    fn gzip(&self) -> Option<&Bytes> {
        let compressed = || Some(compression::smallest(&self.bytes)).filter(|gzip| gzip.len() < self.bytes.len());
        self.gzip.get_or_init(compressed).as_ref()
    }
}

/// RFC 9110, section 13.1.2: a list of tags, compared weakly, or a star.
fn names(tags: &HeaderValue, etag: &str) -> bool {
    let tags = String::from_utf8_lossy(tags.as_bytes());
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

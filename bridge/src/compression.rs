//! Answers made smaller for who takes it (RFC 9110, section 12.5.3). Owns the one coding we speak, gzip, which every
//! browser and `curl --compressed` know; the live stream never goes this way.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::HeaderMap;
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderValue};

use crate::negotiation;

const GZIP: &str = "gzip";
/// What is shorter fits a packet as it is.
const WORTH_BYTES: usize = 1024;

/// An answer that is compressed while it is made. Every part can be read as soon as it has come.
pub(crate) struct Gzip(GzEncoder<Vec<u8>>);

impl Default for Gzip {
    /// Fast: what is gained by more effort is lost in waiting, for the parts are sent once.
    fn default() -> Self {
        Self(GzEncoder::new(Vec::new(), Compression::fast()))
    }
}

impl Gzip {
    pub(crate) fn part(&mut self, part: &[u8]) -> Bytes {
        // Writing to memory can't fail.
        let _ = self.0.write_all(part).and_then(|()| self.0.flush());
        std::mem::take(self.0.get_mut()).into()
    }

    /// What is still to come.
    pub(crate) fn finish(self) -> Bytes {
        self.0.finish().unwrap_or_default().into()
    }
}

/// The whole, if the client takes it compressed and it is worth the while.
pub(crate) fn for_client(bytes: &[u8], asked: &HeaderMap) -> Option<Bytes> {
    (bytes.len() >= WORTH_BYTES && is_taken(asked)).then(|| {
        let mut gzip = Gzip::default();
        let mut whole = gzip.part(bytes).to_vec();
        whole.extend_from_slice(&gzip.finish());
        whole.into()
    })
}

/// Whether a client takes answers compressed.
pub(crate) fn is_taken(asked: &HeaderMap) -> bool {
    negotiation::names(asked, &ACCEPT_ENCODING, GZIP)
}

/// The whole, as small as it gets; for what is sent many times.
pub(crate) fn smallest(bytes: &[u8]) -> Bytes {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory can't fail.
    let _ = gzip.write_all(bytes);
    gzip.finish().unwrap_or_default().into()
}

/// Says that an answer is compressed.
pub(crate) fn is_gzip(headers: &mut HeaderMap) {
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static(GZIP));
}

//! What a client says it takes. Owns the reading of `Accept` and `Accept-Encoding` (RFC 9110, section 12.5).

use hyper::HeaderMap;
use hyper::header::HeaderName;

/// Whether a client names `wanted`, and does not rule it out. A wildcard names nothing.
pub(crate) fn names(headers: &HeaderMap, header: &HeaderName, wanted: &str) -> bool {
    quality(headers, header, wanted).is_some_and(|quality| quality > 0.0)
}

/// How much a client wants it; none if it does not say.
pub(crate) fn quality(headers: &HeaderMap, header: &HeaderName, wanted: &str) -> Option<f32> {
    let values = headers.get_all(header).iter().filter_map(|value| value.to_str().ok());
    let mut offers = values.flat_map(|value| value.split(',')).filter_map(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let is_wanted = parts.next()?.eq_ignore_ascii_case(wanted);
        is_wanted.then(|| {
            let mut parameters = parts.filter_map(|parameter| parameter.split_once('='));
            let quality = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
            quality.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(1.0)
        })
    });
    offers.next()
}

#[cfg(test)]
mod tests {
    use hyper::header::{ACCEPT, ACCEPT_ENCODING};

    use super::*;

    fn named(header: &HeaderName, value: &str, wanted: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header, value.parse().unwrap());
        names(&headers, header, wanted)
    }

    #[test]
    fn what_is_named_is_taken_unless_it_is_ruled_out() {
        let accepts = |value| named(&ACCEPT, value, "text/event-stream");
        assert!(accepts("text/event-stream"));
        assert!(accepts("application/json, Text/Event-Stream;q=0.5"));
        assert!(!accepts("*/*"));
        assert!(!accepts("text/html"));
        assert!(!accepts("text/event-stream; q=0"));
        assert!(named(&ACCEPT_ENCODING, "br, gzip, deflate", "gzip"));
        assert!(!named(&ACCEPT_ENCODING, "gzip;q=0.0, *", "gzip"));
        assert!(!names(&HeaderMap::new(), &ACCEPT, "text/event-stream"));
    }
}

//! The W3C Trace Context header `traceparent`: <https://www.w3.org/TR/trace-context/#traceparent-header>.

use super::Place;
use crate::ids::{RunId, SpanId};

/// A text that is no `traceparent`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a traceparent: {0:?}; expected 00-<32 hex digits>-<16 hex digits>-<2 hex digits>, lower case, ids not all zero"
)]
pub struct InvalidTraceparent(String);

pub(super) fn format(place: Place) -> String {
    format!("00-{}-{}-01", place.run, place.span)
}

pub(super) fn parse(header: &str) -> Result<Place, InvalidTraceparent> {
    let place = || {
        let mut parts = header.trim().split('-');
        let version = parts.next()?;
        let (run, span) = (RunId::from_hex(parts.next()?)?, SpanId::from_hex(parts.next()?)?);
        let flags = parts.next()?;
        let is_hex = |text: &str| text.len() == 2 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        // A later version may append parts; ff is reserved, and version 00 ends here.
        let is_whole = version != "ff" && (version != "00" || parts.next().is_none());
        (is_hex(version) && is_hex(flags) && is_whole).then_some(Place { run, span })
    };
    place().ok_or_else(|| InvalidTraceparent(header.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_survives_the_way_in_and_out() {
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(format(parse(header).unwrap()), header);
    }

    #[test]
    fn later_versions_with_more_parts_are_understood() {
        assert!(parse("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more").is_ok());
    }

    #[test]
    fn what_the_specification_forbids_is_refused() {
        for header in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ] {
            assert!(parse(header).is_err(), "{header}");
        }
    }
}

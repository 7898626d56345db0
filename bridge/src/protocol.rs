//! The words of the bridge's protocol: control lines, the events the bridge itself makes, close codes. Owns their
//! form on the wire and nothing else; who sends them when is the sessions' business.

use event_core::Timestamp;
use event_core::log::{Cursor, EntryId, Gap};
use serde::Serialize;
use serde_json::json;

use crate::entry::Invalid;

/// Raised when a line changes its meaning.
const VERSION: u32 = 1;
/// What a client that is told to come back should wait, on average.
const RETRY_MS: u64 = 500;

/// Why a WebSocket is closed. One table of codes; README.md has it for those who write clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// The bridge stops or starts anew.
    Restart,
    /// The client took nothing of what waited for it.
    Slow,
    /// The client sent more than the bridge listens to.
    TooBig,
    /// The client broke the rules of RFC 6455.
    Malformed,
    /// The client sent a text that is none.
    NotText,
    /// The client has to show the token first.
    Locked,
}

impl Farewell {
    #[cfg(test)]
    const ALL: [Self; 6] = [
        Self::Restart,
        Self::Slow,
        Self::TooBig,
        Self::Malformed,
        Self::NotText,
        Self::Locked,
    ];

    pub(crate) fn code(self) -> u16 {
        match self {
            Self::Restart => 1012,
            Self::Slow => 4408,
            Self::TooBig => 1009,
            Self::Malformed => 1002,
            Self::NotText => 1007,
            Self::Locked => 4401,
        }
    }

    /// At most 123 bytes, as RFC 6455 has it.
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Restart => "the bridge is stopping; resume from your cursor",
            Self::Slow => "nothing was read for too long; resume from your cursor",
            Self::TooBig => "message too big; an operation needs no more than 16 KiB",
            Self::Malformed => "a frame that breaks RFC 6455; mend the client before it comes back",
            Self::NotText => "a text frame that is not UTF-8; mend the client before it comes back",
            Self::Locked => "the bridge asks for a token; show it at /api/session, then come back",
        }
    }
}

/// A line that is no event.
#[derive(Debug, Serialize)]
#[serde(tag = "control", rename_all = "snake_case")]
pub(crate) enum Control<'a> {
    Hello {
        protocol: u32,
        stream: &'a str,
        log: &'a str,
        cursor: String,
    },
    Gap {
        after: String,
        first: Option<String>,
        lost: Option<u64>,
        why: &'a str,
    },
    Reset {
        cursor: String,
        why: &'a str,
    },
    Heartbeat {
        /// The newest entry of the log.
        head: String,
        /// How far this client has been served; with a filter, further than its last event.
        cursor: String,
        time: String,
        log: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<&'a str>,
    },
    Bye {
        code: u16,
        retry_ms: u64,
        why: &'a str,
    },
    /// An operation was carried out.
    Done {
        op: &'a str,
        /// From where a client that has got everything so far resumes.
        cursor: String,
    },
    /// An operation was not understood, and nothing was changed.
    Error {
        op: Option<&'a str>,
        why: &'a str,
    },
    Page {
        next: String,
        more: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
}

impl<'a> Control<'a> {
    pub(crate) fn hello(stream: &'a str, log: &'a str, cursor: Cursor) -> Self {
        Self::Hello {
            protocol: VERSION,
            stream,
            log,
            cursor: cursor.to_string(),
        }
    }

    pub(crate) fn gap(gap: &Gap) -> Self {
        Self::Gap {
            after: gap.after.to_string(),
            first: gap.first.map(|first| first.to_string()),
            lost: gap.lost,
            why: "trimmed",
        }
    }

    pub(crate) fn reset(cursor: Cursor, why: &'a str) -> Self {
        Self::Reset {
            cursor: cursor.to_string(),
            why,
        }
    }

    pub(crate) fn heartbeat(head: Cursor, cursor: Cursor, error: Option<&'a str>) -> Self {
        Self::Heartbeat {
            head: head.to_string(),
            cursor: cursor.to_string(),
            time: Timestamp::now().to_string(),
            log: if error.is_some() { "unreachable" } else { "ok" },
            error,
        }
    }

    /// Clients that all leave at once should not all come back at once.
    pub(crate) fn bye(farewell: Farewell) -> Self {
        Self::Bye {
            code: farewell.code(),
            retry_ms: RETRY_MS / 2 + fastrand::u64(..RETRY_MS),
            why: farewell.why(),
        }
    }

    /// The line, with its line feed.
    pub(crate) fn line(&self) -> String {
        // Strings, numbers and booleans under fixed names always serialise.
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }
}

/// An entry that is no event, as an event.
pub(crate) fn invalid_entry(at: EntryId, invalid: &Invalid) -> String {
    let payload = json!({
        "reason": invalid.reason,
        "raw": invalid.raw,
        "bytes": invalid.bytes,
        "entry_id": at.to_string(),
    });
    event(Maker::Invalid, at, INVALID_ENTRY, &payload)
}

/// A gap as an event, for clients that know nothing but events.
pub(crate) fn stream_gap(gap: &Gap) -> String {
    let payload = json!({
        "after": gap.after.to_string(),
        "first": gap.first.map(|first| first.to_string()),
        "lost": gap.lost,
        "why": "trimmed",
    });
    event(Maker::Gap, gap.after.id, "stream_gap", &payload)
}

/// A reset as an event, for clients that know nothing but events.
pub(crate) fn stream_reset(before: Cursor, why: &str) -> String {
    let payload = json!({ "after": before.to_string(), "first": null, "lost": null, "why": why });
    event(Maker::Reset, before.id, "stream_gap", &payload)
}

/// The type of [`invalid_entry`].
pub(crate) const INVALID_ENTRY: &str = "invalid_entry";

/// Keeps the ids of different events about one place in the log apart.
#[derive(Clone, Copy)]
enum Maker {
    Invalid = 1,
    Gap = 2,
    Reset = 3,
}

fn event(maker: Maker, at: EntryId, kind: &str, payload: &serde_json::Value) -> String {
    // By hand, for the order of the keys.
    format!(
        r#"{{"id":"{}","ts":"{}","type":"{kind}","payload":{payload}}}"#,
        uuid(maker, at),
        Timestamp::from_unix_ms(at.ms),
    )
}

/// A `UUIDv7` that says where in the log and about what, so that two bridges, or one that was restarted, give the
/// same event the same id.
fn uuid(maker: Maker, at: EntryId) -> String {
    let ms = at.ms & 0xffff_ffff_ffff;
    // The variant of RFC 9562 above the lower 62 bits.
    let low = (at.seq & (u64::MAX >> 2)) | (1 << 63);
    format!(
        "{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}",
        ms >> 16,
        ms & 0xffff,
        maker as u16,
        low >> 48,
        low & 0xffff_ffff_ffff,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: EntryId = EntryId {
        ms: 1_795_355_488_123,
        seq: 4,
    };

    #[test]
    fn control_lines_have_the_form_of_the_contract() {
        let cursor = Cursor {
            id: AT,
            ordinal: Some(812),
        };
        assert_eq!(
            Control::hello("agent_events", "redis", cursor).line(),
            "{\"control\":\"hello\",\"protocol\":1,\"stream\":\"agent_events\",\"log\":\"redis\",\"cursor\":\"1795355488123-4@812\"}\n"
        );
        let gap = Gap {
            after: cursor,
            first: None,
            lost: Some(12),
        };
        assert_eq!(
            Control::gap(&gap).line(),
            "{\"control\":\"gap\",\"after\":\"1795355488123-4@812\",\"first\":null,\"lost\":12,\"why\":\"trimmed\"}\n"
        );
        assert!(
            Control::heartbeat(cursor, cursor, Some("gone"))
                .line()
                .contains(r#""log":"unreachable","error":"gone""#)
        );
        assert!(!Control::heartbeat(cursor, cursor, None).line().contains("error"));
        assert!(
            Control::bye(Farewell::Restart)
                .line()
                .starts_with(r#"{"control":"bye","code":1012,"retry_ms":"#)
        );
    }

    #[test]
    fn an_event_made_here_has_four_keys_and_an_id_of_its_place() {
        let invalid = Invalid {
            reason: "not JSON".into(),
            raw: "\"\u{1}".into(),
            bytes: 2,
        };
        let text = invalid_entry(AT, &invalid);
        let event: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(event.len(), 4);
        assert_eq!(event["id"], "01a20386-af7b-7001-8000-000000000004");
        assert_eq!(event["ts"], Timestamp::from_unix_ms(AT.ms).to_string());
        assert_eq!(event["payload"]["raw"], "\"\u{1}");
        assert_ne!(uuid(Maker::Gap, AT), uuid(Maker::Invalid, AT));
    }

    #[test]
    fn close_reasons_fit_a_close_frame() {
        for farewell in Farewell::ALL {
            assert!(farewell.why().len() <= 123);
        }
    }

    #[test]
    fn every_close_code_is_in_the_readme() {
        let readme = include_str!("../../README.md");
        for farewell in Farewell::ALL {
            let row = format!("| `{}` |", farewell.code());
            assert!(readme.contains(&row), "no row {row}");
        }
    }
}

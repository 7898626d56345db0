//! A line as the framed WebSocket, pages of history and recordings have it: an event with its cursor, a control, or an
//! event alone, as it is stored. Owns reading it; how our own lines are written is the protocol's knowledge.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A line, understood.
#[derive(Debug)]
pub(crate) enum Line<'a> {
    Event {
        /// Not on events that stand alone.
        cursor: Option<Cow<'a, str>>,
        /// The stored JSON.
        json: &'a str,
    },
    Control(Control),
}

/// What the bridge has to say. Cursors are opaque here; what this version does not know is passed over.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "control", rename_all = "snake_case")]
pub(crate) enum Control {
    Hello {
        protocol: u32,
        #[serde(default)]
        stream: String,
        cursor: String,
    },
    Gap {
        after: String,
        first: Option<String>,
        lost: Option<u64>,
        #[serde(default)]
        why: String,
    },
    Reset {
        cursor: String,
        #[serde(default)]
        why: String,
    },
    Heartbeat {
        head: String,
        cursor: String,
        error: Option<String>,
    },
    Bye {
        code: u16,
        retry_ms: Option<u64>,
        #[serde(default)]
        why: String,
    },
    Page {
        next: String,
        #[serde(default)]
        more: bool,
        error: Option<String>,
    },
    #[serde(other)]
    Unknown,
}

/// The keys that tell one kind of line from another.
#[derive(Deserialize)]
struct Keys<'a> {
    #[serde(borrow)]
    control: Option<&'a RawValue>,
    #[serde(borrow)]
    cursor: Option<&'a RawValue>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    /// An event alone has it.
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
}

impl<'a> Line<'a> {
    /// Reads a line, without its line feed. What is JSON but no control and has no cursor is passed on as an event
    /// alone, whatever it is.
    pub(crate) fn read(text: &'a str) -> Result<Self, serde_json::Error> {
        if !text.trim_start().starts_with('{') {
            serde_json::from_str::<&RawValue>(text)?;
            return Ok(Self::Event {
                cursor: None,
                json: text,
            });
        }
        let keys: Keys<'a> = serde_json::from_str(text)?;
        Ok(match keys {
            Keys {
                control: Some(_),
                kind: None,
                ..
            } => Self::Control(serde_json::from_str(text)?),
            Keys {
                event: Some(event),
                kind: None,
                cursor,
                ..
            } => Self::Event {
                cursor: cursor.map(|cursor| serde_json::from_str(cursor.get())).transpose()?,
                json: event.get(),
            },
            _ => Self::Event {
                cursor: None,
                json: text,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use event_core::log::{Cursor, EntryId, Gap};

    use super::*;
    use crate::protocol::{self, Farewell};

    fn control(line: &str) -> Control {
        match Line::read(line.trim_end()) {
            Ok(Line::Control(control)) => control,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn what_the_bridge_writes_is_read() {
        let at = Cursor {
            id: EntryId { ms: 5, seq: 1 },
            ordinal: Some(7),
        };
        let hello = control(&protocol::Control::hello("agent_events", "redis", at).line());
        assert!(matches!(hello, Control::Hello { protocol: 1, cursor, .. } if cursor == "5-1@7"));
        let gap = Gap {
            after: at,
            first: None,
            lost: Some(3),
        };
        let gap = control(&protocol::Control::gap(&gap).line());
        assert!(matches!(gap, Control::Gap { lost: Some(3), after, .. } if after == "5-1@7"));
        let reset = control(&protocol::Control::reset(at, "deleted").line());
        assert!(matches!(reset, Control::Reset { why, .. } if why == "deleted"));
        let heartbeat = control(&protocol::Control::heartbeat(at, at, Some("gone")).line());
        assert!(matches!(heartbeat, Control::Heartbeat { error: Some(_), .. }));
        let bye = control(&protocol::Control::bye(Farewell::Restart).line());
        assert!(matches!(
            bye,
            Control::Bye {
                code: 1012,
                retry_ms: Some(_),
                ..
            }
        ));
        assert_eq!(control(r#"{"control":"weather","sun":1}"#), Control::Unknown);
    }

    #[test]
    fn an_event_is_given_as_it_is_stored_with_its_cursor_if_it_has_one() {
        let event = r#"{"id":"x", "type":"a","payload":{"control":"gap"}}"#;
        let framed = format!(r#"{{"cursor":"5-1@7","event":{event}}}"#);
        let Ok(Line::Event { cursor, json }) = Line::read(&framed) else {
            panic!()
        };
        assert_eq!((cursor.as_deref(), json), (Some("5-1@7"), event));
        let Ok(Line::Event { cursor: None, json }) = Line::read(event) else {
            panic!()
        };
        assert_eq!(json, event);
        // An event alone stays one, whatever keys it has besides.
        for odd in [r#"{"type":"a","event":1,"control":"gap"}"#, "[]", "{}", "17"] {
            assert!(matches!(Line::read(odd), Ok(Line::Event { cursor: None, json }) if json == odd));
        }
    }

    #[test]
    fn a_torn_line_is_an_error() {
        for torn in ["", "{", r#"{"cursor":"5-1@7","event":{"#, r#"{"control":"gap"}"#] {
            assert!(Line::read(torn).is_err(), "{torn}");
        }
    }
}

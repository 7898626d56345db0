//! A recording: NDJSON, a line an event with its cursor, or an event alone; gaps stand where they were. Owns reading one
//! that may end in the middle of a line, and where a recorder goes on.

use std::io::{self, BufRead};

use crate::client::Item;
use crate::line::{Control, Line};

/// Reads a recording line by line.
#[derive(Debug)]
pub struct Recording<R> {
    reader: R,
    line: Vec<u8>,
    number: u64,
    whole_bytes: u64,
    torn_bytes: usize,
    /// The last line that was read has its line feed.
    has_line_feed: bool,
}

/// What a line holds.
#[derive(Debug)]
pub enum Recorded {
    /// An event, as it was stored.
    Event {
        /// Where it stood.
        cursor: Option<String>,
        /// Its text.
        json: String,
    },
    /// Events that were gone before they could be recorded.
    Gap {
        /// How many, if that was known.
        lost: Option<u64>,
    },
}

impl<R: BufRead> Recording<R> {
    /// Reads from the start of `reader`.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            line: Vec::new(),
            number: 0,
            whole_bytes: 0,
            torn_bytes: 0,
            has_line_feed: true,
        }
    }

    /// The next line that says something; none at the end.
    ///
    /// # Errors
    ///
    /// If it can't be read, or a line is no JSON: which one, and what to do. Only a last line without a line feed may be
    /// torn: it counts as not there.
    pub fn advance(&mut self) -> io::Result<Option<Recorded>> {
        loop {
            self.line.clear();
            if self.reader.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            let is_whole = self.line.ends_with(b"\n");
            self.has_line_feed = is_whole;
            let text = std::str::from_utf8(self.line.trim_ascii()).unwrap_or("\u{fffd}");
            let read = match text {
                "" => None,
                text => match Line::read(text) {
                    Ok(line) => recorded(line),
                    Err(_) if !is_whole => {
                        self.torn_bytes = self.line.len();
                        return Ok(None);
                    }
                    Err(error) => {
                        let why = format!("line {} is no event: {error}; mend or remove it", self.number);
                        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
                    }
                },
            };
            self.whole_bytes += self.line.len() as u64;
            if read.is_some() {
                return Ok(read);
            }
        }
    }

    /// How much of a last line there is that was torn.
    pub fn torn_bytes(&self) -> usize {
        self.torn_bytes
    }
}

fn recorded(line: Line<'_>) -> Option<Recorded> {
    match line {
        Line::Event { cursor, json } => Some(Recorded::Event {
            cursor: cursor.map(std::borrow::Cow::into_owned),
            json: json.to_owned(),
        }),
        Line::Control(Control::Gap { lost, .. }) => Some(Recorded::Gap { lost }),
        Line::Control(_) => None,
    }
}

/// Where a recorder goes on in a file.
#[derive(Debug, Default)]
pub struct Resumed {
    /// Behind the last event.
    pub cursor: Option<String>,
    /// How many events there are.
    pub events: u64,
    /// How much of the file is whole lines; what follows is to be cut off.
    pub bytes: u64,
    /// How much that is.
    pub torn_bytes: usize,
    /// The last line is whole but for its line feed.
    pub lacks_line_feed: bool,
}

impl Resumed {
    /// Reads what was recorded.
    ///
    /// # Errors
    ///
    /// If it can't be read, or is no recording with cursors.
    pub fn read(reader: impl BufRead) -> io::Result<Self> {
        let mut recording = Recording::new(reader);
        let mut resumed = Self::default();
        while let Some(recorded) = recording.advance()? {
            let Recorded::Event { cursor, .. } = recorded else {
                continue;
            };
            if cursor.is_none() {
                let why =
                    "its events have no cursors, so that it can't be told where to go on; record into another file";
                return Err(io::Error::new(io::ErrorKind::InvalidData, why));
            }
            resumed.cursor = cursor;
            resumed.events += 1;
        }
        resumed.bytes = recording.whole_bytes;
        resumed.torn_bytes = recording.torn_bytes;
        resumed.lacks_line_feed = recording.torn_bytes == 0 && resumed.bytes > 0 && !recording.has_line_feed;
        Ok(resumed)
    }
}

/// An item as a recording has it; none of what is not recorded.
pub fn line(item: &Item) -> Option<String> {
    match item {
        Item::Event(event) => Some(format!(
            "{{\"cursor\":{},\"event\":{}}}\n",
            quoted(&event.cursor),
            event.json()
        )),
        Item::Gap(gap) => {
            let lost = gap.lost.map_or("null".to_owned(), |lost| lost.to_string());
            Some(format!(
                "{{\"control\":\"gap\",\"after\":{},\"first\":null,\"lost\":{lost},\"why\":{}}}\n",
                quoted(&gap.after),
                quoted(&gap.why)
            ))
        }
        Item::Reset(reset) => Some(format!(
            "{{\"control\":\"reset\",\"cursor\":{},\"why\":{}}}\n",
            quoted(&reset.cursor),
            quoted(&reset.why)
        )),
        Item::State(_) => None,
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Gap, Received, Reset};

    const EVENT: &str = r#"{"id":"x","ts":"t","type":"a","payload":{}}"#;

    fn items() -> Vec<Item> {
        vec![
            Item::Event(Received {
                cursor: "5-1@7".to_owned(),
                json: EVENT.into(),
            }),
            Item::Gap(Gap {
                after: "5-1@7".to_owned(),
                lost: Some(3),
                why: "trim\"med".to_owned(),
            }),
            Item::Reset(Reset {
                cursor: "0-0@0".to_owned(),
                why: "deleted".to_owned(),
            }),
            Item::Event(Received {
                cursor: "6-1@1".to_owned(),
                json: EVENT.into(),
            }),
        ]
    }

    #[test]
    fn what_was_recorded_is_read() {
        let text: String = items().iter().filter_map(line).collect();
        assert!(
            text.lines()
                .all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()),
            "{text}"
        );
        let mut recording = Recording::new(text.as_bytes());
        assert!(matches!(recording.advance().unwrap(), Some(Recorded::Event { json, .. }) if json == EVENT));
        assert!(matches!(
            recording.advance().unwrap(),
            Some(Recorded::Gap { lost: Some(3) })
        ));
        assert!(
            matches!(recording.advance().unwrap(), Some(Recorded::Event { cursor: Some(cursor), .. }) if cursor == "6-1@1")
        );
        assert!(recording.advance().unwrap().is_none());
    }

    #[test]
    fn a_recorder_goes_on_behind_the_last_whole_line() {
        let text: String = items().iter().filter_map(line).collect();
        for (torn, lacks_line_feed) in [(0, false), (1, true), (2, false), (20, false)] {
            let part = &text[..text.len() - torn];
            let resumed = Resumed::read(part.as_bytes()).unwrap();
            let is_torn = torn > 1;
            assert_eq!(
                resumed.cursor.as_deref(),
                Some(if is_torn { "5-1@7" } else { "6-1@1" }),
                "{part}"
            );
            assert_eq!(resumed.bytes + resumed.torn_bytes as u64, part.len() as u64);
            assert_eq!(
                (resumed.torn_bytes > 0, resumed.lacks_line_feed),
                (is_torn, lacks_line_feed),
                "{part}"
            );
        }
    }

    #[test]
    fn what_is_no_recording_is_told_with_its_line() {
        let error = Resumed::read(format!("{EVENT}\n").as_bytes()).unwrap_err();
        assert!(error.to_string().contains("no cursors"), "{error}");
        let error = Resumed::read("\n# notes\n".as_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("line 2 is no event"), "{error}");
        let error = Resumed::read(&b"\xff\n"[..]).unwrap_err();
        assert!(error.to_string().starts_with("line 1 is no event"), "{error}");
    }
}

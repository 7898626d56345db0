//! How far a client has come. Owns the cursor: it moves with what is given out, never ahead of it, so that coming back
//! with it neither misses nor repeats.

use std::collections::VecDeque;
use std::time::Duration;

use event_core::log::Cursor;

use super::item::{Gap, Item, Received, Reset, State};
use crate::line::{Control, Line};

/// See the module's description.
#[derive(Debug, Default)]
pub(super) struct Progress {
    cursor: Option<String>,
    /// The cursor is more than a guess: something was read from the log.
    is_located: bool,
    /// What was received and not given out.
    waiting: VecDeque<Waiting>,
    /// The last gap, as long as nothing came behind it: told again after a disconnection, it is the same.
    gap: Option<Gap>,
    log_error: Option<String>,
    has_caught_up: bool,
    retry_after: Option<Duration>,
}

#[derive(Debug)]
enum Waiting {
    Event(Received),
    Control(Control),
    Invalid(String),
}

impl Progress {
    /// The lines of a frame.
    pub(super) fn take(&mut self, text: &str) {
        for line in text.lines().filter(|line| !line.is_empty()) {
            self.waiting.push_back(match Line::read(line) {
                Ok(Line::Event {
                    cursor: Some(cursor),
                    json,
                }) => Waiting::Event(Received {
                    cursor: cursor.into_owned(),
                    json: json.into(),
                }),
                Ok(Line::Control(control)) => Waiting::Control(control),
                Ok(Line::Event { cursor: None, .. }) => Waiting::Invalid("an event without a cursor".to_owned()),
                Err(error) => Waiting::Invalid(error.to_string()),
            });
        }
    }

    /// What of that is an item.
    pub(super) fn next(&mut self) -> Option<Item> {
        while let Some(waiting) = self.waiting.pop_front() {
            let item = match waiting {
                Waiting::Event(event) => {
                    self.move_to(event.cursor.clone());
                    Some(Item::Event(event))
                }
                Waiting::Control(control) => self.control(control),
                Waiting::Invalid(why) => Some(Item::State(State::LogUnreachable {
                    error: format!("a line from the bridge can't be understood: {why}"),
                })),
            };
            if item.is_some() {
                return item;
            }
        }
        None
    }

    fn control(&mut self, control: Control) -> Option<Item> {
        match control {
            Control::Hello { stream, cursor, .. } => {
                if self.cursor.is_none() {
                    self.cursor = Some(cursor.clone());
                }
                Some(Item::State(State::Connected { stream, cursor }))
            }
            Control::Gap { after, lost, why, .. } => self.told_gap(Gap { after, lost, why }),
            Control::Reset { cursor, why } => {
                self.move_to(cursor.clone());
                Some(Item::Reset(Reset { cursor, why }))
            }
            Control::Heartbeat { head, cursor, error } => self.heartbeat(&head, cursor, error),
            Control::Bye { retry_ms, .. } => {
                self.retry_after = retry_ms.map(Duration::from_millis);
                None
            }
            Control::Page { .. } | Control::Unknown => None,
        }
    }

    fn told_gap(&mut self, gap: Gap) -> Option<Item> {
        self.is_located = true;
        let before = self.gap.replace(gap.clone()).filter(|before| before.after == gap.after);
        let lost = match (before.map(|before| before.lost), gap.lost) {
            (None, lost) => lost,
            // It may have grown meanwhile.
            (Some(Some(before)), Some(lost)) if lost > before => Some(lost - before),
            (Some(_), _) => return None,
        };
        Some(Item::Gap(Gap { lost, ..gap }))
    }

    fn heartbeat(&mut self, head: &str, cursor: String, error: Option<String>) -> Option<Item> {
        let is_at_head = id(head) == id(&cursor);
        if error.is_none() {
            let is_behind_gap = self.gap.as_ref().is_some_and(|gap| id(&gap.after) != id(&cursor));
            if self.gap.is_none() || is_behind_gap {
                self.move_to(cursor);
            }
        }
        let before = std::mem::replace(&mut self.log_error, error);
        match (before, &self.log_error) {
            (before, Some(error)) if before.as_ref() != Some(error) => {
                return Some(Item::State(State::LogUnreachable { error: error.clone() }));
            }
            (Some(_), None) => {
                return Some(Item::State(State::LogReachable));
            }
            _ => {}
        }
        if is_at_head && self.log_error.is_none() && !self.has_caught_up {
            self.has_caught_up = true;
            return Some(Item::State(State::CaughtUp));
        }
        None
    }

    fn move_to(&mut self, cursor: String) {
        self.cursor = Some(cursor);
        self.is_located = true;
        self.gap = None;
    }

    pub(super) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// The parameter of the next connection, unless the place is still that of the first.
    pub(super) fn start(&self) -> Option<(String, String)> {
        self.guess().filter(|_| self.is_located)
    }

    /// The same, by the clock of the bridge as long as nothing was read from the log.
    pub(super) fn guess(&self) -> Option<(String, String)> {
        Some(("after".to_owned(), self.cursor.clone()?))
    }

    /// What the bridge asked for when it took leave.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(super) fn disconnected(&mut self) {
        self.has_caught_up = false;
        self.retry_after = None;
    }
}

/// What two cursors must have in common to be the same place.
fn id(cursor: &str) -> Result<event_core::log::EntryId, &str> {
    cursor.parse::<Cursor>().map(|cursor| cursor.id).map_err(|_| cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(progress: &mut Progress, lines: &[&str]) -> Vec<Item> {
        progress.take(&lines.join("\n"));
        std::iter::from_fn(|| progress.next()).collect()
    }

    const HELLO: &str = r#"{"control":"hello","protocol":1,"stream":"s","log":"redis","cursor":"9-0@9"}"#;

    fn heartbeat(head: &str, cursor: &str) -> String {
        format!(r#"{{"control":"heartbeat","head":"{head}","cursor":"{cursor}","time":"","log":"ok"}}"#)
    }

    fn after(progress: &Progress) -> Option<String> {
        progress.start().map(|(_, cursor)| cursor)
    }

    #[test]
    fn the_cursor_moves_with_what_is_given_out_and_not_with_what_has_come() {
        let mut progress = Progress::default();
        let event = |n| format!(r#"{{"cursor":"{n}-0@{n}","event":{{"type":"a"}}}}"#);
        progress.take(&[event(10), event(11)].join("\n"));
        assert_eq!(progress.cursor(), None);
        assert!(matches!(progress.next(), Some(Item::Event(event)) if event.cursor == "10-0@10"));
        assert_eq!(after(&progress).as_deref(), Some("10-0@10"));
        progress.next();
        assert_eq!(after(&progress).as_deref(), Some("11-0@11"));
        items(&mut progress, &[&heartbeat("20-0@20", "15-0@15")]);
        assert_eq!(after(&progress).as_deref(), Some("15-0@15"));
    }

    #[test]
    fn a_hello_before_the_log_was_read_is_no_place_to_resume_from() {
        let mut progress = Progress::default();
        let unreachable =
            r#"{"control":"heartbeat","head":"0-0@0","cursor":"9-0@9","log":"unreachable","error":"gone"}"#;
        let told = items(&mut progress, &[HELLO, unreachable, unreachable]);
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(after(&progress), None);
        let told = items(
            &mut progress,
            &[&heartbeat("9-0@9", "9-0@9"), &heartbeat("9-0@9", "9-0@9")],
        );
        assert!(
            matches!(
                told[..],
                [Item::State(State::LogReachable), Item::State(State::CaughtUp)]
            ),
            "{told:?}"
        );
        assert_eq!(after(&progress).as_deref(), Some("9-0@9"));
    }

    #[test]
    fn a_gap_that_is_told_again_after_a_disconnection_is_told_once_and_what_it_grew_by() {
        let mut progress = Progress::default();
        let gap = |lost| format!(r#"{{"control":"gap","after":"9-0@9","first":null,"lost":{lost},"why":"trimmed"}}"#);
        let lost = |items: Vec<Item>| -> Vec<_> {
            items
                .into_iter()
                .filter_map(|item| if let Item::Gap(gap) = item { gap.lost } else { None })
                .collect()
        };
        assert_eq!(lost(items(&mut progress, &[HELLO, &gap(3)])), [3]);
        progress.disconnected();
        assert_eq!(lost(items(&mut progress, &[HELLO, &gap(3)])), Vec::<u64>::new());
        progress.disconnected();
        assert_eq!(
            lost(items(&mut progress, &[HELLO, &gap(5), &heartbeat("20-0@20", "9-0@9")])),
            [2]
        );
        items(&mut progress, &[&heartbeat("20-0@20", "15-0@15")]);
        assert_eq!(lost(items(&mut progress, &[&gap(5)])), [5]);
    }

    #[test]
    fn what_is_not_understood_is_said_and_does_not_move_the_cursor() {
        let mut progress = Progress::default();
        let told = items(&mut progress, &["{\"cursor\":", "17", "{\"control\":\"weather\"}"]);
        assert_eq!(told.len(), 2);
        assert!(
            told.iter()
                .all(|item| matches!(item, Item::State(State::LogUnreachable { .. }))),
            "{told:?}"
        );
        assert_eq!(progress.cursor(), None);
    }
}

//! A page from older to newer events. Owns where it ends; what comes next is the feed's knowledge.

use std::fmt::Write as _;
use std::sync::Arc;

use event_core::log::{Cursor, EntryId, LogError, LogErrorKind};

use super::{DEFAULT_LIMIT, MAX_SCANNED};
use crate::feed::{Feed, Start, Step};
use crate::filter::Filter;
use crate::protocol::Control;
use crate::query::Query;
use crate::ring::Slice;
use crate::source::Source;

/// See the module's description.
pub(super) struct Forward {
    feed: Feed,
    filter: Filter,
    /// The page ends before this entry.
    end: Option<EntryId>,
    /// How many events may still be added.
    left: usize,
    scanned: usize,
    /// Where the next page begins.
    pub(super) next: Cursor,
    pub(super) is_done: bool,
}

impl Forward {
    pub(super) async fn new(source: &Arc<Source>, query: Query) -> Self {
        let mut feed = Feed::new(source.clone(), query.start.unwrap_or(Start::After(Cursor::START)));
        feed.open().await;
        Self {
            next: feed.cursor(),
            feed,
            filter: query.filter,
            end: query.end.map(|end| end.id),
            left: query.limit.unwrap_or(DEFAULT_LIMIT),
            scanned: 0,
            is_done: false,
        }
    }

    pub(super) async fn part(&mut self) -> Result<String, LogError> {
        loop {
            let line = match self.feed.advance().await? {
                Step::Entries(slice) => match self.lines(&slice) {
                    lines if lines.is_empty() => continue,
                    lines => lines,
                },
                Step::Gap(gap) => Control::gap(&gap).line(),
                Step::Reset { .. } => Control::reset(self.feed.cursor(), "the log was deleted or restored").line(),
                Step::CaughtUp => {
                    self.next = self.feed.cursor();
                    self.last(false)
                }
                Step::Cold => {
                    return Err(LogError::new(
                        LogErrorKind::Unreachable,
                        "the log has not been reached yet",
                    ));
                }
                Step::Stalled(error) => return Err(error),
            };
            return Ok(line);
        }
    }

    fn lines(&mut self, slice: &Slice) -> String {
        let mut lines = String::new();
        self.scanned += slice.len();
        for entry in slice.matching(&self.filter) {
            if self.left == 0 || self.is_behind(entry.cursor) {
                break;
            }
            self.left -= 1;
            self.next = entry.cursor;
            lines.push_str(slice.line(entry));
        }
        let has_ended = self.is_behind(slice.end());
        if self.left > 0 && !has_ended {
            self.next = slice.end();
        }
        if self.left == 0 || has_ended || self.scanned >= MAX_SCANNED {
            let is_limited = self.left == 0 || !has_ended;
            let more = is_limited && self.next.id < self.feed.head().id;
            // Writing to a String can't fail.
            let _ = lines.write_str(&self.last(more));
        }
        lines
    }

    fn is_behind(&self, cursor: Cursor) -> bool {
        self.end.is_some_and(|end| cursor.id >= end)
    }

    fn last(&mut self, more: bool) -> String {
        self.is_done = true;
        Control::Page {
            next: self.next.to_string(),
            more,
            error: None,
        }
        .line()
    }
}

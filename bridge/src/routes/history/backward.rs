//! A page from newer to older events, read from the log itself. Owns where it ends: at its limit, at its floor, or
//! where the log does.

use std::fmt::Write as _;
use std::sync::Arc;

use event_core::log::{Cursor, EntryId, Gap, LogError, LogInfo, Page};

use super::{DEFAULT_LIMIT, MAX_SCANNED};
use crate::feed::Start;
use crate::filter::Filter;
use crate::history::END;
use crate::protocol::Control;
use crate::query::Query;
use crate::ring::{self, Seen, Slice};
use crate::source::Source;

/// See the module's description.
pub(super) struct Backward {
    source: Arc<Source>,
    filter: Filter,
    /// Everything from here on was read.
    from: Cursor,
    /// The page ends behind this entry.
    floor: Cursor,
    /// How many events may still be added.
    left: usize,
    scanned: usize,
    seen: Seen,
    /// Before what the next page begins.
    pub(super) next: Cursor,
    pub(super) is_done: bool,
}

impl Backward {
    pub(super) fn new(source: &Arc<Source>, query: Query) -> Self {
        let from = query.end.unwrap_or(END);
        Self {
            source: source.clone(),
            filter: query.filter,
            from,
            floor: match query.start {
                Some(Start::After(cursor)) => cursor,
                Some(Start::Since(unix_ms)) => Cursor::at(EntryId::before(unix_ms)),
                // A number of newest events is no floor: the query refuses it.
                _ => Cursor::START,
            },
            left: query.limit.unwrap_or(DEFAULT_LIMIT),
            scanned: 0,
            seen: Seen::default(),
            next: from,
            is_done: false,
        }
    }

    pub(super) async fn part(&mut self) -> Result<String, LogError> {
        loop {
            let wanted = if self.filter.is_open() { self.left } else { MAX_SCANNED };
            let page = self.source.history.older(self.from, wanted).await?;
            let lines = self.lines(&page);
            if !lines.is_empty() {
                return Ok(lines);
            }
        }
    }

    fn lines(&mut self, page: &Page) -> String {
        let Some(oldest) = page.entries.last().map(event_core::log::Entry::cursor) else {
            return self.bottom(&page.info);
        };
        let above = page.entries.iter().filter(|entry| entry.id > self.floor.id);
        let mut entries: Vec<_> = above.cloned().collect();
        entries.reverse();
        self.scanned += entries.len();
        self.from = oldest;
        let mut lines = String::new();
        for block in ring::frame(&entries, &mut self.seen, |_, _| {}).into_iter().rev() {
            let slice = Slice::whole(block);
            let matching: Vec<_> = slice.matching(&self.filter).collect();
            for entry in matching.into_iter().rev().take(self.left) {
                self.left -= 1;
                self.next = entry.cursor;
                lines.push_str(slice.line(entry));
            }
        }
        let has_ended = oldest.id <= self.floor.id;
        if self.left > 0 {
            self.next = if has_ended { self.next } else { oldest };
        }
        if self.left == 0 || has_ended || self.scanned >= MAX_SCANNED {
            let is_first = page.info.first.is_none_or(|first| first >= self.next.id);
            let more = (self.left == 0 || !has_ended) && !is_first && self.next.id > self.floor.id;
            // Writing to a String can't fail.
            let _ = lines.write_str(&self.last(more));
        }
        lines
    }

    /// The log has nothing older. Whether it had, the ordinals tell.
    fn bottom(&mut self, info: &LogInfo) -> String {
        let seen = self.floor.ordinal;
        let lost = info
            .first_ordinal()
            .zip(seen)
            .and_then(|(first, seen)| first.checked_sub(seen + 1));
        let mut lines = String::new();
        if let Some(lost @ 1..) = lost {
            let gap = Gap {
                after: self.floor,
                first: (self.next.id < END.id).then_some(self.next),
                lost: Some(lost),
            };
            lines = Control::gap(&gap).line();
        }
        lines + &self.last(false)
    }

    fn last(&mut self, more: bool) -> String {
        self.is_done = true;
        // Of an empty log there is no end to name.
        let next = if self.next.id < END.id {
            self.next
        } else {
            Cursor::START
        };
        Control::Page {
            next: next.to_string(),
            more,
            error: None,
        }
        .line()
    }
}

//! How much a client may still be sent before it says how far it has come. Owns the count; a browser has no other way
//! to slow a server down, since its socket takes in whatever comes, whether its page keeps up or not.

use std::collections::VecDeque;

use event_core::log::{Cursor, EntryId};

/// The window is remembered in so many parts, whatever its size: that is how finely it opens again.
const PARTS: usize = 16;

/// See the module's description.
#[derive(Debug)]
pub(super) struct Credit {
    window_bytes: usize,
    unacknowledged_bytes: usize,
    /// What was sent and not acknowledged, oldest first.
    parts: VecDeque<Part>,
}

#[derive(Debug)]
struct Part {
    /// The last entry in it.
    end: EntryId,
    bytes: usize,
}

impl Credit {
    pub(super) fn new(window_bytes: usize) -> Self {
        Self {
            window_bytes,
            unacknowledged_bytes: 0,
            parts: VecDeque::new(),
        }
    }

    /// Something may be sent.
    pub(super) fn is_open(&self) -> bool {
        self.unacknowledged_bytes < self.window_bytes
    }

    /// `bytes` were sent, which end with the entry at `end`.
    pub(super) fn sent(&mut self, end: Cursor, bytes: usize) {
        self.unacknowledged_bytes += bytes;
        match self.parts.back_mut() {
            Some(part) if part.bytes < self.window_bytes / PARTS => {
                part.end = end.id;
                part.bytes += bytes;
            }
            _ => self.parts.push_back(Part { end: end.id, bytes }),
        }
    }

    /// The client has done with everything up to `cursor`.
    pub(super) fn acknowledged(&mut self, cursor: Cursor) {
        while let Some(part) = self.parts.front()
            && part.end <= cursor.id
        {
            self.unacknowledged_bytes -= part.bytes;
            self.parts.pop_front();
        }
    }

    /// What comes next lies elsewhere, and its acknowledgements will say nothing of what was sent before.
    pub(super) fn forget(&mut self) {
        self.parts.clear();
        self.unacknowledged_bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Cursor {
        Cursor::at(EntryId { ms, seq: 0 })
    }

    #[test]
    fn a_window_closes_when_it_is_used_up_and_opens_as_the_client_comes_on() {
        let mut credit = Credit::new(1000);
        for ms in 1..=10 {
            assert!(credit.is_open());
            credit.sent(at(ms), 100);
        }
        assert!(!credit.is_open());
        credit.acknowledged(at(0));
        assert!(!credit.is_open());
        credit.acknowledged(at(3));
        assert_eq!(credit.unacknowledged_bytes, 700);
        credit.acknowledged(at(10));
        assert_eq!((credit.unacknowledged_bytes, credit.parts.len()), (0, 0));
    }

    #[test]
    fn what_is_remembered_does_not_grow_with_the_number_of_events() {
        let mut credit = Credit::new(1600);
        for ms in 0..1600 {
            credit.sent(at(ms), 1);
        }
        assert!(!credit.is_open());
        assert!(credit.parts.len() <= PARTS + 1, "{}", credit.parts.len());
        // Whoever acknowledges all it got is sent more, however coarse the parts are.
        credit.acknowledged(at(1599));
        assert_eq!(credit.unacknowledged_bytes, 0);
    }
}

//! What a page of the log says about the place it was asked from: that it follows, that something is missing in
//! between, or that the log is not the one the cursor is of. Owns these rules, for the tail and for history alike.

use event_core::log::{Cursor, Entry, EntryId, Gap, Page};

/// See the module's description.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Continuity {
    Unbroken,
    Gap(Gap),
    /// The log was deleted, or restored from an older state: the cursor means nothing in it.
    Rewound,
}

impl Continuity {
    /// What `page` says about `from`, where it was read from.
    pub(crate) fn of(from: Cursor, page: &Page) -> Self {
        if is_rewound(from, page) {
            return Self::Rewound;
        }
        let info = &page.info;
        if let (Some(seen), Some(appended), true) = (from.ordinal, info.appended, info.is_exact)
            && from.id == info.last
            && appended > seen
        {
            // Trimmed between two looks, and noticed only behind the hole.
            return Self::Gap(Gap {
                after: from,
                first: None,
                lost: Some(appended - seen),
            });
        }
        match page.gap_after(from) {
            // A reader from the start of a log that does not count: whether something was there before, nobody knows.
            Some(gap) if gap.lost.is_none() && from.id == EntryId::ZERO => Self::Unbroken,
            Some(gap) => Self::Gap(gap),
            None => Self::Unbroken,
        }
    }
}

fn is_rewound(from: Cursor, page: &Page) -> bool {
    let info = &page.info;
    if from.id > info.last && !is_time(from) {
        return true;
    }
    let Some(seen) = from.ordinal else { return false };
    if info.appended.is_some_and(|appended| appended < seen) {
        return true;
    }
    // What comes after the cursor is said to have been added before it.
    page.entries
        .first()
        .and_then(|entry| entry.ordinal)
        .is_some_and(|first| first <= seen)
}

/// The cursor stands for a time rather than for an entry, and so may be ahead of the log.
fn is_time(cursor: Cursor) -> bool {
    cursor.id.seq == u64::MAX
}

/// Where a reader stands who has read all of `page`.
pub(crate) fn end_of(page: &Page) -> Cursor {
    page.entries.last().map_or_else(|| page.info.head(), Entry::cursor)
}

/// The place right before the entry at `cursor`.
pub(crate) fn before(cursor: Cursor) -> Cursor {
    let EntryId { ms, seq } = cursor.id;
    let id = match seq.checked_sub(1) {
        Some(seq) => EntryId { ms, seq },
        None => EntryId::before(ms),
    };
    match cursor.ordinal {
        Some(1) => Cursor::START,
        ordinal => Cursor {
            id,
            ordinal: ordinal.map(|ordinal| ordinal.saturating_sub(1)),
        },
    }
}

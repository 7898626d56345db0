//! Places in a log: the id of an entry, and the cursor a reader resumes from. Owns their text form, which is the
//! same on every transport; it never reads a log.

use std::fmt;
use std::str::FromStr;

/// The id of an entry: unix milliseconds and a counter within that millisecond, as Redis Streams number them.
///
/// Ids grow along the log. `0-0` comes before every entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// Unix time in milliseconds.
    pub ms: u64,
    /// Tells entries of one millisecond apart.
    pub seq: u64,
}

impl EntryId {
    /// Before the first entry of any log.
    pub const ZERO: Self = Self { ms: 0, seq: 0 };

    /// The id that comes right before every entry added at `unix_ms` or later.
    pub fn before(unix_ms: u64) -> Self {
        match unix_ms.checked_sub(1) {
            Some(ms) => Self { ms, seq: u64::MAX },
            None => Self::ZERO,
        }
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

/// Where a reader stands: the last entry it has seen.
///
/// The text form is `ms-seq@ordinal`, or `ms-seq` where the ordinal is not known, so that a bare Redis id is a
/// cursor as well. The ordinal (how many entries were ever added, up to and with this one) is what makes the count
/// of a gap exact.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cursor {
    /// The last entry seen.
    pub id: EntryId,
    /// How many entries had been added to the log up to and with `id`, where that is known.
    pub ordinal: Option<u64>,
}

impl Cursor {
    /// Before the first entry: reading from here reads everything.
    pub const START: Self = Self {
        id: EntryId::ZERO,
        ordinal: Some(0),
    };

    /// A cursor at `id` whose ordinal is not known.
    pub fn at(id: EntryId) -> Self {
        if id == EntryId::ZERO {
            return Self::START;
        }
        Self { id, ordinal: None }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ordinal {
            Some(ordinal) => write!(f, "{}@{ordinal}", self.id),
            None => self.id.fmt(f),
        }
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a cursor: {0:?}; expected what `hello` or an event line gave, a stream id such as 1795000000000-0, or 0 for everything"
)]
pub struct InvalidCursor(String);

impl FromStr for EntryId {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let invalid = || InvalidCursor(text.to_owned());
        let (ms, seq) = text.split_once('-').unwrap_or((text, "0"));
        Ok(Self {
            ms: ms.parse().map_err(|_| invalid())?,
            seq: seq.parse().map_err(|_| invalid())?,
        })
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let invalid = || InvalidCursor(text.to_owned());
        let Some((id, ordinal)) = text.split_once('@') else {
            return Ok(Self::at(text.parse()?));
        };
        Ok(Self {
            id: id.parse().map_err(|_| invalid())?,
            ordinal: Some(ordinal.parse().map_err(|_| invalid())?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_form() {
        for text in ["1795000000000-4@812", "1795000000000-4", "0-0@0"] {
            assert_eq!(text.parse::<Cursor>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn zero_and_bare_ids_are_cursors() {
        assert_eq!("0".parse::<Cursor>().unwrap().ordinal, Some(0));
        assert_eq!("17-3".parse::<Cursor>().unwrap().id, EntryId { ms: 17, seq: 3 });
        assert_eq!("17".parse::<Cursor>().unwrap().id, EntryId { ms: 17, seq: 0 });
    }

    #[test]
    fn what_is_no_cursor_is_named_in_the_error() {
        for text in ["", "$", "a-b", "1-2@", "1-2-3", "-1", "1-2@x"] {
            let error = text.parse::<Cursor>().unwrap_err();
            assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
        }
    }
}

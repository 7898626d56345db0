//! Cuts an event that is too large or nested too deep. Owns what goes first: the ends of the longest texts, then the ends
//! of the longest lists and maps, then whatever still finds no room. It works on finished JSON, off the usual way, and
//! always ends below the limit.

use std::ops::Range;

use super::copy::{AROUND, Limits};
use super::tokens::{Input, Token};

/// Texts below this stay whole as long as there is another way.
pub(super) const SHORT: usize = 256;
/// So many items of a list or map stay as long as there is another way.
const FEW: usize = 16;
/// What tells it all, with the comma behind it.
const MARK: &[u8] = b"\"truncated\":true,";

/// Cuts the fields in a range of `out` so that they fit in `room`, and marks them as cut. Other fields follow them.
pub(super) fn cut(out: &mut Vec<u8>, fields: Range<usize>, room: usize) {
    let room = room.saturating_sub(MARK.len() + 1);
    let whole = &out[fields.clone()];
    let mut shorter = shorten(whole, room);
    if !shorter.is_empty() {
        shorter.push(b',');
    }
    shorter.extend_from_slice(MARK);
    // The comma that stands between these fields and the next is there already.
    shorter.pop();
    if whole.is_empty() {
        shorter.push(b',');
    }
    out.splice(fields, shorter);
}

fn shorten(fields: &[u8], room: usize) -> Vec<u8> {
    let found = Found::within(fields);
    let mut limits = Limits {
        text: usize::MAX,
        items: usize::MAX,
        room: usize::MAX,
        reserved: 0,
    };
    if fields.len() <= room {
        return limits.apply(fields).0;
    }
    if let Some(text) = found.longest_that_fits(fields.len() - room) {
        limits.text = text;
        let (shorter, _) = limits.apply(fields);
        // What is too deep goes as well, so it can be shorter than asked for, never longer.
        return shorter;
    }
    (limits.text, limits.room) = (SHORT, room);
    // If they alone are too much, the first of them have to do.
    limits.reserved = if found.short_fields < room / 2 {
        found.short_fields
    } else {
        0
    };
    limits.items = found.most_items.next_power_of_two();
    loop {
        let (shorter, is_whole) = limits.apply(fields);
        if is_whole || limits.items <= FEW {
            return shorter;
        }
        limits.items = (limits.items / 2).max(FEW);
    }
}

/// What there is to cut.
struct Found {
    /// The lengths of texts that are not short, longest first.
    texts: Vec<usize>,
    /// At most so many items are in one list or map.
    most_items: usize,
    /// The bytes of the payload's own short fields.
    short_fields: usize,
}

impl Found {
    fn within(fields: &[u8]) -> Self {
        let mut found = Self {
            texts: Vec::new(),
            most_items: 1,
            short_fields: 0,
        };
        let mut counts = vec![1];
        let mut input = Input(fields);
        let mut key = None;
        while let Some(token) = input.token() {
            if let (1, Some(key)) = (counts.len(), key.take())
                && let Token::Scalar(text) = token
                && is_short(key, token)
            {
                found.short_fields += key.len() + text.len() + AROUND;
            }
            match token {
                Token::Scalar(text) if input.is_at_colon() => {
                    input.token();
                    key = Some(text);
                }
                Token::Open(_) => counts.push(1),
                Token::Close(_) => drop(counts.pop()),
                Token::Comma => {
                    if let Some(count) = counts.last_mut() {
                        *count += 1;
                        found.most_items = found.most_items.max(*count);
                    }
                }
                Token::Scalar(text) if text.len() > SHORT && text.starts_with(b"\"") => {
                    found.texts.push(text.len());
                }
                Token::Scalar(_) | Token::Colon => {}
            }
        }
        found.texts.sort_unstable_by(|a, b| b.cmp(a));
        found
    }

    /// The length to which all longer texts must be cut to save so many bytes, if that leaves the short ones alone.
    fn longest_that_fits(&self, surplus: usize) -> Option<usize> {
        let mut sum = 0;
        for (index, text) in self.texts.iter().enumerate() {
            sum += text;
            let next = self.texts.get(index + 1).copied().unwrap_or(SHORT);
            let length = sum.checked_sub(surplus).map(|left| left / (index + 1));
            if let Some(length) = length.filter(|length| *length >= next) {
                return Some(length);
            }
        }
        None
    }
}

pub(super) fn is_short(key: &[u8], value: Token<'_>) -> bool {
    matches!(value, Token::Scalar(text) if key.len() + text.len() <= SHORT)
}

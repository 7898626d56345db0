//! A copy of JSON that keeps to limits: of each text, of each list and map, of depth, and in all. Owns what is left out
//! when there is no room; what the limits are is `cut`'s business.

use super::TRUNCATED;
use super::cut::is_short;
use super::tokens::{Input, Token, unit};
use super::value::MAX_DEPTH;

/// Behind a text that was cut.
const CUT_END: &str = "…\"";
/// Commas, colons and brackets of an item.
pub(super) const AROUND: usize = b",:[]".len();

/// How much of it may stay.
pub(super) struct Limits {
    /// Of each text, with its quotes.
    pub(super) text: usize,
    /// Of each list and map.
    pub(super) items: usize,
    /// In all.
    pub(super) room: usize,
    /// Of that, for the payload's own short fields: what is large in front of them does not push them out.
    pub(super) reserved: usize,
}

/// What was copied so far.
struct Copied {
    out: Vec<u8>,
    /// The lists and maps around what comes next; the payload itself is the outermost.
    open: Vec<Frame>,
    /// For short fields that are still to come.
    reserved: usize,
    /// Everything found room that the other limits had left.
    is_whole: bool,
}

struct Frame {
    is_list: bool,
    items: usize,
    /// There was no room for the last one, and in a list nothing may come after a gap.
    is_full: bool,
}

/// A value, with its key in a map.
struct Item<'a> {
    key: &'a [u8],
    value: Token<'a>,
}

impl Limits {
    /// A copy within the limits, and whether all that the other limits left found room.
    pub(super) fn apply(&self, fields: &[u8]) -> (Vec<u8>, bool) {
        let mut input = Input(fields);
        let mut copied = Copied {
            out: Vec::new(),
            open: vec![Frame::new(false)],
            reserved: self.reserved,
            is_whole: true,
        };
        while let Some(token) = input.token() {
            match token {
                Token::Comma | Token::Colon => {}
                Token::Close(close) => {
                    copied.open.pop();
                    copied.out.push(close);
                }
                first => self.item(first, &mut input, &mut copied),
            }
        }
        (copied.out, copied.is_whole)
    }

    /// Copies the item that begins with a token, or its beginning if it is a list or map; or leaves it out.
    fn item<'a>(&self, first: Token<'a>, input: &mut Input<'a>, copied: &mut Copied) {
        let Some(frame) = copied.open.last() else { return };
        let Some(item) = Item::read(first, input, frame.is_list) else {
            return;
        };
        let is_too_deep = copied.open.len() > MAX_DEPTH;
        let (shown, end) = match item.value {
            Token::Scalar(text) => self.shown(text),
            _ => (&b"null"[..], ""),
        };
        let needed = item.key.len() + shown.len() + end.len() + AROUND;
        let is_kept = self.has_place(&item, needed, copied);
        if is_kept {
            copied.begin(item.key);
        }
        match item.value {
            Token::Open(open) if is_kept && !is_too_deep => {
                copied.out.push(open);
                copied.open.push(Frame::new(open == b'['));
                return;
            }
            Token::Open(_) => input.skip(),
            _ => {}
        }
        if is_kept {
            copied.out.extend_from_slice(shown);
            copied.out.extend_from_slice(end.as_bytes());
        }
    }

    fn has_place(&self, item: &Item<'_>, needed: usize, copied: &mut Copied) -> bool {
        let depth = copied.open.len();
        let Some(frame) = copied.open.last_mut() else {
            return false;
        };
        if depth == 1 && is_short(item.key, item.value) {
            copied.reserved = copied.reserved.saturating_sub(needed);
        }
        // Our mark takes the place of a field that says the same of one text.
        if depth == 1 && item.is_mark() || frame.items >= self.items {
            return false;
        }
        // What is open must be closed as well.
        let has_room = copied.out.len() + needed + depth + copied.reserved <= self.room;
        frame.is_full |= frame.is_list && !has_room;
        copied.is_whole &= has_room;
        has_room && !frame.is_full
    }

    /// What is shown of a scalar, and what comes behind it if it is cut.
    fn shown<'a>(&self, scalar: &'a [u8]) -> (&'a [u8], &'static str) {
        if scalar.len() <= self.text || !scalar.starts_with(b"\"") {
            return (scalar, "");
        }
        let end = self.text.saturating_sub(CUT_END.len());
        let mut at = 1;
        while at + unit(&scalar[at..]) <= end {
            at += unit(&scalar[at..]);
        }
        (&scalar[..at], CUT_END)
    }
}

impl Copied {
    /// What stands in front of a value.
    fn begin(&mut self, key: &[u8]) {
        let Some(frame) = self.open.last_mut() else { return };
        if frame.items > 0 {
            self.out.push(b',');
        }
        frame.items += 1;
        if !key.is_empty() {
            self.out.extend_from_slice(key);
            self.out.push(b':');
        }
    }
}

impl Frame {
    fn new(is_list: bool) -> Self {
        Self {
            is_list,
            items: 0,
            is_full: false,
        }
    }
}

impl<'a> Item<'a> {
    fn read(first: Token<'a>, input: &mut Input<'a>, is_in_list: bool) -> Option<Self> {
        let (key, value) = match first {
            Token::Scalar(key) if !is_in_list => (key, input.value()?),
            value => (&b""[..], value),
        };
        matches!(value, Token::Scalar(_) | Token::Open(_)).then_some(Self { key, value })
    }

    fn is_mark(&self) -> bool {
        let key = self.key.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\""));
        key == Some(TRUNCATED.as_bytes())
    }
}

//! Cuts an event that is too large or nested too deep. Owns what goes first: the ends of the longest texts, then the ends
//! of the longest lists and maps, then whatever still finds no room. It works on finished JSON, off the usual way, and
//! always ends below the limit.

use std::ops::Range;

use super::TRUNCATED;
use super::raw::literal;
use super::value::MAX_DEPTH;

/// Texts below this stay whole as long as there is another way.
const SHORT: usize = 256;
/// So many items of a list or map stay as long as there is another way.
const FEW: usize = 16;
/// Behind a text that was cut.
const CUT_END: &str = "…\"";
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

/// How much of it may stay.
struct Limits {
    /// Of each text, with its quotes.
    text: usize,
    /// Of each list and map.
    items: usize,
    /// In all.
    room: usize,
    /// Of that, for the payload's own short fields: what is large in front of them does not push them out.
    reserved: usize,
}

/// Commas, colons and brackets of an item.
const AROUND: usize = b",:[]".len();

fn is_short(key: &[u8], value: Token<'_>) -> bool {
    matches!(value, Token::Scalar(text) if key.len() + text.len() <= SHORT)
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

impl Frame {
    fn new(is_list: bool) -> Self {
        Self {
            is_list,
            items: 0,
            is_full: false,
        }
    }
}

impl Limits {
    /// A copy within the limits, and whether all that the other limits left found room.
    fn apply(&self, fields: &[u8]) -> (Vec<u8>, bool) {
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
                first => self.item(&first, &mut input, &mut copied),
            }
        }
        (copied.out, copied.is_whole)
    }

    /// Copies the item that begins with a token, or its beginning if it is a list or map; or leaves it out.
    fn item(&self, first: &Token<'_>, input: &mut Input<'_>, copied: &mut Copied) {
        let depth = copied.open.len();
        let Some(frame) = copied.open.last_mut() else { return };
        let (key, value) = match first {
            Token::Scalar(key) if !frame.is_list => (*key, input.value()),
            value => (&b""[..], Some(*value)),
        };
        let Some(value) = value else { return };
        let nested = match value {
            Token::Open(open) if depth <= MAX_DEPTH => Some(open),
            _ => None,
        };
        let (shown, end) = match value {
            Token::Open(_) => (&b"null"[..], ""),
            Token::Scalar(text) => self.shown(text),
            _ => return,
        };
        // Our mark takes the place of a field that says the same of one text.
        let is_mark =
            depth == 1 && key.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\"")) == Some(TRUNCATED.as_bytes());
        let needed = key.len() + shown.len() + end.len() + AROUND;
        if depth == 1 && is_short(key, value) {
            copied.reserved = copied.reserved.saturating_sub(needed);
        }
        let has_room = copied.out.len() + needed + depth + copied.reserved <= self.room;
        if is_mark || frame.is_full || frame.items >= self.items || !has_room {
            copied.is_whole &= has_room || is_mark;
            frame.is_full |= frame.is_list && !has_room;
            if matches!(value, Token::Open(_)) {
                input.skip();
            }
            return;
        }
        if frame.items > 0 {
            copied.out.push(b',');
        }
        frame.items += 1;
        if !key.is_empty() {
            copied.out.extend_from_slice(key);
            copied.out.push(b':');
        }
        match (nested, value) {
            (Some(open), _) => {
                copied.out.push(open);
                copied.open.push(Frame::new(open == b'['));
                return;
            }
            (None, Token::Open(_)) => input.skip(),
            _ => {}
        }
        copied.out.extend_from_slice(shown);
        copied.out.extend_from_slice(end.as_bytes());
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

/// The bytes of the first character, which can be an escape, or two that belong together.
fn unit(text: &[u8]) -> usize {
    match text {
        [b'\\', b'u', ..] if is_surrogate(text, b"89abAB") && is_surrogate(&text[6..], b"cdefCDEF") => 12,
        [b'\\', b'u', ..] => 6,
        [0xf0..=0xff, ..] => 4,
        [0xe0..=0xff, ..] => 3,
        [b'\\' | 0xc0..=0xff, ..] => 2,
        _ => 1,
    }
}

/// Whether an escape begins here for one half of a pair of surrogates, with one of these as its second digit.
fn is_surrogate(text: &[u8], second: &[u8]) -> bool {
    matches!(text, [b'\\', b'u', b'd' | b'D', digit, _, _, ..] if second.contains(digit))
}

/// A piece of JSON.
#[derive(Clone, Copy)]
enum Token<'a> {
    Open(u8),
    Close(u8),
    Comma,
    Colon,
    Scalar(&'a [u8]),
}

/// JSON text, from where it was read to.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn token(&mut self) -> Option<Token<'a>> {
        let text = self.0.trim_ascii_start();
        let (token, len) = match *text.first()? {
            b',' => (Token::Comma, 1),
            b':' => (Token::Colon, 1),
            open @ (b'[' | b'{') => (Token::Open(open), 1),
            close @ (b']' | b'}') => (Token::Close(close), 1),
            b'"' => {
                let len = literal(text);
                (Token::Scalar(&text[..len]), len)
            }
            _ => {
                let is_end = |byte: &u8| byte.is_ascii_whitespace() || b",:[]{}\"".contains(byte);
                let len = text.iter().position(is_end).unwrap_or(text.len());
                (Token::Scalar(&text[..len]), len)
            }
        };
        self.0 = &text[len..];
        Some(token)
    }

    /// What stands behind a key.
    fn value(&mut self) -> Option<Token<'a>> {
        self.token().filter(|token| matches!(token, Token::Colon))?;
        self.token()
    }

    fn is_at_colon(&self) -> bool {
        self.0.trim_ascii_start().starts_with(b":")
    }

    /// To the end of the list or map that has just begun.
    fn skip(&mut self) {
        let mut depth = 1;
        while depth > 0
            && let Some(token) = self.token()
        {
            match token {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth -= 1,
                _ => {}
            }
        }
    }
}

//! An event in one look, without a parser's generality. Owns what that look may conclude: whatever it is not sure of
//! it leaves to `serde_json`, which has the last word on what is JSON, and says what is wrong with what is not.

use memchr::memchr2;

use super::payload::{self, Payload};
use super::{Event, text};

/// Deeper JSON is left to the parser.
const MAX_DEPTH: u32 = 64;

/// The event that `text` is; none if that takes a closer look.
pub(super) fn event(text: &str) -> Option<Event<'_>> {
    // Then strings need not be looked through for what may not be in them, and space is nothing but spaces. One pass for
    // all, with nothing to decide on the way, is faster than many short ones.
    let smallest = text.bytes().fold(u8::MAX, u8::min);
    if smallest < b' ' {
        return None;
    }
    let scan = Scan {
        text,
        bytes: text.as_bytes(),
        at: 0,
    };
    scan.event()
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn event(mut self) -> Option<Event<'a>> {
        let (mut id, mut ts, mut kind) = (None, None, None);
        let mut payload = None;
        self.spaces();
        self.members(|scan, name| match name {
            "id" => once(&mut id, scan.value()?),
            "ts" => once(&mut ts, scan.value()?),
            "type" => once(&mut kind, scan.value()?),
            "payload" => {
                let fields = scan.payload()?;
                once(&mut payload, fields)
            }
            _ => scan.value().map(drop),
        })?;
        self.spaces();
        if self.at < self.bytes.len() {
            return None;
        }
        Some(Event {
            text: self.text,
            id: text(id),
            ts: text(ts),
            kind: text(kind)?,
            payload: payload.unwrap_or_default(),
        })
    }

    /// The fields of an object; of anything else there are none.
    fn payload(&mut self) -> Option<Payload<'a>> {
        let mut payload = Payload::default();
        if self.byte()? != b'{' {
            self.value()?;
            return Some(payload);
        }
        self.members(|scan, name| {
            let value = scan.value()?;
            match payload::Field::named(name) {
                Some(field) => payload.set(field, value),
                None => Some(()),
            }
        })?;
        Some(payload)
    }

    /// Goes through an object; `value` is called in front of each value, and must go behind it.
    fn members(&mut self, mut value: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        self.spaces();
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            let name = self.plain()?;
            self.colon()?;
            value(self, name)?;
            self.spaces();
            if self.take(b',').is_none() {
                return self.take(b'}');
            }
            self.spaces();
        }
    }

    /// Any value, as it is written.
    fn value(&mut self) -> Option<&'a str> {
        let start = self.at;
        if self.byte()? == b'"' {
            self.string()?;
        } else {
            self.nested()?;
        }
        self.text.get(start..self.at)
    }

    fn nested(&mut self) -> Option<()> {
        // Whether the innermost is an object, in the lowest bit, and so on outwards.
        let mut objects: u64 = 0;
        let mut depth = 0;
        loop {
            let byte = self.byte()?;
            if let b'{' | b'[' = byte {
                let is_object = byte == b'{';
                self.at += 1;
                self.spaces();
                if self.take(if is_object { b'}' } else { b']' }).is_none() {
                    if depth == MAX_DEPTH {
                        return None;
                    }
                    depth += 1;
                    objects = objects << 1 | u64::from(is_object);
                    if is_object {
                        self.string()?;
                        self.colon()?;
                    }
                    continue;
                }
            } else {
                self.scalar(byte)?;
            }
            // Behind a value.
            loop {
                if depth == 0 {
                    return Some(());
                }
                let is_object = objects & 1 == 1;
                self.spaces();
                if self.take(b',').is_some() {
                    self.spaces();
                    if is_object {
                        self.string()?;
                        self.colon()?;
                    }
                    break;
                }
                self.take(if is_object { b'}' } else { b']' })?;
                depth -= 1;
                objects >>= 1;
            }
        }
    }

    fn scalar(&mut self, first: u8) -> Option<()> {
        match first {
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => None,
        }
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let is_there = self.bytes[self.at..].starts_with(word.as_bytes());
        is_there.then(|| self.at += word.len())
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.take(b'-');
        // A number has no zeros before it.
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if self.take(b'e').or_else(|| self.take(b'E')).is_some() {
            let _ = self.take(b'+').or_else(|| self.take(b'-'));
            self.digits()?;
        }
        Some(())
    }

    /// At least one.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// What a string without escapes says.
    fn plain(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let start = self.at;
        let len = memchr2(b'"', b'\\', &self.bytes[start..])?;
        self.at = start + len;
        self.take(b'"')?;
        self.text.get(start..start + len)
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            self.at += memchr2(b'"', b'\\', &self.bytes[self.at..])?;
            if self.take(b'"').is_some() {
                return Some(());
            }
            self.at += 1;
            let escaped = self.byte()?;
            self.at += 1;
            match escaped {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                b'u' => {
                    let digits = self.bytes.get(self.at..self.at + 4)?;
                    if !digits.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    self.at += 4;
                }
                _ => return None,
            }
        }
    }

    fn colon(&mut self) -> Option<()> {
        self.spaces();
        self.take(b':')?;
        self.spaces();
        Some(())
    }

    fn spaces(&mut self) {
        while self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.byte()? == byte).then(|| self.at += 1)
    }
}

/// What is there twice is for the parser to judge.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    match place.replace(value) {
        None => Some(()),
        Some(_) => None,
    }
}

//! Values as JSON. Owns what each tag of the compact form becomes; secrets are masked here, text by text, before they
//! are escaped.

use super::raw;
use crate::record::encode::Tag;
use crate::redact::Redactor;

/// Values nested deeper than this are left out: readers of JSON give up at 128, and some sooner.
pub(super) const MAX_DEPTH: usize = 96;

/// Writes values behind each other.
pub(super) struct Values<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) redactor: &'a Redactor,
    /// Something is nested deeper than [`MAX_DEPTH`].
    pub(super) is_too_deep: bool,
}

pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    let _ = serde_json::to_writer(out, text);
}

/// Non-finite numbers have no JSON form and become null.
pub(super) fn float(out: &mut Vec<u8>, number: f64) {
    let _ = serde_json::to_writer(out, &number);
}

/// What surrounds the next value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    List,
    /// The next value is a key.
    Key,
    /// The next value belongs to the key before it.
    Value,
}

impl<'a> Values<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>, redactor: &'a Redactor) -> Self {
        Self {
            out,
            redactor,
            is_too_deep: false,
        }
    }

    /// A text that may hold a secret.
    pub(super) fn text(&mut self, text: &str) {
        string(self.out, &self.redactor.redact(text));
    }

    /// A list of such texts.
    pub(super) fn texts(&mut self, texts: &[String]) {
        self.out.push(b'[');
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.text(text);
        }
        self.out.push(b']');
    }

    /// One encoded value.
    pub(super) fn encoded(&mut self, encoded: &[u8]) {
        let mut input = Input(encoded);
        let mut stack: Vec<Around> = Vec::new();
        let mut needs_comma = false;
        while let Some(tag) = input.tag() {
            if tag == Tag::End {
                let end = if stack.pop() == Some(Around::List) { b']' } else { b'}' };
                self.out.push(end);
                needs_comma = true;
                continue;
            }
            if needs_comma && stack.last() != Some(&Around::Value) {
                self.out.push(b',');
            }
            let around = stack.last_mut();
            let is_key = around.as_deref() == Some(&Around::Key);
            match around {
                Some(around @ Around::Key) => *around = Around::Value,
                Some(around @ Around::Value) => *around = Around::Key,
                _ => {}
            }
            needs_comma = true;
            match tag {
                Tag::List | Tag::Map => {
                    let is_list = tag == Tag::List;
                    stack.push(if is_list { Around::List } else { Around::Key });
                    self.is_too_deep |= stack.len() > MAX_DEPTH;
                    self.out.push(if is_list { b'[' } else { b'{' });
                    needs_comma = false;
                }
                tag => self.scalar(tag, &mut input, stack.len()),
            }
            if is_key {
                self.out.push(b':');
            }
        }
    }

    fn scalar(&mut self, tag: Tag, input: &mut Input<'_>, depth: usize) {
        match tag {
            Tag::False => self.out.extend_from_slice(b"false"),
            Tag::True => self.out.extend_from_slice(b"true"),
            Tag::Unsigned => drop(serde_json::to_writer(
                &mut *self.out,
                &u64::from_le_bytes(input.eight()),
            )),
            Tag::Signed => drop(serde_json::to_writer(
                &mut *self.out,
                &i64::from_le_bytes(input.eight()),
            )),
            Tag::Float => float(self.out, f64::from_le_bytes(input.eight())),
            Tag::Text => self.text(input.text()),
            Tag::Raw => raw::write(self, input.text(), depth),
            Tag::Null | Tag::List | Tag::Map | Tag::End => self.out.extend_from_slice(b"null"),
        }
    }
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn tag(&mut self) -> Option<Tag> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Tag::from_byte(*first)
    }

    fn eight(&mut self) -> [u8; 8] {
        let Some((bytes, rest)) = self.0.split_first_chunk() else {
            return [0; 8];
        };
        self.0 = rest;
        *bytes
    }

    fn text(&mut self) -> &'a str {
        let Some((len, rest)) = self.0.split_first_chunk() else {
            return "";
        };
        let (text, rest) = rest.split_at(rest.len().min(u32::from_le_bytes(*len) as usize));
        self.0 = rest;
        std::str::from_utf8(text).unwrap_or_default()
    }
}

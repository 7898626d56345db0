//! Values as JSON. Owns what each tag of the compact form becomes; secrets are masked here, text by text, before they
//! are escaped.

use std::borrow::Cow;

use super::raw;
use crate::record::encode::Tag;
use crate::redact::Redactor;

/// Values nested deeper than this are left out: readers of JSON give up at 128, and some sooner.
pub(super) const MAX_DEPTH: usize = 96;

/// Writes values behind each other.
pub(super) struct Values<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) redactor: &'a Redactor,
    /// The masked keys of the maps that are open, with the depth of each.
    masked_keys: Vec<(usize, String)>,
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
            masked_keys: Vec::new(),
            is_too_deep: false,
        }
    }

    /// A text that may hold a secret.
    pub(super) fn text(&mut self, text: &str) {
        string(self.out, &self.redactor.redact(text));
    }

    /// A key of the map that is open at that depth, the payload itself being at 0.
    pub(super) fn key(&mut self, key: &str, depth: usize) {
        let shown = self.apart(self.redactor.redact(key), depth);
        string(self.out, &shown);
    }

    /// A key as it may be seen. Masked it can be like another in its map, and no map may have a key twice.
    pub(super) fn apart<'k>(&mut self, shown: Cow<'k, str>, depth: usize) -> Cow<'k, str> {
        if matches!(shown, Cow::Borrowed(_)) && !Redactor::is_masked(&shown) {
            return shown;
        }
        let alike = |(at, key): &&(usize, String)| *at == depth && *key == shown;
        let number = self.masked_keys.iter().filter(alike).count() + 1;
        self.masked_keys.push((depth, shown.clone().into_owned()));
        match number {
            1 => shown,
            number => format!("{shown} ({number})").into(),
        }
    }

    /// The list or map that was open at that depth is complete.
    pub(super) fn close(&mut self, depth: usize) {
        self.masked_keys.retain(|(at, _)| *at < depth);
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
                self.close(stack.len());
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
                Tag::Text if is_key => self.key(input.text(), stack.len()),
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

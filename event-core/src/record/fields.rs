//! The compact form of a payload: a list of fields, each with its length in front, so that a field can be copied or
//! skipped without a look inside. Owns that framing; what a value is made of is `encode`'s and `json`'s business.
//!
//! ```text
//! field: flags u8 | key length u16 | value length u32 | key | value
//! ```

use crate::prefetch;
use crate::text::truncate;

/// The field is inherited by everything inside the span.
const SCOPE: u8 = 1;
const HEADER: usize = 7;
/// What its length has room for.
const MAX_KEY: usize = u16::MAX as usize;
/// A key that is written together with its header.
const SHORT_KEY: usize = 25;

/// An encoded payload.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    bytes: Vec<u8>,
    /// A bit for each key: two payloads without a common bit have no common key.
    keys: u64,
    /// One of the payload's own fields is inherited.
    has_scope: bool,
    /// What is inherited by everything inside the span, as it stands at the end of `bytes`; see [`inherit`].
    inherited: usize,
    /// As `keys`, for these.
    inherited_keys: u64,
}

/// One field of an encoded payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    key: &'a [u8],
    pub(crate) value: &'a [u8],
    is_scope: bool,
    /// The field as it stands, header included.
    encoded: &'a [u8],
}

impl<'a> Field<'a> {
    #[cfg(test)]
    pub(super) fn size(self) -> usize {
        self.encoded.len()
    }

    pub(crate) fn key(&self) -> &'a str {
        std::str::from_utf8(self.key).unwrap_or_default()
    }
}

impl Default for Fields {
    fn default() -> Self {
        Self::new()
    }
}

impl Fields {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            keys: 0,
            has_scope: false,
            // Nothing, until it is known.
            inherited: usize::MAX,
            inherited_keys: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// It is written to soon: asks for the memory that most payloads need.
    #[inline]
    pub(crate) fn prefetch(&self) {
        prefetch::to_write::<3>(self.bytes.as_ptr());
    }

    /// Empty, with its memory.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            bytes: std::mem::take(&mut self.bytes),
            ..Self::new()
        };
        self.bytes.clear();
    }

    /// Takes back what was pushed behind `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    /// All of another payload, behind what is there.
    pub(crate) fn carry(&mut self, other: &Self) {
        self.bytes.extend_from_slice(&other.bytes);
    }

    /// What everything inside the span inherits.
    fn passed_on(&self) -> &[u8] {
        self.bytes.get(self.inherited..).unwrap_or_default()
    }

    /// Adds a field whose value `write` appends. What an error leaves behind is the caller's to truncate.
    #[expect(
        clippy::inline_always,
        reason = "where the field is written, its key is known and half of this falls away"
    )]
    #[inline(always)]
    pub(super) fn push<E>(
        &mut self,
        key: &str,
        is_scope: bool,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.bytes.len();
        let value_start = self.open(key, is_scope);
        write(&mut self.bytes)?;
        let value_len = u32::try_from(self.bytes.len() - value_start).unwrap_or(u32::MAX);
        if let Some(place) = self.bytes.get_mut(start + 3..start + HEADER) {
            place.copy_from_slice(&value_len.to_le_bytes());
        }
        Ok(())
    }

    /// Adds a header without the length of its value, and the key; returns where the value starts.
    #[expect(clippy::inline_always, reason = "as `push`")]
    #[inline(always)]
    fn open(&mut self, key: &str, is_scope: bool) -> usize {
        let key = if key.len() > MAX_KEY { cut(key) } else { key }.as_bytes();
        let [low, high, ..] = key.len().to_le_bytes();
        let flags = if is_scope { SCOPE } else { 0 };
        self.keys |= bit(key);
        self.has_scope |= is_scope;
        // Both in one go, where the key fits: whether there is room for them is asked once.
        let mut opening = [0; HEADER + SHORT_KEY];
        opening[..3].copy_from_slice(&[flags, low, high]);
        if let Some(place) = opening.get_mut(HEADER..HEADER + key.len()) {
            place.copy_from_slice(key);
            self.bytes.extend_from_slice(&opening[..HEADER + key.len()]);
        } else {
            self.bytes.extend_from_slice(&opening[..HEADER]);
            self.bytes.extend_from_slice(key);
        }
        self.bytes.len()
    }

    /// Those within the first `len` bytes.
    pub(super) fn first(&self, len: usize) -> impl Iterator<Item = Field<'_>> {
        Iter(self.bytes.get(..len).unwrap_or_default())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Field<'_>> {
        Iter(&self.bytes)
    }
}

/// Field by field.
struct Iter<'a>(&'a [u8]);

impl<'a> Iterator for Iter<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let (header, behind) = self.0.split_first_chunk::<HEADER>()?;
        let key_len = usize::from(u16::from_le_bytes([header[1], header[2]]));
        let value_len = u32::from_le_bytes([header[3], header[4], header[5], header[6]]) as usize;
        let (key, value) = behind.get(..key_len + value_len)?.split_at(key_len);
        let encoded;
        (encoded, self.0) = self.0.split_at(HEADER + key_len + value_len);
        Some(Field {
            key,
            value,
            is_scope: header[0] & SCOPE != 0,
            encoded,
        })
    }
}

/// A key is a Rust name or a map's key; what is longer than any sane one is cut, not refused.
#[cold]
fn cut(key: &str) -> &str {
    truncate(key, MAX_KEY)
}

/// One of 64 bits, by a key's length and ends.
#[inline]
fn bit(key: &[u8]) -> u64 {
    let end = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(*byte));
    let ends = end(key.first()) * 5 + end(key.last());
    1 << ((key.len() * 11 + ends) % 64)
}

/// Adds to `fields` the scope fields of the span around it that it does not set itself. What `fields` passes on in turn
/// then stands together at their end: for its own scope fields that may mean twice, of which the first counts.
#[inline]
pub(crate) fn inherit(fields: &mut Fields, around: Option<&Fields>) {
    fields.inherited = fields.bytes.len();
    if fields.has_scope {
        gather_scope(fields);
    }
    let Some(around) = around else { return };
    if fields.keys & around.inherited_keys == 0 {
        fields.bytes.extend_from_slice(around.passed_on());
        fields.inherited_keys |= around.inherited_keys;
    } else {
        inherit_what_is_not_set(fields, around);
    }
}

#[inline(never)]
fn inherit_what_is_not_set(fields: &mut Fields, around: &Fields) {
    let own = fields.bytes.len();
    let inherited = around.passed_on();
    let same = if fields.has_scope {
        same_keys(fields.passed_on(), inherited)
    } else {
        0
    };
    for field in Iter(&inherited[same..]) {
        let is_set = Iter(&fields.bytes[..own]).any(|set| set.key == field.key);
        if !is_set {
            fields.bytes.extend_from_slice(field.encoded);
            fields.inherited_keys |= bit(field.key);
        }
    }
}

/// How many bytes of `around` are of fields that stand in `own` in the same order: all of them, where a span is inside
/// another of its type.
fn same_keys(own: &[u8], around: &[u8]) -> usize {
    let mut same = 0;
    let (mut own, mut behind) = (Iter(own), Iter(around));
    while let (Some(set), Some(field)) = (own.next(), behind.next())
        && set.key == field.key
    {
        same += field.encoded.len();
    }
    same
}

/// Sees to it that the payload's own scope fields stand together at its end: those that do not are repeated there.
#[cold]
fn gather_scope(fields: &mut Fields) {
    let own = fields.inherited;
    // Where those begin that were seen last, one behind the other.
    let mut together = None;
    let mut at = 0;
    while let Some(field) = Iter(&fields.bytes[at..own]).next() {
        let end = at + field.encoded.len();
        if field.is_scope {
            fields.inherited_keys |= bit(field.key);
            together.get_or_insert(at);
        } else if let Some(start) = together.take() {
            fields.bytes.extend_from_within(start..at);
        }
        at = end;
    }
    // The last of them stand at the end of the own fields, so the others follow them.
    if let Some(start) = together {
        fields.inherited = start;
    }
}

#[cfg(test)]
mod tests;

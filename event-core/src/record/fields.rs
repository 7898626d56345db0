//! The compact form of a payload: a list of fields, each with its length in front, so that a field can be copied or
//! skipped without a look inside. Owns that framing; what a value is made of is `encode`'s and `json`'s business.
//!
//! ```text
//! field: flags u8 | key length u16 | value length u32 | key | value
//! ```

use crate::text::truncate;

/// The field is inherited by everything inside the span.
const SCOPE: u8 = 1;
const HEADER: usize = 7;
/// Room that is made for a value together with its header: enough for numbers and short texts.
const USUAL_VALUE: usize = 32;

/// An encoded payload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    bytes: Vec<u8>,
    /// One of them is inherited: where none is, nobody need look.
    has_scope: bool,
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
    pub(crate) fn key(&self) -> &'a str {
        std::str::from_utf8(self.key).unwrap_or_default()
    }
}

impl Fields {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            has_scope: false,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
        self.has_scope = self.has_scope && len > 0;
    }

    /// All of another payload, behind what is there.
    pub(crate) fn carry(&mut self, other: &Self) {
        self.bytes.extend_from_slice(&other.bytes);
        self.has_scope |= other.has_scope;
    }

    /// Adds a field whose value `write` appends. What an error leaves behind is the caller's to truncate.
    #[inline]
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
    fn open(&mut self, key: &str, is_scope: bool) -> usize {
        // A key is a Rust name or a map's key; what is longer than any sane one is cut, not refused.
        let key = truncate(key, usize::from(u16::MAX)).as_bytes();
        let [low, high] = u16::try_from(key.len()).unwrap_or(u16::MAX).to_le_bytes();
        let flags = if is_scope { SCOPE } else { 0 };
        self.has_scope |= is_scope;
        self.bytes.reserve(HEADER + key.len() + USUAL_VALUE);
        self.bytes.extend_from_slice(&[flags, low, high, 0, 0, 0, 0]);
        self.bytes.extend_from_slice(key);
        self.bytes.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Field<'_>> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || {
            let (header, behind) = rest.split_first_chunk::<HEADER>()?;
            let key_len = usize::from(u16::from_le_bytes([header[1], header[2]]));
            let value_len = u32::from_le_bytes([header[3], header[4], header[5], header[6]]) as usize;
            let (key, value) = behind.get(..key_len + value_len)?.split_at(key_len);
            let encoded;
            (encoded, rest) = rest.split_at(HEADER + key_len + value_len);
            Some(Field {
                key,
                value,
                is_scope: header[0] & SCOPE != 0,
                encoded,
            })
        })
    }
}

/// Adds to `fields` the scope fields of the span around it that it does not set itself.
pub(crate) fn inherit(fields: &mut Fields, around: &Fields) {
    if !around.has_scope {
        return;
    }
    for field in around.iter().filter(|field| field.is_scope) {
        let is_set = fields.iter().any(|set| set.key == field.key);
        if !is_set {
            fields.bytes.extend_from_slice(field.encoded);
            fields.has_scope = true;
        }
    }
}

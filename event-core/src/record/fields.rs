//! The compact form of a payload: a list of fields, each with its length in front, so that a field can be copied or
//! skipped without a look inside. Owns that framing; what a value is made of is `encode`'s and `json`'s business.
//!
//! ```text
//! field: flags u8 | key length u16 | value length u32 | key | value
//! ```

/// The field is inherited by everything inside the span.
const SCOPE: u8 = 1;
const HEADER: usize = 7;

/// An encoded payload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<u8>);

/// One field of an encoded payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) key: &'a str,
    pub(crate) value: &'a [u8],
    is_scope: bool,
    /// The field as it stands, header included.
    encoded: &'a [u8],
}

impl Fields {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// All of another payload, behind what is there.
    pub(crate) fn carry(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// Adds a field whose value `write` appends. What an error leaves behind is the caller's to truncate.
    pub(super) fn push<E>(
        &mut self,
        key: &str,
        is_scope: bool,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        // A key is a Rust name or a map's key; what is longer than any sane one is cut, not refused.
        let key = crate::text::truncate(key, usize::from(u16::MAX));
        let key_len = u16::try_from(key.len()).unwrap_or(u16::MAX);
        let flags = if is_scope { SCOPE } else { 0 };
        let start = self.0.len();
        self.0.push(flags);
        self.0.extend_from_slice(&key_len.to_le_bytes());
        self.0.extend_from_slice(&[0; 4]);
        self.0.extend_from_slice(key.as_bytes());
        let value_start = self.0.len();
        write(&mut self.0)?;
        let value_len = u32::try_from(self.0.len() - value_start).unwrap_or(u32::MAX);
        self.0[start + 3..start + HEADER].copy_from_slice(&value_len.to_le_bytes());
        Ok(())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Field<'_>> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (header, behind) = rest.split_at_checked(HEADER)?;
            let key_len = usize::from(u16::from_le_bytes([header[1], header[2]]));
            let value_len = u32::from_le_bytes([header[3], header[4], header[5], header[6]]) as usize;
            let (key, value) = behind.get(..key_len + value_len)?.split_at(key_len);
            let encoded;
            (encoded, rest) = rest.split_at(HEADER + key_len + value_len);
            Some(Field {
                key: std::str::from_utf8(key).unwrap_or_default(),
                value,
                is_scope: header[0] & SCOPE != 0,
                encoded,
            })
        })
    }
}

/// Adds to `fields` the scope fields of the span around it that it does not set itself.
pub(crate) fn inherit(fields: &mut Fields, around: &Fields) {
    for field in around.iter().filter(|field| field.is_scope) {
        let is_set = fields.iter().any(|set| set.key == field.key);
        if !is_set {
            fields.0.extend_from_slice(field.encoded);
        }
    }
}

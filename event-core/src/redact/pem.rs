//! Private keys in PEM (RFC 7468), also where line ends are escaped or were lost. Owns their markers.

use std::ops::Range;

use memchr::memmem;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
/// What `BEGIN` names.
const PRIVATE: &[u8] = b"PRIVATE KEY";
/// A label is longer than this in no format.
const MAX_LABEL: usize = 64;
/// A marker and a key are no shorter.
pub(super) const MIN_TEXT: usize = BEGIN.len() + PRIVATE.len() + DASHES.len() + MIN_KEY;
/// The least that a key has to say.
const MIN_KEY: usize = 16;

/// Adds where the insides of private keys stand; of one that is cut off, everything up to the end.
pub(super) fn find(text: &[u8], hidden: &mut Vec<Range<usize>>) {
    let mut from = 0;
    let mut has_ends = true;
    while let Some(begin) = behind(text, from, BEGIN) {
        from = begin;
        let label = &text[begin..text.len().min(begin + MAX_LABEL)];
        let Some(dashes) = memmem::find(label, DASHES) else {
            continue;
        };
        if memmem::find(&label[..dashes], PRIVATE).is_none() {
            continue;
        }
        let start = begin + dashes + DASHES.len();
        // Where one key has no end, none behind it has.
        let end = if has_ends {
            memmem::find(&text[start..], END)
        } else {
            None
        };
        let end = end.map(|end| start + end);
        has_ends = end.is_some();
        if end.is_some_and(|end| end - start >= MIN_KEY) || end.is_none() && is_key(&text[start..]) {
            from = end.unwrap_or(text.len());
            hidden.push(start..from);
        }
    }
}

fn behind(text: &[u8], from: usize, marker: &[u8]) -> Option<usize> {
    memmem::find(&text[from..], marker).map(|start| from + start + marker.len())
}

/// Whether a key begins here, not prose that only speaks of one.
fn is_key(rest: &[u8]) -> bool {
    let is_line_end = |byte: &u8| byte.is_ascii_whitespace() || b"\\nr".contains(byte);
    let start = rest.iter().position(|byte| !is_line_end(byte)).unwrap_or(rest.len());
    let key = rest[start..].iter().take(MIN_KEY);
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=:".contains(byte);
    rest.len() >= start + MIN_KEY && key.into_iter().all(is_base64)
}

//! What authors of events need for texts: a stable hash, and cutting to length. Owns nothing.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The SHA-256 of `bytes` as `sha256:` and 64 hex digits: for `prompt_hash` and `args_hash`, where the text itself is
/// not to be shown.
///
/// ```
/// assert!(event_core::hash("a prompt").starts_with("sha256:"));
/// ```
pub fn hash(bytes: impl AsRef<[u8]>) -> String {
    let mut text = String::with_capacity(7 + 64);
    text.push_str("sha256:");
    for byte in Sha256::digest(bytes) {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The longest start of `text` that has at most `max_bytes` bytes and ends between characters.
///
/// ```
/// assert_eq!(event_core::truncate("naïve", 3), "na");
/// ```
pub fn truncate(text: &str, max_bytes: usize) -> &str {
    if text.len() <= max_bytes {
        return text;
    }
    let end = (0..=max_bytes).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

//! Passwords in URLs: `scheme://user:password@host`. Owns where a URL's authority begins and ends (RFC 3986), and bends
//! it for passwords that should have been percent-encoded.

use std::ops::Range;

use memchr::{memchr, memmem, memrchr};

/// Adds where passwords stand.
pub(super) fn find(text: &[u8], hidden: &mut Vec<Range<usize>>) {
    // Rare in what agents write, so most texts end here.
    if memchr(b'@', text).is_none() {
        return;
    }
    for start in memmem::find_iter(text, "://") {
        let has_scheme = start > 0 && text[start - 1].is_ascii_alphanumeric();
        let start = start + 3;
        if has_scheme && let Some(password) = password(&text[start..]) {
            hidden.push(start + password.start..start + password.end);
        }
    }
}

/// Of a URL from its authority on.
fn password(rest: &[u8]) -> Option<Range<usize>> {
    let word = until(rest, |byte| byte.is_ascii_whitespace() || b"\"'<>\\`".contains(&byte));
    let authority = until(word, |byte| b"/?#".contains(&byte));
    if authority.first() == Some(&b'[') {
        // The address of a host, with colons of its own.
        return None;
    }
    let start = memchr(b':', authority)? + 1;
    let end = match memrchr(b'@', authority) {
        Some(end) => end,
        // Behind a host there would be a port; this is a password with one of the characters that end an authority.
        None if !authority[start..].iter().all(u8::is_ascii_digit) => memrchr(b'@', word)?,
        None => return None,
    };
    (start < end).then_some(start..end)
}

fn until(text: &[u8], is_end: impl Fn(u8) -> bool) -> &[u8] {
    let end = text.iter().position(|byte| is_end(*byte));
    &text[..end.unwrap_or(text.len())]
}

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
    let mut word = Word::default();
    for start in memmem::find_iter(text, "://") {
        let has_scheme = start > 0 && text[start - 1].is_ascii_alphanumeric();
        let start = start + 3;
        if start >= word.end {
            word = Word::from(text, start);
        }
        // Without an `@` there is no password, and there can be many links in one word.
        if has_scheme && word.last_at.is_some_and(|at| at >= start) {
            hidden.extend(password(text, start, &word));
        }
    }
}

/// What a URL stands in.
#[derive(Default)]
struct Word {
    end: usize,
    last_at: Option<usize>,
}

impl Word {
    fn from(text: &[u8], start: usize) -> Self {
        let is_end = |byte: u8| byte.is_ascii_whitespace() || b"\"'<>\\`".contains(&byte);
        let word = until(&text[start..], is_end);
        Self {
            end: start + word.len(),
            last_at: memrchr(b'@', word).map(|at| start + at),
        }
    }
}

/// Of a URL from its authority on.
fn password(text: &[u8], start: usize, word: &Word) -> Option<Range<usize>> {
    let authority = until(&text[start..word.end], |byte| b"/?#".contains(&byte));
    if authority.first() == Some(&b'[') {
        // The address of a host, with colons of its own.
        return None;
    }
    let colon = memchr(b':', authority)? + 1;
    let end = match memrchr(b'@', authority) {
        Some(end) => start + end,
        // Behind a host there would be a port; this is a password with one of the characters that end an authority.
        None if !authority[colon..].iter().all(u8::is_ascii_digit) => word.last_at?,
        None => return None,
    };
    let start = start + colon;
    (start < end).then_some(start..end)
}

fn until(text: &[u8], is_end: impl Fn(u8) -> bool) -> &[u8] {
    let end = text.iter().position(|byte| is_end(*byte));
    &text[..end.unwrap_or(text.len())]
}

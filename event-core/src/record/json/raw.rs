//! JSON that a payload brought along ready made. Owns the look into it: its texts are masked like all others, and the
//! rest stays as it is, to the byte.

use std::borrow::Cow;

use super::tokens::literal;
use super::value::{MAX_DEPTH, Values, string};

/// Writes `json`, which stands at the given depth.
pub(super) fn write(values: &mut Values<'_>, json: &str, mut depth: usize) {
    let mut rest = json;
    while let Some(at) = rest.find(['"', '[', '{', ']', '}']) {
        let (before, behind) = rest.split_at(at);
        values.out.extend_from_slice(before.as_bytes());
        let token = behind.as_bytes()[0];
        if token == b'"' {
            let end = literal(behind.as_bytes());
            rest = &behind[end..];
            let is_key = rest.trim_ascii_start().starts_with(':');
            text(values, &behind[..end], is_key.then_some(depth));
            continue;
        }
        match token {
            b'[' | b'{' => depth += 1,
            _ => {
                values.close(depth);
                depth = depth.saturating_sub(1);
            }
        }
        values.is_too_deep |= depth > MAX_DEPTH;
        values.out.push(token);
        rest = &behind[1..];
    }
    values.out.extend_from_slice(rest.as_bytes());
}

/// One text with its quotes, as it stands unless there is something to hide in it; a key of the map at that depth, if it is
/// one.
fn text(values: &mut Values<'_>, literal: &str, key_at: Option<usize>) {
    let inside = literal.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let meant = if literal.contains('\\') {
        // Half a pair of surrogates is no text in Rust; as it is escaped it can be looked through all the same.
        serde_json::from_str(literal).ok().map(Cow::<str>::Owned)
    } else {
        None
    };
    let meant = meant.unwrap_or(Cow::Borrowed(inside.unwrap_or_default()));
    let shown = values.redactor.redact(&meant);
    let shown = match key_at {
        Some(depth) => values.apart(shown, depth),
        None => shown,
    };
    if shown == meant {
        values.out.extend_from_slice(literal.as_bytes());
    } else {
        string(values.out, &shown);
    }
}

//! Tokens with a known prefix, and what follows `Bearer`. Owns the table of prefixes and the rules that tell a token
//! from prose: it starts a word, it is long, and it is not made of words.

use std::ops::Range;

/// A token's part behind its prefix is no shorter than this.
const MIN: usize = 16;

/// A kind of token.
struct Shape {
    prefix: &'static str,
    /// What may stand behind the prefix.
    part: Part,
}

#[derive(Clone, Copy)]
enum Part {
    /// Letters, digits, `_` and `-`.
    Word,
    /// Capitals and digits, and no other letter behind them.
    Capitals,
    /// Three or more words, the first two not empty, with points between them (RFC 7519).
    Points,
}

/// A longer prefix stands before one that it begins with.
const SHAPES: &[Shape] = {
    use Part::{Capitals, Points, Word};
    &[
        // Anthropic, OpenAI, OpenRouter, and everybody who does as they do.
        shape("sk-ant-", Word),
        shape("sk-proj-", Word),
        shape("sk-or-", Word),
        shape("sk-", Word),
        // Stripe.
        shape("sk_live_", Word),
        shape("sk_test_", Word),
        shape("rk_live_", Word),
        shape("whsec_", Word),
        // Amazon.
        shape("AKIA", Capitals),
        shape("ASIA", Capitals),
        // GitHub, GitLab.
        shape("ghp_", Word),
        shape("gho_", Word),
        shape("ghu_", Word),
        shape("ghs_", Word),
        shape("ghr_", Word),
        shape("github_pat_", Word),
        shape("glpat-", Word),
        // Slack.
        shape("xoxa-", Word),
        shape("xoxb-", Word),
        shape("xoxe-", Word),
        shape("xoxo-", Word),
        shape("xoxp-", Word),
        shape("xoxr-", Word),
        shape("xoxs-", Word),
        shape("xapp-", Word),
        // Google.
        shape("AIza", Word),
        shape("ya29.", Word),
        // Hugging Face, Groq, xAI, Perplexity, npm.
        shape("hf_", Word),
        shape("gsk_", Word),
        shape("xai-", Word),
        shape("pplx-", Word),
        shape("npm_", Word),
        // JSON Web Tokens: `{"` in base64.
        shape("eyJ", Points),
    ]
};

const fn shape(prefix: &'static str, part: Part) -> Shape {
    Shape { prefix, part }
}

/// What a `Bearer` token is made of (RFC 6750), and with it every other.
const TOKEN: u8 = 1;
/// What a shape's prefix begins with.
const FIRST: u8 = 2;
/// What a token is made of though no word is: a word may begin behind it.
const SEPARATOR: u8 = 4;
/// An escape in front of a token can reach so far into what looks like it.
const ESCAPE: usize = 6;
/// The classes of each byte.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        let is_separator = matches!(byte, b'.' | b'~' | b'+' | b'/' | b'=');
        if is_separator {
            classes[byte as usize] |= SEPARATOR;
        }
        if is_separator || is_word(byte) {
            classes[byte as usize] |= TOKEN;
        }
        byte += 1;
    }
    let mut index = 0;
    while index < SHAPES.len() {
        classes[SHAPES[index].prefix.as_bytes()[0] as usize] |= FIRST;
        index += 1;
    }
    classes
};

fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// Adds where tokens stand, without their prefixes. Whether there was anything long enough to be one.
pub(super) fn find(text: &[u8], hidden: &mut Vec<Range<usize>>) -> bool {
    let mut from = 0;
    while let Some(run) = long_run(text, from) {
        from = run.end;
        if let Some(token) = bearer(text, &run) {
            hidden.push(token);
        } else {
            in_run(text, &run, hidden);
        }
    }
    from > 0
}

/// The next so many bytes that could be of a token. It looks at the end of where they would be first, so that it sees
/// only some bytes of a text made of words.
fn long_run(text: &[u8], mut start: usize) -> Option<Range<usize>> {
    loop {
        let window = text.get(start..start + MIN)?;
        let Some(gap) = window.iter().rposition(|byte| !is(*byte, TOKEN)) else {
            break;
        };
        start += gap + 1;
    }
    let rest = &text[start + MIN..];
    let more = rest.iter().position(|byte| !is(*byte, TOKEN));
    Some(start..start + MIN + more.unwrap_or(rest.len()))
}

/// The run, if it stands behind `Bearer`.
fn bearer(text: &[u8], run: &Range<usize>) -> Option<Range<usize>> {
    let mut start = run.start;
    let mut before = &text[..start];
    if before.ends_with(b"%") && text[start..].starts_with(b"20") {
        before = &before[..start - 1];
        start += 2;
    }
    let before = before.trim_ascii_end();
    let word = before.len().checked_sub(6)?;
    let is_bearer = before[word..].eq_ignore_ascii_case(b"bearer") && before.len() < start;
    let token = &text[start..run.end];
    (is_bearer && token.len() >= MIN && begins_a_word(text, word) && !is_prose(token)).then_some(start..run.end)
}

fn in_run(text: &[u8], run: &Range<usize>, hidden: &mut Vec<Range<usize>>) {
    let mut at = run.start;
    while at + MIN < run.end {
        let secret = is(text[at], FIRST).then(|| secret_at(text, at..run.end)).flatten();
        at = match secret {
            Some(secret) => {
                let end = secret.end;
                hidden.push(secret);
                end
            }
            None if at < run.start + ESCAPE => at + 1,
            // Further in, a word begins behind a separator only.
            None => match text[at..run.end].iter().position(|byte| is(*byte, SEPARATOR)) {
                Some(separator) => at + separator + 1,
                None => return,
            },
        };
    }
}

/// What is to be hidden of a token that begins where the range does.
fn secret_at(text: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let token = &text[range.clone()];
    let begins = |shape: &&Shape| {
        let prefix = shape.prefix.as_bytes();
        // The second byte decides for nearly all.
        prefix[1] == token[1] && token.starts_with(prefix)
    };
    let shape = SHAPES.iter().find(begins)?;
    let part = &token[shape.prefix.len()..];
    let len = shape.part.length(part)?;
    let start = range.start + shape.prefix.len();
    let is_secret = len >= MIN && begins_a_word(text, range.start) && !is_prose(&part[..len]);
    is_secret.then_some(start..start + len)
}

impl Part {
    fn length(self, part: &[u8]) -> Option<usize> {
        let length = |is_part: fn(&u8) -> bool| part.iter().position(|byte| !is_part(byte)).unwrap_or(part.len());
        match self {
            Self::Word => Some(length(|byte| is_word(*byte))),
            Self::Capitals => {
                let len = length(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
                (!part.get(len).is_some_and(u8::is_ascii_alphanumeric)).then_some(len)
            }
            Self::Points => {
                // Two words are looked at before all the others: there may be a token behind every point.
                let first = length(|byte| is_word(*byte));
                let behind = part[first..].strip_prefix(b".")?;
                let second = behind.iter().position(|byte| !is_word(*byte))?;
                let is_one = first > 4 && second > 4 && behind[second] == b'.';
                is_one.then(|| length(|byte| is_word(*byte) || *byte == b'.'))
            }
        }
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Whether a word begins there: within one, a prefix means nothing. What an escape ends with is of no word, in whatever
/// language it was escaped.
fn begins_a_word(text: &[u8], at: usize) -> bool {
    let before = &text[..at];
    let Some(last) = before.last() else { return true };
    if !is_word(*last) {
        return true;
    }
    let is_hex = |digits: usize, mark: &[u8]| {
        let Some((rest, hex)) = before.split_at_checked(at.saturating_sub(digits)) else {
            return false;
        };
        hex.iter().all(u8::is_ascii_hexdigit) && rest.ends_with(mark)
    };
    let is_colour = || {
        let rest = &before[..at - 1];
        let start = rest.iter().rposition(|byte| !byte.is_ascii_digit() && *byte != b';');
        *last == b'm' && start.is_some_and(|start| rest[start] == b'[')
    };
    let is_letter = || b"nrtbf0".contains(last) && before[..at - 1].ends_with(b"\\");
    is_letter() || is_hex(2, b"%") || is_hex(4, b"\\u") || is_hex(2, b"\\x") || is_colour()
}

/// Whether this is made of words and numbers, as names are: no part of it is long, has capitals inside, or mixes letters
/// with digits beyond what a version does.
fn is_prose(token: &[u8]) -> bool {
    let is_random = |part: &[u8]| {
        let has = |class: fn(&u8) -> bool| part.iter().any(class);
        let has_capitals = part.iter().skip(1).any(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
        let is_mixed = part.len() > 5 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
        part.len() >= MIN || has_capitals || is_mixed
    };
    !token.split(|byte| !byte.is_ascii_alphanumeric()).any(is_random)
}

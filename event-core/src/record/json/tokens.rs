//! Finished JSON, piece by piece. Owns where its pieces end; it trusts that the JSON is well formed, and comes to an end
//! all the same where it is not.

/// A piece of JSON.
#[derive(Clone, Copy)]
pub(super) enum Token<'a> {
    Open(u8),
    Close(u8),
    Comma,
    Colon,
    Scalar(&'a [u8]),
}

/// JSON text, from where it was read to.
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn token(&mut self) -> Option<Token<'a>> {
        let text = self.0.trim_ascii_start();
        let (token, len) = match *text.first()? {
            b',' => (Token::Comma, 1),
            b':' => (Token::Colon, 1),
            open @ (b'[' | b'{') => (Token::Open(open), 1),
            close @ (b']' | b'}') => (Token::Close(close), 1),
            b'"' => {
                let len = literal(text);
                (Token::Scalar(&text[..len]), len)
            }
            _ => {
                let is_end = |byte: &u8| byte.is_ascii_whitespace() || b",:[]{}\"".contains(byte);
                let len = text.iter().position(is_end).unwrap_or(text.len());
                (Token::Scalar(&text[..len]), len)
            }
        };
        self.0 = &text[len..];
        Some(token)
    }

    /// What stands behind a key.
    pub(super) fn value(&mut self) -> Option<Token<'a>> {
        self.token().filter(|token| matches!(token, Token::Colon))?;
        self.token()
    }

    pub(super) fn is_at_colon(&self) -> bool {
        self.0.trim_ascii_start().starts_with(b":")
    }

    /// To the end of the list or map that has just begun.
    pub(super) fn skip(&mut self) {
        let mut depth = 1;
        while depth > 0
            && let Some(token) = self.token()
        {
            match token {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth -= 1,
                _ => {}
            }
        }
    }
}

/// The length of the text that begins here, quotes included.
pub(super) fn literal(json: &[u8]) -> usize {
    let mut at = 1;
    while let Some(end) = json.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += end;
        if json[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    json.len()
}

/// The bytes of the first character, which can be an escape, or two that belong together.
pub(super) fn unit(text: &[u8]) -> usize {
    match text {
        [b'\\', b'u', ..] if is_surrogate(text, b"89abAB") && is_surrogate(&text[6..], b"cdefCDEF") => 12,
        [b'\\', b'u', ..] => 6,
        [0xf0..=0xff, ..] => 4,
        [0xe0..=0xff, ..] => 3,
        [b'\\' | 0xc0..=0xff, ..] => 2,
        _ => 1,
    }
}

/// Whether an escape begins here for one half of a pair of surrogates, with one of these as its second digit.
fn is_surrogate(text: &[u8], second: &[u8]) -> bool {
    matches!(text, [b'\\', b'u', b'd' | b'D', digit, _, _, ..] if second.contains(digit))
}

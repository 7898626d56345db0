//! The secret that lets in. Owns its comparison, which takes the same time however wrong a guess is, and the cookie a
//! browser gets for it: the cookie holds no token, only what proves that its bearer once had it.

use std::fmt::{self, Write as _};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// Shorter ones can be guessed.
pub(crate) const MIN_TOKEN_CHARS: usize = 16;
/// How long a browser stays in without showing the token again.
const SESSION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A secret of printable ASCII; what is kept of it is only good for comparing.
#[derive(Clone)]
pub(crate) struct Token {
    /// The token's hash, as long as HMAC's blocks.
    key: [u8; 64],
}

impl Token {
    /// Without the space around it. The error says what a token must be.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let remedy = "make one with: openssl rand -hex 32";
        if text.is_empty() {
            return Err(format!("expected a token, got nothing; {remedy}"));
        }
        if !text.chars().all(|char| char.is_ascii_graphic()) {
            return Err(format!(
                "expected a token in one line of printable ASCII without spaces; {remedy}"
            ));
        }
        if text.len() < MIN_TOKEN_CHARS {
            return Err(format!(
                "expected a token of at least {MIN_TOKEN_CHARS} characters, got {}; {remedy}",
                text.len()
            ));
        }
        let mut key = [0; 64];
        key[..32].copy_from_slice(&Sha256::digest(text));
        Ok(Self { key })
    }

    /// Whether a guess is right.
    pub(super) fn is(&self, guess: &[u8]) -> bool {
        // Of both there is a mark of one length, and these are compared in constant time.
        let mark = self.mark(&self.key[..32]).finalize().into_bytes();
        self.mark(&Sha256::digest(guess)).verify_slice(&mark).is_ok()
    }

    /// A cookie's value, and how long it is good for.
    pub(super) fn session(&self) -> (String, Duration) {
        let until = unix_seconds() + SESSION.as_secs();
        let mark = self.mark(&of_session(until)).finalize().into_bytes();
        (format!("{until}.{}", hex(&mark)), SESSION)
    }

    /// Whether a cookie's value is one of ours and still good.
    pub(super) fn is_session(&self, value: &str) -> bool {
        let Some((until, mark)) = value.split_once('.') else {
            return false;
        };
        let (Ok(until), Some(mark)) = (until.parse(), unhex(mark)) else {
            return false;
        };
        until > unix_seconds() && self.mark(&of_session(until)).verify_slice(&mark).is_ok()
    }

    fn mark(&self, text: &[u8]) -> Hmac<Sha256> {
        let mut mark = Hmac::<Sha256>::new(&self.key.into());
        mark.update(text);
        mark
    }
}

impl fmt::Debug for Token {
    /// Not the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Not as long as a hash, and so never what a token is compared by.
fn of_session(until: u64) -> Vec<u8> {
    format!("event-bridge session until {until}").into_bytes()
}

fn unix_seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes().chunks(2);
    bytes
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef";

    #[test]
    fn only_the_token_itself_is_right() {
        let token = Token::new(&format!("  {SECRET}\n")).unwrap();
        assert!(token.is(SECRET.as_bytes()));
        for wrong in ["", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeF", "\u{ff}"] {
            assert!(!token.is(wrong.as_bytes()), "{wrong}");
        }
        assert!(!format!("{token:?}").contains(SECRET));
    }

    #[test]
    fn a_cookie_is_good_until_its_time_and_for_its_token_only() {
        let token = Token::new(SECRET).unwrap();
        let (value, _) = token.session();
        assert!(token.is_session(&value));
        assert!(!value.contains(SECRET));
        assert!(!Token::new("another-token-of-ours").unwrap().is_session(&value));
        let (until, mark) = value.split_once('.').unwrap();
        let later = until.parse::<u64>().unwrap() + 1;
        let early = hex(&token.mark(&of_session(1)).finalize().into_bytes());
        for wrong in [
            format!("{later}.{mark}"),
            format!("1.{early}"),
            format!("{until}."),
            format!("{until}.{}", &mark[..62]),
            format!("{until}.é"),
            SECRET.to_owned(),
            String::new(),
        ] {
            assert!(!token.is_session(&wrong), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_token_is_refused_without_repeating_it() {
        for (text, expected) in [
            ("", "got nothing"),
            ("short-secret", "at least 16 characters, got 12"),
            ("two words in one token", "without spaces"),
            ("ünïcödé-ünïcödé-ünïcödé", "printable ASCII"),
        ] {
            let error = Token::new(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
            assert!(text.is_empty() || !error.contains(text), "{error}");
        }
    }
}

//! As much of RESP as writing takes: commands as bytes, and replies that are a word or an error. Owns both forms; it
//! reads from no socket, and builds no value that nobody looks at.

use crate::log::EntryId;

/// Longer than any reply to what is sent here.
const MAX_REPLY_LINE: usize = 64 * 1024;

/// A command as Redis reads it.
pub(super) fn command(words: &[&[u8]], out: &mut Vec<u8>) {
    array(words.len(), out);
    for word in words {
        bulk(word, out);
    }
}

fn array(len: usize, out: &mut Vec<u8>) {
    number(b'*', len, out);
}

fn bulk(word: &[u8], out: &mut Vec<u8>) {
    number(b'$', word.len(), out);
    out.extend_from_slice(word);
    out.extend_from_slice(b"\r\n");
}

fn number(mark: u8, number: usize, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = number;
    for (place, digit) in digits.iter_mut().enumerate().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            start = place;
            break;
        }
    }
    out.push(mark);
    out.extend_from_slice(&digits[start..]);
    out.extend_from_slice(b"\r\n");
}

/// `XADD` to one stream: all that is the same for each entry, packed once.
#[derive(Debug)]
pub(super) struct Xadd(Vec<u8>);

impl Xadd {
    /// `maxlen_entries` 0 is no limit.
    pub(super) fn new(stream: &str, maxlen_entries: u64, field: &str) -> Self {
        let maxlen = maxlen_entries.to_string();
        let mut words: Vec<&[u8]> = vec![b"XADD", stream.as_bytes()];
        if maxlen_entries > 0 {
            words.extend([b"MAXLEN".as_slice(), b"~", maxlen.as_bytes()]);
        }
        words.extend([b"*".as_slice(), field.as_bytes()]);
        let mut head = Vec::new();
        array(words.len() + 1, &mut head);
        for word in &words {
            bulk(word, &mut head);
        }
        Self(head)
    }

    pub(super) fn pack(&self, entry: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
        bulk(entry, out);
    }
}

/// What Redis answered to one command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply<'a> {
    /// A status or a text: `OK`, `PONG`, an id.
    Text(&'a [u8]),
    /// An error: its code and its text.
    Error(&'a [u8]),
}

/// Not what a Redis server answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// The first reply in `bytes` and its length there; none while it is not complete.
pub(super) fn reply(bytes: &[u8]) -> Result<Option<(Reply<'_>, usize)>, Malformed> {
    let Some(&mark) = bytes.first() else {
        return Ok(None);
    };
    let Some(end) = bytes.windows(2).take(MAX_REPLY_LINE).position(|two| two == b"\r\n") else {
        return if bytes.len() > MAX_REPLY_LINE {
            Err(Malformed)
        } else {
            Ok(None)
        };
    };
    let (line, next) = (&bytes[1..end], end + 2);
    match mark {
        b'+' => Ok(Some((Reply::Text(line), next))),
        b'-' => Ok(Some((Reply::Error(line), next))),
        b'$' => {
            let len: usize = text(line).and_then(|line| line.parse().ok()).ok_or(Malformed)?;
            if len > MAX_REPLY_LINE {
                return Err(Malformed);
            }
            let rest = &bytes[next..];
            match rest.get(len..len + 2) {
                None => Ok(None),
                Some(b"\r\n") => Ok(Some((Reply::Text(&rest[..len]), next + len + 2))),
                Some(_) => Err(Malformed),
            }
        }
        _ => Err(Malformed),
    }
}

/// The id that a text is.
pub(super) fn id(id: &[u8]) -> Result<EntryId, Malformed> {
    text(id).and_then(|id| id.parse().ok()).ok_or(Malformed)
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_entry_is_packed_as_redis_reads_it() {
        let mut out = Vec::new();
        Xadd::new("s", 10_000, "json").pack(b"{}", &mut out);
        Xadd::new("s", 0, "json").pack(b"", &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap().replace("\r\n", " "),
            "*8 $4 XADD $1 s $6 MAXLEN $1 ~ $5 10000 $1 * $4 json $2 {} *5 $4 XADD $1 s $1 * $4 json $0  "
        );
    }

    #[test]
    fn replies_are_read_one_by_one_however_they_arrive() {
        let bytes = b"+OK\r\n$15\r\n1795000000000-4\r\n-NOPERM no\r\n$0\r\n\r\n";
        let expected = [
            Reply::Text(b"OK"),
            Reply::Text(b"1795000000000-4"),
            Reply::Error(b"NOPERM no"),
            Reply::Text(b""),
        ];
        let (mut seen, mut start) = (Vec::new(), 0);
        for end in 0..=bytes.len() {
            while let Some((reply, len)) = reply(&bytes[start..end]).unwrap() {
                seen.push(reply);
                start += len;
            }
        }
        assert_eq!(seen, expected);
        assert_eq!(id(b"1795000000000-4").unwrap().seq, 4);
    }

    #[test]
    fn what_is_no_reply_is_refused_and_not_waited_for() {
        for bytes in [
            b"HTTP/1.1 400\r\n".as_slice(),
            b"$x\r\n",
            b"$99999999\r\n",
            b"$2\r\nabc\r\n",
            b":1\r\n",
        ] {
            assert_eq!(reply(bytes), Err(Malformed), "{:?}", text(bytes));
        }
        assert_eq!(reply(&vec![b'+'; MAX_REPLY_LINE * 2]), Err(Malformed));
        assert_eq!(id(b"OK"), Err(Malformed));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
            let _ = reply(&bytes);
        }

        #[test]
        fn lengths_are_written_in_full(len: usize) {
            let mut out = Vec::new();
            number(b'$', len, &mut out);
            prop_assert_eq!(out, format!("${len}\r\n").into_bytes());
        }
    }
}

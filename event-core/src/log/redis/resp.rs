//! Commands as bytes, and the ids that answer them. Owns their form; what is the same for each entry is packed once.

use super::replies::Malformed;
use crate::log::EntryId;

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

/// The id that a text is.
pub(super) fn id(id: &[u8]) -> Result<EntryId, Malformed> {
    let dash = id.iter().position(|byte| *byte == b'-').ok_or(Malformed)?;
    Ok(EntryId {
        ms: digits(&id[..dash])?,
        seq: digits(&id[dash + 1..])?,
    })
}

fn digits(digits: &[u8]) -> Result<u64, Malformed> {
    if digits.is_empty() {
        return Err(Malformed);
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9).ok_or(Malformed)?;
        let number = number.checked_mul(10).ok_or(Malformed)?;
        number.checked_add(u64::from(digit)).ok_or(Malformed)
    })
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
    fn what_is_no_id_is_malformed() {
        for text in [
            "OK",
            "",
            "-",
            "1-",
            "-1",
            "1",
            "1-2-3",
            "+1-2",
            "18446744073709551616-0",
        ] {
            assert_eq!(id(text.as_bytes()), Err(Malformed), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn an_id_is_what_its_text_says(ms: u64, seq: u64) {
            let written = EntryId { ms, seq };
            prop_assert_eq!(id(written.to_string().as_bytes()), Ok(written));
        }

        #[test]
        fn lengths_are_written_in_full(len: usize) {
            let mut out = Vec::new();
            number(b'$', len, &mut out);
            prop_assert_eq!(out, format!("${len}\r\n").into_bytes());
        }
    }
}

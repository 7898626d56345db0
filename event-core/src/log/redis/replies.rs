//! Replies of any form: where they end, found as their bytes arrive, and a walk through them that copies nothing. Owns the
//! types of RESP; what a reply means is known to whoever asked for it.

use std::ops::Range;

use bytes::Bytes;

/// Longer than any line that a server answers with.
const MAX_LINE: usize = 64 * 1024;
/// Longer than any number there is.
const MAX_DIGITS: usize = 20;

/// Not what a Redis server answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// How far some replies go.
pub(super) struct Extent {
    /// How many values have not begun yet: those of an array begin when it is looked at.
    missing: u64,
    /// Where the next of them begins.
    at: usize,
}

/// One value. What is in an array comes behind it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    Nil,
    Number(i64),
    /// A status or a text, and where it is.
    Text(Range<usize>),
    /// An error: its code and its text, and where it is.
    Error(Range<usize>),
    Array(u64),
}

/// Goes through replies that are all there.
pub(super) struct Walk {
    bytes: Bytes,
    at: usize,
}

impl Extent {
    pub(super) fn of(replies: u64) -> Self {
        Self {
            missing: replies,
            at: 0,
        }
    }

    /// Where the replies end, if `bytes` has all of them: what it had before, and what has come since.
    pub(super) fn end(&mut self, bytes: &[u8]) -> Result<Option<usize>, Malformed> {
        while self.missing > 0 {
            let Some((item, next)) = item(bytes, self.at)? else {
                return Ok(None);
            };
            self.at = next;
            self.missing -= 1;
            if let Item::Array(len) = item {
                self.missing = self.missing.checked_add(len).ok_or(Malformed)?;
            }
        }
        Ok(Some(self.at))
    }
}

impl Walk {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn next(&mut self) -> Result<Item, Malformed> {
        let (item, next) = item(&self.bytes, self.at)?.ok_or(Malformed)?;
        self.at = next;
        Ok(item)
    }

    /// Passes over one value, whatever is in it.
    pub(super) fn skip(&mut self) -> Result<(), Malformed> {
        self.at += Extent::of(1).end(&self.bytes[self.at..])?.ok_or(Malformed)?;
        Ok(())
    }

    /// A text, as it is.
    pub(super) fn text(&self, place: Range<usize>) -> &[u8] {
        &self.bytes[place]
    }

    /// A text that shares the memory of all.
    pub(super) fn share(&self, place: Range<usize>) -> Bytes {
        self.bytes.slice(place)
    }
}

/// The value that begins there, and where the next one begins; none while it is not complete.
pub(super) fn item(bytes: &[u8], at: usize) -> Result<Option<(Item, usize)>, Malformed> {
    let Some(mark) = bytes.get(at) else {
        return Ok(None);
    };
    let start = at + 1;
    if matches!(mark, b'+' | b'-') {
        return Ok(line(bytes, start)?.map(|(line, next)| {
            let item = if *mark == b'+' { Item::Text } else { Item::Error };
            (item(line), next)
        }));
    }
    let Some((number, next)) = number(bytes, start)? else {
        return Ok(None);
    };
    match (mark, u64::try_from(number)) {
        (b':', _) => Ok(Some((Item::Number(number), next))),
        (b'$' | b'*', Err(_)) if number == -1 => Ok(Some((Item::Nil, next))),
        (b'*', Ok(len)) => Ok(Some((Item::Array(len), next))),
        (b'$', Ok(len)) => {
            let end = usize::try_from(len).ok().and_then(|len| next.checked_add(len));
            let end = end.filter(|end| *end <= usize::MAX - 2).ok_or(Malformed)?;
            match bytes.get(end..end + 2) {
                None => Ok(None),
                Some(b"\r\n") => Ok(Some((Item::Text(next..end), end + 2))),
                Some(_) => Err(Malformed),
            }
        }
        _ => Err(Malformed),
    }
}

fn line(bytes: &[u8], start: usize) -> Result<Option<(Range<usize>, usize)>, Malformed> {
    let rest = &bytes[start..];
    let rest = &rest[..rest.len().min(MAX_LINE)];
    match memchr::memmem::find(rest, b"\r\n") {
        Some(len) => Ok(Some((start..start + len, start + len + 2))),
        None if rest.len() == MAX_LINE => Err(Malformed),
        None => Ok(None),
    }
}

fn number(bytes: &[u8], start: usize) -> Result<Option<(i64, usize)>, Malformed> {
    let is_negative = bytes.get(start) == Some(&b'-');
    let first = start + usize::from(is_negative);
    let mut number: i64 = 0;
    for (place, byte) in bytes.iter().enumerate().skip(first).take(MAX_DIGITS) {
        match byte {
            b'0'..=b'9' => {
                let digit = i64::from(byte - b'0');
                number = number
                    .checked_mul(10)
                    .and_then(|number| number.checked_add(digit))
                    .ok_or(Malformed)?;
            }
            b'\r' if place > first => {
                let number = if is_negative { -number } else { number };
                return match bytes.get(place + 1) {
                    None => Ok(None),
                    Some(b'\n') => Ok(Some((number, place + 2))),
                    Some(_) => Err(Malformed),
                };
            }
            _ => return Err(Malformed),
        }
    }
    if bytes.len().saturating_sub(first) >= MAX_DIGITS {
        return Err(Malformed);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A value of any form, as a server writes it.
    #[derive(Clone, Debug)]
    enum Value {
        Nil,
        Number(i64),
        Status(String),
        Error(String),
        Text(Vec<u8>),
        Array(Vec<Value>),
    }

    impl Value {
        fn write(&self, out: &mut Vec<u8>) {
            let head = match self {
                Self::Nil => "$-1".to_owned(),
                Self::Number(number) => format!(":{number}"),
                Self::Status(line) => format!("+{line}"),
                Self::Error(line) => format!("-{line}"),
                Self::Text(text) => format!("${}", text.len()),
                Self::Array(values) => format!("*{}", values.len()),
            };
            out.extend_from_slice(head.as_bytes());
            out.extend_from_slice(b"\r\n");
            match self {
                Self::Text(text) => {
                    out.extend_from_slice(text);
                    out.extend_from_slice(b"\r\n");
                }
                Self::Array(values) => values.iter().for_each(|value| value.write(out)),
                _ => {}
            }
        }

        /// Walks through it, and compares.
        fn is_next(&self, walk: &mut Walk) -> bool {
            let item = walk.next().unwrap();
            match (self, item) {
                (Self::Nil, Item::Nil) => true,
                (Self::Number(number), Item::Number(walked)) => *number == walked,
                (Self::Status(line), Item::Text(place)) | (Self::Error(line), Item::Error(place)) => {
                    walk.text(place) == line.as_bytes()
                }
                (Self::Text(text), Item::Text(place)) => walk.share(place) == text,
                (Self::Array(values), Item::Array(len)) => {
                    len == values.len() as u64 && values.iter().all(|value| value.is_next(walk))
                }
                _ => false,
            }
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Nil),
            (i64::MIN + 1..=i64::MAX).prop_map(Value::Number),
            "[A-Z a-z]{0,20}".prop_map(Value::Status),
            "ERR [a-z ]{0,20}".prop_map(Value::Error),
            prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::Text),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop::collection::vec(inner, 0..6).prop_map(Value::Array)
        })
    }

    proptest! {
        #[test]
        fn replies_are_found_and_walked_through_however_they_arrive(
            values in prop::collection::vec(value(), 1..4),
            behind in prop::collection::vec(any::<u8>(), 0..10),
        ) {
            let mut bytes = Vec::new();
            for value in &values {
                value.write(&mut bytes);
            }
            let len = bytes.len();
            bytes.extend(behind);
            let mut extent = Extent::of(values.len() as u64);
            for end in 0..len {
                prop_assert_eq!(extent.end(&bytes[..end]), Ok(None));
            }
            prop_assert_eq!(extent.end(&bytes), Ok(Some(len)));
            let mut walk = Walk::new(bytes.clone().into());
            prop_assert!(values.iter().all(|value| value.is_next(&mut walk)));
            prop_assert_eq!(walk.at, len);
            let mut walk = Walk::new(bytes.into());
            for _ in &values {
                walk.skip().unwrap();
            }
            prop_assert_eq!(walk.at, len);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>, replies in 1..4_u64) {
            let _ = Extent::of(replies).end(&bytes);
            let mut walk = Walk::new(bytes.into());
            while walk.next().is_ok() {}
        }
    }

    #[test]
    fn what_is_no_reply_is_refused_and_not_waited_for() {
        for bytes in [
            b"HTTP/1.1 400\r\n".as_slice(),
            b"$x\r\n",
            b"$-2\r\n",
            b"$2\r\nabc\r\n",
            b"*99999999999999999999\r\n",
            b":1\rx",
            b":00000000000000000000000",
            b"*9223372036854775807\r\n*9223372036854775807\r\n*9223372036854775807\r\n",
        ] {
            assert_eq!(
                Extent::of(1).end(bytes),
                Err(Malformed),
                "{:?}",
                String::from_utf8_lossy(bytes)
            );
        }
        assert_eq!(Extent::of(1).end(&vec![b'+'; MAX_LINE * 2]), Err(Malformed));
    }
}

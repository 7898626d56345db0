//! Identities: runs, spans, events, and this process as a producer. Owns their generation, without a system call and
//! without an allocation, and their text forms. They are unique, not secret.

use std::fmt;
use std::num::{NonZeroU64, NonZeroU128};
use std::sync::LazyLock;

use uuid::Uuid;

/// A run: a W3C trace id, shown as 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RunId(NonZeroU128);

/// A span within a run, shown as 16 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpanId(NonZeroU64);

impl RunId {
    pub(crate) fn random() -> Self {
        Self(NonZeroU128::new(fastrand::u128(..)).unwrap_or(NonZeroU128::MIN))
    }

    /// From 32 lower-case hex digits, not all zero.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        NonZeroU128::new(u128::from_str_radix(lower_hex(text, 32)?, 16).ok()?).map(Self)
    }

    /// The run of what is published outside any span.
    pub(crate) fn of_process() -> Self {
        static PROCESS: LazyLock<RunId> = LazyLock::new(RunId::random);
        *PROCESS
    }
}

impl SpanId {
    pub(crate) fn random() -> Self {
        Self(NonZeroU64::new(fastrand::u64(..)).unwrap_or(NonZeroU64::MIN))
    }

    /// From 16 lower-case hex digits, not all zero.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        NonZeroU64::new(u64::from_str_radix(lower_hex(text, 16)?, 16).ok()?).map(Self)
    }
}

fn lower_hex(text: &str, digits: usize) -> Option<&str> {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (text.len() == digits && text.bytes().all(is_hex)).then_some(text)
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A UUID of version 7 (RFC 9562) for an event of the given time.
pub(crate) fn event_id(unix_micros: u64) -> Uuid {
    let random = fastrand::u128(..).to_ne_bytes();
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&random[..10]);
    uuid::Builder::from_unix_timestamp_millis(unix_micros / 1000, &bytes).into_uuid()
}

/// This process, as `producer_id` in events: 16 hex digits, new in each process.
pub fn producer_id() -> &'static str {
    static PRODUCER: LazyLock<String> = LazyLock::new(|| SpanId::random().to_string());
    &PRODUCER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_their_text_form() {
        let (run, span) = (RunId::random(), SpanId::random());
        assert_eq!(RunId::from_hex(&run.to_string()), Some(run));
        assert_eq!(SpanId::from_hex(&span.to_string()), Some(span));
    }

    #[test]
    fn zero_upper_case_and_wrong_lengths_are_no_ids() {
        for text in ["", "0000000000000000", "ABCDEF0123456789", "abc", "+bcdef0123456789"] {
            assert_eq!(SpanId::from_hex(text), None, "{text}");
        }
    }

    #[test]
    fn an_event_id_is_a_version_7_uuid_of_its_time() {
        let id = event_id(1_795_000_000_123_456);
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.as_u128() >> 80, 1_795_000_000_123);
    }
}

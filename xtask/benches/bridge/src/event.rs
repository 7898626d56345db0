//! The event that everybody sends: 350 bytes of JSON with a number and the time of its publishing at fixed places, so
//! that a client reads both without parsing.

use std::ops::Range;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use memchr::memmem;

pub const BYTES: usize = 350;
const SEQ_DIGITS: usize = 9;
const SENT_DIGITS: usize = 15;

/// The moment that times of publishing are told from.
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
/// Where the digits are.
static PLACES: LazyLock<(Range<usize>, Range<usize>)> = LazyLock::new(|| {
    let event = json(0);
    let place = |key: &str, digits| {
        let start = memmem::find(event.as_bytes(), key.as_bytes()).unwrap() + key.len();
        start..start + digits
    };
    (place(r#""seq":""#, SEQ_DIGITS), place(r#""sent_ns":""#, SENT_DIGITS))
});

/// The event with this number, published now.
pub fn json(seq: u64) -> String {
    let sent = ORIGIN.elapsed().as_nanos();
    let id = format!(
        "01a0{:04x}-{:04x}-7000-8000-{seq:012x}",
        seq >> 16 & 0xffff,
        seq & 0xffff
    );
    let mut json = format!(
        r#"{{"id":"{id}","ts":"2026-11-22T12:00:00.000000Z","type":"measured","payload":{{"seq":"{seq:0SEQ_DIGITS$}","sent_ns":"{sent:0SENT_DIGITS$}","text":""#
    );
    while json.len() < BYTES - 3 {
        json.push('x');
    }
    json.push_str("\"}}");
    json
}

/// The number of the event that begins here.
pub fn seq(event: &[u8]) -> u64 {
    number(&event[PLACES.0.clone()])
}

/// How long ago it was published.
pub fn age(event: &[u8], now: Instant) -> Duration {
    let sent = Duration::from_nanos(number(&event[PLACES.1.clone()]));
    now.duration_since(*ORIGIN).saturating_sub(sent)
}

fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| {
        assert!(
            digit.is_ascii_digit(),
            "no event of ours: {}",
            String::from_utf8_lossy(digits)
        );
        number * 10 + u64::from(digit - b'0')
    })
}

//! Time, read once per event. Owns the pairing of the monotonic clock (durations) with the wall clock (timestamps),
//! so that one clock read gives both.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The process's zero of monotonic time.
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Wall clock minus monotonic clock, in microseconds; zero until the first [`calibrate`].
static OFFSET_MICROS: AtomicI64 = AtomicI64::new(0);

/// A moment, as the caller reads it; the arithmetic is the writer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) Instant);

impl Moment {
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }

    /// Microseconds since the unix epoch.
    pub(crate) fn unix_micros(self) -> u64 {
        let mut offset = OFFSET_MICROS.load(Ordering::Relaxed);
        if offset == 0 {
            offset = calibrate();
        }
        u64::try_from(self.micros().saturating_add(offset)).unwrap_or_default()
    }

    /// A moment after all that were read before, and before all that are read later, however coarse the clock is.
    fn between() -> Self {
        let later_than = |moment| {
            loop {
                let now = Self::now();
                if now > moment {
                    return now;
                }
            }
        };
        let between = later_than(Self::now());
        later_than(between);
        between
    }

    pub(crate) fn since(self, earlier: Self) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// Microseconds since the process's zero, which may be later: whoever asks first makes it.
    fn micros(self) -> i64 {
        let origin = *ORIGIN;
        let micros = |span: Duration| i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        match self.0.checked_duration_since(origin) {
            Some(behind) => micros(behind),
            None => -micros(origin.saturating_duration_since(self.0)),
        }
    }
}

/// Time that stands still, for those who ask here: a moment that was read as ever is told as it would have been on a
/// clock that was stopped. So nobody who reads the clock pays for it, and nobody else's time is another.
#[derive(Debug)]
pub(crate) struct Pause {
    begin: Moment,
    /// When time went on, and how far in all.
    steps: Mutex<Vec<(Moment, Duration)>>,
}

impl Pause {
    pub(crate) fn begin() -> Self {
        Self {
            begin: Moment::between(),
            steps: Mutex::default(),
        }
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let before = steps.last().map_or(Duration::ZERO, |(_, sum)| *sum);
        steps.push((Moment::between(), before.saturating_add(by)));
    }

    /// What a clock would have shown at that moment.
    pub(crate) fn shown(&self, moment: Moment) -> Moment {
        if moment < self.begin {
            return moment;
        }
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = steps.partition_point(|(at, _)| *at <= moment);
        let sum = passed.checked_sub(1).map_or(Duration::ZERO, |last| steps[last].1);
        Moment(self.begin.0.checked_add(sum).unwrap_or(self.begin.0))
    }
}

/// Microseconds since the unix epoch, now.
pub(crate) fn unix_micros() -> u64 {
    Moment::now().unix_micros()
}

/// Pairs the clocks anew. The writer calls it now and then, so that timestamps follow a wall clock that is set.
pub(crate) fn calibrate() -> i64 {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let wall = i64::try_from(wall.as_micros()).unwrap_or(i64::MAX);
    let offset = wall.saturating_sub(Moment::now().micros());
    OFFSET_MICROS.store(offset, Ordering::Relaxed);
    offset
}

/// A time as it stands in `ts` of an event: RFC 3339, UTC, with six decimals.
///
/// ```
/// let ts = event_core::Timestamp { unix_micros: 951_782_400_000_001 };
/// assert_eq!(ts.to_string(), "2000-02-29T00:00:00.000001Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    /// Microseconds since the unix epoch.
    pub unix_micros: u64,
}

impl Timestamp {
    /// The time now, by this process's clock.
    pub fn now() -> Self {
        Self {
            unix_micros: unix_micros(),
        }
    }

    /// A time given in milliseconds since the unix epoch, as the ids of entries have it.
    pub fn from_unix_ms(unix_ms: u64) -> Self {
        Self {
            unix_micros: unix_ms.saturating_mul(1000),
        }
    }

    /// Milliseconds since the unix epoch.
    pub fn unix_ms(self) -> u64 {
        self.unix_micros / 1000
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, micros) = (self.unix_micros / 1_000_000, self.unix_micros % 1_000_000);
        let (days, second) = (seconds / 86_400, seconds % 86_400);
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"
        )
    }
}

impl serde::Serialize for Timestamp {
    /// As its text.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that is no timestamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a timestamp: {0:?}; expected RFC 3339 from 1970 on, such as 2026-11-22T13:51:28.123456Z")]
pub struct InvalidTimestamp(String);

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    /// Reads RFC 3339, with any offset and any count of decimals, of which six are kept.
    ///
    /// ```
    /// let ts: event_core::Timestamp = "2000-02-29T01:30:00.5+01:30".parse().unwrap();
    /// assert_eq!(ts.to_string(), "2000-02-29T00:00:00.500000Z");
    /// ```
    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let micros = rfc3339(text).and_then(|micros| u64::try_from(micros).ok());
        micros
            .map(|unix_micros| Self { unix_micros })
            .ok_or_else(|| InvalidTimestamp(text.to_owned()))
    }
}

/// Microseconds since the unix epoch.
fn rfc3339(text: &str) -> Option<i64> {
    let (head, tail) = text.split_at_checked("2000-01-01T00:00:00".len())?;
    let number = |from: usize, to: usize| digits(head.get(from..to)?);
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators
        .iter()
        .any(|(at, byte)| !head.as_bytes()[*at].eq_ignore_ascii_case(byte))
    {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    // A leap second is the 60th.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = days(year, month, day)?;
    let (fraction, offset) = match tail.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|byte: char| !byte.is_ascii_digit())?),
        None => ("000000", tail),
    };
    let micros = digits(fraction.get(..6).unwrap_or(fraction))?
        * 10_i64.pow(6_u32.saturating_sub(u32::try_from(fraction.len()).ok()?));
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset_seconds(offset)?;
    Some(seconds * 1_000_000 + micros)
}

/// Of `Z`, or of `+02:00`.
fn offset_seconds(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text[1..].split_once(':')?;
    let is_clock = hours.len() == 2 && minutes.len() == 2;
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    (is_clock && hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn digits(text: &str) -> Option<i64> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// Days since 1970-01-01, of a date that exists: the inverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let shifted = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719_468;
    let date = (
        u64::try_from(year).ok()?,
        u64::try_from(month).ok()?,
        u64::try_from(day).ok()?,
    );
    (civil(u64::try_from(days).ok()?) == date).then_some(days)
}

/// Year, month and day of a count of days since 1970-01-01, by the proleptic Gregorian calendar. Years begin in
/// March here, so that the leap day is the last of its year.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_have_six_decimals_and_a_zone() {
        for (unix_micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"),
            (1_709_251_199_999_999, "2024-02-29T23:59:59.999999Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
        ] {
            assert_eq!(Timestamp { unix_micros }.to_string(), text);
        }
    }

    #[test]
    fn a_timestamp_survives_its_text_form() {
        for unix_micros in [0, 951_782_400_000_001, 1_709_251_199_999_999, 4_107_542_400_000_000] {
            let ts = Timestamp { unix_micros };
            assert_eq!(ts.to_string().parse(), Ok(ts));
        }
        for (text, same) in [
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
            ("2026-11-22t13:51:28.1z", "2026-11-22T13:51:28.100000Z"),
            ("2026-11-22T13:51:28.1234567-02:00", "2026-11-22T15:51:28.123456Z"),
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), same);
        }
    }

    #[test]
    fn what_is_no_timestamp_is_named_in_the_error() {
        for text in [
            "",
            "yesterday",
            "2026-11-22 13:51:28Z",
            "2026-11-22T13:51:28",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+1:00",
            "2026-01-01T00:00:00.é",
            "1969-12-31T23:59:59Z",
            "+026-01-01T00:00:00Z",
        ] {
            let error = text.parse::<Timestamp>().unwrap_err();
            assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
        }
    }

    #[test]
    fn the_two_clocks_agree() {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let ours = Duration::from_micros(calibrate().unsigned_abs()) + ORIGIN.elapsed();
        assert!(ours.abs_diff(wall) < Duration::from_secs(60));
    }

    #[test]
    fn a_moment_before_the_zero_has_its_time_too() {
        let zero = Moment(*ORIGIN);
        let before = Moment(zero.0.checked_sub(Duration::from_secs(2)).unwrap());
        assert_eq!(zero.unix_micros() - before.unix_micros(), 2_000_000);
    }
}

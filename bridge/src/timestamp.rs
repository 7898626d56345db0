//! Times as they are written on the wire: RFC 3339 in UTC with six decimals. Owns the calendar; it reads the wall
//! clock, never the monotonic one.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the unix epoch, now.
pub(crate) fn unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// The form that `ts` has in an event.
pub(crate) fn rfc3339(unix_ms: u64) -> String {
    let (seconds, ms) = (unix_ms / 1000, unix_ms % 1000);
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}000Z")
}

/// Days since 1970-01-01 as year, month and day, in the proleptic Gregorian calendar. Years are counted from March,
/// so that the leap day is the last one.
fn civil(days: u64) -> (u64, u64, u64) {
    const DAYS_TO_YEAR_0: u64 = 719_468;
    const DAYS_IN_400_YEARS: u64 = 146_097;
    let days = days + DAYS_TO_YEAR_0;
    let (era, day) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (era * 400 + year + u64::from(month <= 2), month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_have_their_known_form() {
        for (unix_ms, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_123, "2000-02-29T00:00:00.123000Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000000Z"),
            (1_795_355_488_999, "2026-11-22T13:51:28.999000Z"),
            (4_107_542_399_000, "2100-02-28T23:59:59.000000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000000Z"),
        ] {
            assert_eq!(rfc3339(unix_ms), text);
        }
    }
}

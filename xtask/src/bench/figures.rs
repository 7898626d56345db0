//! Numbers as people read them.
//!
//! Owns their form. It knows no number.

use crate::bench::sample::Sample;

/// The median, and between which values it lies.
pub(crate) fn ranged(sample: &Sample, shown: impl Fn(f64) -> String) -> String {
    let [median, least, most] = [sample.median(), sample.least(), sample.most()].map(shown);
    format!("{median} ({least}–{most})")
}

/// Without a fraction.
pub(crate) fn thousands(number: f64) -> String {
    grouped(&format!("{number:.0}"))
}

/// Digits in groups of three.
pub(crate) fn grouped(digits: &str) -> String {
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_are_grouped_from_the_right() {
        assert_eq!(
            ["1", "123", "1234", "1234567"].map(grouped),
            ["1", "123", "1,234", "1,234,567"]
        );
    }
}

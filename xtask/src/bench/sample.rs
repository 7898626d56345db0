//! Several measurements of one thing.
//!
//! Owns the median and the range. On a busy machine a mean says what the neighbours did.

/// What was measured, in any order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    pub(crate) fn push(&mut self, value: f64) {
        let place = self.0.partition_point(|other| *other < value);
        self.0.insert(place, value);
    }

    /// The middle one, the lower of two; NaN of none.
    pub(crate) fn median(&self) -> f64 {
        let middle = self.0.len().saturating_sub(1) / 2;
        self.0.get(middle).copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn least(&self) -> f64 {
        self.0.first().copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn most(&self) -> f64 {
        self.0.last().copied().unwrap_or(f64::NAN)
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sample = Self::default();
        values.into_iter().for_each(|value| sample.push(value));
        sample
    }
}

#[cfg(test)]
mod tests {
    use super::Sample;

    #[test]
    fn the_median_ignores_a_run_that_was_disturbed() {
        let sample: Sample = [3.0, 900.0, 1.0, 2.0, 2.5].into_iter().collect();
        assert_eq!(
            format!("{} {} {}", sample.least(), sample.median(), sample.most()),
            "1 2.5 900"
        );
    }

    #[test]
    fn nothing_measured_is_no_number() {
        assert!(Sample::default().median().is_nan());
    }
}

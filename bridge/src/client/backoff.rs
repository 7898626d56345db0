//! How long to wait before the next attempt. Owns the full jitter: anything between nothing and a bound that doubles, so
//! that clients that were all cut off at once do not all come back at once.

use std::time::Duration;

pub(super) const BASE: Duration = Duration::from_millis(500);
pub(super) const MAX: Duration = Duration::from_secs(20);

/// See the module's description.
#[derive(Debug)]
pub(super) struct Backoff {
    base: Duration,
    max: Duration,
    bound: Duration,
}

impl Backoff {
    pub(super) fn new(base: Duration, max: Duration) -> Self {
        Self {
            base,
            max,
            bound: base.min(max),
        }
    }

    pub(super) fn next(&mut self) -> Duration {
        let wait = self.bound.mul_f64(fastrand::f64());
        self.bound = self.bound.saturating_mul(2).min(self.max);
        wait
    }

    pub(super) fn reset(&mut self) {
        self.bound = self.base.min(self.max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_spread_below_a_bound_that_doubles_up_to_its_most() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(350));
        for bound in [100, 200, 350, 350] {
            let bound = Duration::from_millis(bound);
            assert_eq!(backoff.bound, bound);
            assert!(backoff.next() <= bound);
        }
        backoff.reset();
        assert_eq!(backoff.bound, Duration::from_millis(100));
        let waits: std::collections::HashSet<_> = (0..20).map(|_| Backoff::new(BASE, MAX).next()).collect();
        assert!(waits.len() > 1);
    }
}

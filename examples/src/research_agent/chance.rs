//! Chance that can be repeated: numbers that depend on nothing but what they are drawn for. So neither the order of
//! calls nor how many run at once can change what happens.

/// A number in `0.0..=1.0` for `content`.
pub(super) fn fraction(seed: u64, content: &str) -> f64 {
    let hash = event_core::hash(format!("{seed}\n{content}"));
    let digits = hash.rsplit(':').next().and_then(|hex| hex.get(..8)).unwrap_or("0");
    f64::from(u32::from_str_radix(digits, 16).unwrap_or_default()) / f64::from(u32::MAX)
}

/// What goes wrong on purpose, so that a run shows how it is survived.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    share: f64,
    seed: u64,
}

impl Faults {
    /// Lets about this share (0 to 1) of requests, pages, sums and searches go wrong. The same seed and the same content
    /// have the same fault.
    pub fn new(share: f64, seed: u64) -> Self {
        Self { share, seed }
    }

    /// What share was asked for.
    pub fn share(self) -> f64 {
        self.share
    }

    /// Whether something of this kind goes wrong for `content`, and then a number in `0.0..1.0` to choose how.
    pub(super) fn strikes(self, kind: &str, content: &str) -> Option<f64> {
        let drawn = fraction(self.seed, &format!("{kind}\n{content}"));
        (drawn < self.share).then(|| drawn / self.share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_depend_on_seed_kind_and_content_and_come_about_as_often_as_asked() {
        let struck = |share: f64, seed: u64, kind: &str| -> Vec<usize> {
            let faults = Faults::new(share, seed);
            (0..1000)
                .filter(|page| faults.strikes(kind, &page.to_string()).is_some())
                .collect()
        };
        let pages = struck(0.1, 7, "page");
        assert!((60..140).contains(&pages.len()), "{}", pages.len());
        assert_eq!(pages, struck(0.1, 7, "page"));
        assert_ne!(pages, struck(0.1, 8, "page"));
        assert_ne!(pages, struck(0.1, 7, "tool"));
        assert_eq!(struck(0.0, 7, "page").len(), 0);
        assert_eq!(struck(1.1, 7, "page").len(), 1000);
    }
}

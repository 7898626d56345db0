//! A library that forbids what it can, 73, and whose documentation is looked at, 74.
#![forbid(
    warnings,
    unsafe_code,
    missing_docs,
    unused_qualifications,
    unreachable_pub,
    missing_debug_implementations
)]
#![forbid(clippy::all, clippy::pedantic)]

use event_core::{StepFinished, StepStarted, emits};

/// Pairs.
pub mod pairs {
    use super::{StepFinished, StepStarted, emits};

    /// Both, and more.
    ///
    /// ```
    /// assert_eq!(case::pairs::sum((1, 2), 3, [4]), 6);
    /// ```
    #[emits(StepStarted, StepFinished)]
    #[must_use]
    pub fn sum((left, right): (u8, u8), mut third: u8, _: [u8; 1]) -> u8 {
        third += left;
        third + right
    }

    /// Names that START reads.
    #[emits(StepStarted { step, ..StepStarted::default() }, StepFinished)]
    pub async fn later(step: u64, _unused: String, (a, _b): (String, u8)) -> String {
        let _ = step;
        a
    }
}

/// A trait.
pub trait Named {
    /// Its name.
    #[emits(StepStarted, StepFinished)]
    fn name(&self, mut prefix: String) -> String {
        prefix.push('!');
        prefix
    }
}

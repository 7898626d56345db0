//! How many tests passed and failed, read from what the test runners print.
//!
//! Owns the summaries of cargo test and vitest. A runner that says nothing counts as nothing: the step
//! decides what that means.

use std::iter::Sum;

use crate::terminal;

/// Tests of a step, or of all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    /// Ignored, skipped and todo: what was not run although it was asked for.
    pub(crate) skipped: u32,
}

impl Counts {
    /// A check that is one thing, such as a linter.
    pub(crate) fn of_one(is_success: bool) -> Self {
        Self {
            passed: u32::from(is_success),
            failed: u32::from(!is_success),
            skipped: 0,
        }
    }

    /// Whether nothing at all was counted.
    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, next| Self {
            passed: sum.passed + next.passed,
            failed: sum.failed + next.failed,
            skipped: sum.skipped + next.skipped,
        })
    }
}

/// The runner whose summary is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Runner {
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; …`, once for each binary and crate.
    CargoTest,
    /// `Tests  1 failed | 3 passed (4)`, once; suites that did not even load under `Failed Suites`.
    Vitest,
}

impl Runner {
    /// Adds up every summary in an output.
    pub(crate) fn count(self, output: &str) -> Counts {
        let line = match self {
            Self::CargoTest => cargo_line,
            Self::Vitest => vitest_line,
        };
        terminal::plain(output)
            .lines()
            .filter_map(|text| line(text.trim()))
            .sum()
    }
}

fn cargo_line(line: &str) -> Option<Counts> {
    // The words `ok.` and `FAILED.` stand between the mark and the numbers.
    let (_, numbers) = line.strip_prefix("test result: ")?.split_once(". ")?;
    Some(numbered(numbers, ';'))
}

fn vitest_line(line: &str) -> Option<Counts> {
    if let Some(numbers) = line.strip_prefix("Tests ") {
        return Some(numbered(numbers, '|'));
    }
    // A file that cannot be loaded has no tests to fail, and would otherwise count as nothing.
    let (_, suites) = line.split_once("Failed Suites ")?;
    let failed = suites.split_whitespace().next()?.parse().ok()?;
    Some(Counts {
        failed,
        ..Counts::default()
    })
}

/// Reads `3 passed; 1 failed; …`: numbers followed by what they count.
fn numbered(text: &str, separator: char) -> Counts {
    let mut counts = Counts::default();
    for part in text.split(separator) {
        let mut words = part.split_whitespace();
        let (Some(Ok(number)), Some(what)) = (words.next().map(str::parse::<u32>), words.next()) else {
            continue;
        };
        match what {
            "passed" => counts.passed += number,
            "failed" => counts.failed += number,
            "ignored" | "skipped" | "todo" => counts.skipped += number,
            _ => {}
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_binary_of_cargo_test_is_added_up() {
        let output = "running 3 tests\n\
            test a ... ok\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.01s\n\
            test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.2s\n";
        assert_eq!(
            Runner::CargoTest.count(output),
            Counts {
                passed: 4,
                failed: 2,
                skipped: 1
            }
        );
    }

    #[test]
    fn coloured_output_counts_the_same() {
        let output = "test result: \x1b[32mok\x1b[0m. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(
            Runner::CargoTest.count(output),
            Counts {
                passed: 3,
                failed: 0,
                skipped: 0
            }
        );
    }

    #[test]
    fn a_vitest_run_counts_tests_and_not_files() {
        let output = " Test Files  1 failed | 2 passed (3)\n\
            \x1b[2m      Tests \x1b[22m 1 failed | 12 passed | 2 skipped (15)\n   Start at  10:00:00\n";
        assert_eq!(
            Runner::Vitest.count(output),
            Counts {
                passed: 12,
                failed: 1,
                skipped: 2
            }
        );
    }

    #[test]
    fn a_vitest_file_that_does_not_load_is_a_failure() {
        let output =
            "⎯⎯⎯⎯⎯⎯ Failed Suites 1 ⎯⎯⎯⎯⎯⎯⎯\n Test Files  1 failed | 2 passed (3)\n      Tests  12 passed (12)\n";
        assert_eq!(
            Runner::Vitest.count(output),
            Counts {
                passed: 12,
                failed: 1,
                skipped: 0
            }
        );
    }

    #[test]
    fn output_without_a_summary_counts_as_nothing() {
        assert!(
            Runner::CargoTest
                .count("error: could not compile `event-core`")
                .is_empty()
        );
        assert!(Runner::Vitest.count("stdout | opens a page").is_empty());
    }
}

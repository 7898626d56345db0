//! What a step found: its counts, and the lines a reader needs when it failed.
//!
//! Owns the rules that turn a program's end into a verdict. A suite that reports no test, or skips one, has not passed:
//! a check that does not run is no check.

use anyhow::Error;

use crate::counts::{Counts, Runner};
use crate::process::Finished;
use crate::terminal;

/// How many lines of a failed step are repeated in the summary.
const EXCERPT_LINES: usize = 20;

/// The result of one step.
pub(crate) struct Verdict {
    pub(crate) counts: Counts,
    /// Why it failed, in lines; empty when it passed.
    pub(crate) reasons: Vec<String>,
}

impl Verdict {
    /// A program that is one check.
    pub(crate) fn of_check(finished: &Finished) -> Self {
        let reasons = if finished.is_success {
            Vec::new()
        } else {
            excerpt(&finished.output)
        };
        Self {
            counts: Counts::of_one(finished.is_success),
            reasons,
        }
    }

    /// A program that runs many tests and says how many.
    pub(crate) fn of_suite(runner: Runner, finished: &Finished) -> Self {
        let mut counts = runner.count(&finished.output);
        let mut reasons = Vec::new();
        if !finished.is_success {
            reasons = excerpt(&finished.output);
            // It failed outside of any test: a compile error, a crash.
            counts.failed = counts.failed.max(1);
        } else if counts.is_empty() {
            reasons.push("it ended well and ran no test".to_owned());
            counts.failed = 1;
        }
        if counts.skipped > 0 {
            reasons.push(format!(
                "skipped: {}; a check that does not run is no check",
                counts.skipped
            ));
        }
        Self { counts, reasons }
    }

    /// A check of ours that lists what is wrong.
    pub(crate) fn of_findings(findings: Vec<String>) -> Self {
        for finding in &findings {
            println!("{} {finding}", terminal::bad("error:"));
        }
        Self {
            counts: Counts::of_one(findings.is_empty()),
            reasons: findings,
        }
    }

    /// A step that could not do its work.
    pub(crate) fn of_error(error: &Error) -> Self {
        Self::of_findings(vec![format!("{error:#}")])
    }

    /// Whether the step passed.
    pub(crate) fn is_good(&self) -> bool {
        self.reasons.is_empty() && self.counts.failed == 0
    }
}

/// The lines of an output that tell what failed, else its end.
fn excerpt(output: &str) -> Vec<String> {
    let plain = terminal::plain(output);
    let lines = || plain.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let mut telling = Vec::new();
    let mut is_after_error = false;
    for line in lines() {
        // rustc names the place on the line after the error.
        if is_telling(line) || (is_after_error && line.trim_start().starts_with("--> ")) {
            telling.push(line.to_owned());
        }
        is_after_error = line.starts_with("error");
    }
    telling.dedup();
    if telling.is_empty() {
        let count = lines().count();
        return lines()
            .skip(count.saturating_sub(EXCERPT_LINES))
            .map(str::to_owned)
            .collect();
    }
    let more = telling.len().saturating_sub(EXCERPT_LINES);
    telling.truncate(EXCERPT_LINES);
    if more > 0 {
        telling.push(format!("… and {more} more lines like these"));
    }
    telling
}

/// The marks with which cargo, rustc, rustfmt, vitest, tsc and node point at a failure.
fn is_telling(line: &str) -> bool {
    let line = line.trim_start();
    let is_rust = line.starts_with("error") || line.ends_with("... FAILED") || line.starts_with("Diff in ");
    let is_node = line.starts_with("not ok ") || line.starts_with("✖ ") || line.starts_with("FAIL ");
    is_rust || is_node || line.contains(": error TS") || line.contains("panicked at ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(is_success: bool, output: &str) -> Finished {
        Finished {
            is_success,
            output: output.to_owned(),
        }
    }

    #[test]
    fn a_suite_that_does_not_compile_counts_as_one_failure() {
        let verdict = Verdict::of_suite(Runner::CargoTest, &finished(false, "error[E0560]: no such field\n"));
        assert_eq!(
            verdict.counts,
            Counts {
                passed: 0,
                failed: 1,
                skipped: 0
            }
        );
        assert_eq!(verdict.reasons, ["error[E0560]: no such field"]);
    }

    #[test]
    fn a_suite_without_tests_does_not_pass() {
        let verdict = Verdict::of_suite(Runner::Vitest, &finished(true, "nothing to see\n"));
        assert!(!verdict.is_good());
    }

    #[test]
    fn a_suite_that_skips_a_test_does_not_pass() {
        let verdict = Verdict::of_suite(Runner::Vitest, &finished(true, "Tests  3 passed | 1 skipped (4)\n"));
        assert!(!verdict.is_good());
        assert_eq!(verdict.counts.failed, 0);
    }

    #[test]
    fn the_excerpt_is_the_failing_lines_and_not_the_noise() {
        let output = "test a ... ok\ntest b ... FAILED\nthread 'b' panicked at src/lib.rs:3:5:\nfailures:\n    b\n";
        assert_eq!(
            excerpt(output),
            ["test b ... FAILED", "thread 'b' panicked at src/lib.rs:3:5:"]
        );
    }

    #[test]
    fn an_error_of_the_compiler_comes_with_its_place() {
        let output = "warning: unused\n --> src/a.rs:1:1\nerror[E0560]: no field `stepp`\n --> src/b.rs:3:5\n  |\n";
        assert_eq!(excerpt(output), ["error[E0560]: no field `stepp`", " --> src/b.rs:3:5"]);
    }

    #[test]
    fn an_output_without_telling_lines_shows_its_end() {
        let output: Vec<_> = (0..100).map(|line| format!("line {line}")).collect();
        let shown = excerpt(&output.join("\n"));
        assert_eq!(shown.len(), EXCERPT_LINES);
        assert_eq!(shown.last().map(String::as_str), Some("line 99"));
    }
}

//! `cargo xtask test`: a tier of steps, one after the other, and the summary.
//!
//! Owns the loop and the last words. A failed step does not stop the others: one run tells everything that is wrong.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::counts::Counts;
use crate::setup::{self, Missing, Part};
use crate::steps::{ALL, Step};
use crate::terminal;
use crate::verdict::Verdict;
use crate::workspace::Workspace;

/// A step that ran, or could not.
struct Done {
    step: &'static Step,
    verdict: Verdict,
    took: Duration,
}

/// Prints what there is to run.
pub(crate) fn list() {
    for step in ALL {
        println!("{:<14} {}", step.name, step.about);
    }
}

/// Runs the named steps, or all; tells whether everything passed.
pub(crate) fn run(workspace: &Workspace, only: &[String], may_install: bool) -> Result<bool> {
    let steps = select(only)?;
    let missing = setup::prepare(workspace, &needs(&steps), may_install);
    let started = Instant::now();
    let mut done = Vec::new();
    for (index, step) in steps.iter().copied().enumerate() {
        let heading = format!("[{}/{}] {}: {}", index + 1, steps.len(), step.name, step.about);
        println!("\n{}", terminal::bold(&heading));
        let begun = Instant::now();
        let verdict = attempt(workspace, step, &missing);
        let took = begun.elapsed();
        println!("{} {} after {}", mark(&verdict), step.name, shown(took));
        done.push(Done { step, verdict, took });
    }
    print_summary(&done, started.elapsed());
    Ok(done.iter().all(|done| done.verdict.is_good()))
}

fn select(only: &[String]) -> Result<Vec<&'static Step>> {
    if let Some(unknown) = only.iter().find(|name| ALL.iter().all(|step| step.name != **name)) {
        let known: Vec<_> = ALL.iter().map(|step| step.name).collect();
        bail!("there is no step {unknown:?}; the steps are {}", known.join(", "));
    }
    Ok(ALL
        .iter()
        .filter(|step| only.is_empty() || only.iter().any(|name| name == step.name))
        .collect())
}

/// What the chosen steps need together, so that one step does not install another's browser.
fn needs(steps: &[&Step]) -> Vec<Part> {
    let is_needed = |part: &&Part| steps.iter().any(|step| step.needs.contains(part));
    Part::ALL.iter().filter(is_needed).copied().collect()
}

fn attempt(workspace: &Workspace, step: &Step, missing: &[Missing]) -> Verdict {
    let lacking: Vec<_> = missing
        .iter()
        .filter(|missing| step.needs.contains(&missing.part))
        .map(|missing| format!("{} is missing: {}", missing.part.name(), missing.remedy))
        .collect();
    if !lacking.is_empty() {
        return Verdict::of_findings(lacking);
    }
    (step.run)(workspace).unwrap_or_else(|error| Verdict::of_error(&error))
}

fn print_summary(done: &[Done], took: Duration) {
    for failed in done.iter().filter(|done| !done.verdict.is_good()) {
        println!(
            "\n{} (again: cargo xtask test --only {})",
            terminal::bad(failed.step.name),
            failed.step.name
        );
        for reason in &failed.verdict.reasons {
            println!("    {reason}");
        }
    }
    println!(
        "\n{}",
        terminal::bold("step            result   passed   failed  skipped       time")
    );
    for Done { step, verdict, took } in done {
        let Counts {
            passed,
            failed,
            skipped,
        } = verdict.counts;
        let result = mark(verdict);
        println!(
            "{:<14}  {result} {passed:>8} {failed:>8} {skipped:>8} {:>10}",
            step.name,
            shown(*took)
        );
    }
    println!("{:<14}         {:>38}", "all", shown(took));
    let all: Counts = done.iter().map(|done| done.verdict.counts).sum();
    println!("{} passed, {} failed", all.passed, all.failed);
}

fn mark(verdict: &Verdict) -> String {
    if verdict.is_good() {
        terminal::good("ok    ")
    } else {
        terminal::bad("FAILED")
    }
}

fn shown(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds < 60 {
        format!("{:.1} s", took.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_steps_are_unique() {
        let mut names: Vec<_> = ALL.iter().map(|step| step.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn a_chosen_step_brings_only_its_own_needs() {
        let steps = select(&["fmt".to_owned()]).unwrap();
        assert_eq!(needs(&steps), [Part::RustTools]);
    }

    #[test]
    fn an_unknown_step_is_refused_with_the_names_of_the_known() {
        let error = select(&["clipy".to_owned()]).err().unwrap().to_string();
        assert!(error.contains("\"clipy\"") && error.contains("clippy, "), "{error}");
    }

    #[test]
    fn times_are_read_at_a_glance() {
        assert_eq!(shown(Duration::from_millis(640)), "0.6 s");
        assert_eq!(shown(Duration::from_secs(125)), "2 min 05 s");
    }
}

//! What the terminal shows of a run: a line for each step that decides or makes something, and where to look. It
//! decides nothing, and a terminal that has gone away stops nothing.

use std::fmt::Arguments;
use std::io::{Write as _, stdout};
use std::time::Instant;

use event_core::truncate;
use examples::research_agent::{Action, Report, StepReport};

use super::args::Args;

/// How much of a goal and of a result a line shows, in bytes.
const SHOWN_BYTES: usize = 90;

/// Lines on standard output.
pub(crate) struct Terminal {
    started: Instant,
    page: Option<String>,
}

impl Terminal {
    /// A terminal that sends its readers to `page`, if there is one.
    pub(crate) fn new(page: Option<&str>) -> Self {
        Self {
            started: Instant::now(),
            page: page.map(str::to_owned),
        }
    }

    pub(crate) fn begin(&self, args: &Args) {
        say(format_args!("question  {}", args.question));
        match &args.model {
            Some(model) => say(format_args!("model     {model}")),
            None => say(format_args!(
                "model     offline, needs no key (a real one: --model NAME)"
            )),
        }
        if args.faults().share() > 0.0 {
            let percent = args.faults().share() * 100.0;
            say(format_args!("faults    {percent:.0} % on purpose (none: --faults 0)"));
        }
        if let Some(page) = &self.page {
            say(format_args!("watch     {page}"));
        }
        say(format_args!(""));
    }

    pub(crate) fn step(&self, step: &StepReport<'_>) {
        let outcome = match (step.action, step.outcome) {
            (Action::Plan | Action::Execute, Ok(Some(summary))) => shown(first_line(summary)),
            // The rest keeps the books, or gathers what was shown.
            (_, Ok(_)) => return,
            (_, Err(error)) => format!("FAILED: {error}"),
        };
        let seconds = self.started.elapsed().as_secs_f64();
        let (number, action) = (step.step, step.action.name());
        say(format_args!(
            "{seconds:>5.1} s  {number:>3}  {:<5} {action:<8} {}",
            step.nid,
            shown(step.goal)
        ));
        say(format_args!("{:>29}{outcome}", "→ "));
    }

    pub(crate) fn end(&self, args: &Args, report: &Report) {
        let totals = report.totals;
        say(format_args!("\nreport    {}", args.out.join("report.md").display()));
        say(format_args!(
            "          {} steps, {} model calls, {} tool calls, {} tokens, {}",
            totals.steps,
            totals.llm_calls,
            totals.tool_calls,
            totals.token_usage.total_tokens,
            cost(report)
        ));
        if let Some(page) = &self.page {
            say(format_args!("watch     {page}  (until Ctrl-C)"));
        }
    }

    pub(crate) fn stopped(&self) {
        let seconds = self.started.elapsed().as_secs_f64();
        say(format_args!("\nstopped after {seconds:.1} s; no report was written"));
    }
}

fn cost(report: &Report) -> String {
    match (report.totals.cost, report.price()) {
        (Some(cost), Some(price)) => format!("about ${cost:.3} at the price of {}", price.model),
        _ => "at a price that is not known (--prices)".to_owned(),
    }
}

/// A line. Whoever read it may be gone (`| head`), which is no reason to end a run.
fn say(line: Arguments<'_>) {
    let _ = writeln!(stdout(), "{line}");
}

fn first_line(text: &str) -> &str {
    text.lines()
        .find(|line| !line.starts_with('#') && !line.is_empty())
        .unwrap_or(text)
}

fn shown(text: &str) -> String {
    let beginning = truncate(text, SHOWN_BYTES);
    let ellipsis = if beginning.len() < text.len() { "…" } else { "" };
    format!("{beginning}{ellipsis}")
}

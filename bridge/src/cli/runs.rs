//! `event-bridge runs`. Owns the table; what a run's summary counts is the library's.

use std::io::{Write as _, stdout};
use std::process::ExitCode;

use clap::Args;
use event_bridge::client::RunSummary;

use super::source::SourceArgs;
use super::tail::event::duration;
use super::tail::style::{Color, Paint, Style, harmless};

pub(super) const EXAMPLES: &str = "\
Examples:
  event-bridge runs                                      # of the stream in Redis, the one heard of last first
  event-bridge runs --bridge http://127.0.0.1:9999
  event-bridge runs --json | jq -r 'select(.status == \"error\") | .run_id'";

const MAX_NAME_CHARS: usize = 60;
const HEADER: [&str; 9] = [
    "RUN", "STATUS", "STARTED", "DURATION", "EVENTS", "ERRORS", "TOKENS", "COST", "NAME",
];

#[derive(Args)]
pub(super) struct Runs {
    /// A JSON object a line
    #[arg(long)]
    json: bool,
    #[arg(
        long,
        value_enum,
        default_value_t = Color::Auto,
        help = "Colours: auto has them on a terminal, unless NO_COLOR is set"
    )]
    color: Color,
    #[command(flatten)]
    source: SourceArgs,
}

impl Runs {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let runs = runtime.block_on(self.source.runs())?;
        let text = if self.json {
            let mut text = String::new();
            for run in &runs {
                text.push_str(&serde_json::to_string(run)?);
                text.push('\n');
            }
            text
        } else {
            table(&runs, Style::new(self.color))
        };
        stdout().write_all(text.as_bytes())?;
        if runs.is_empty() && !self.json {
            eprintln!("event-bridge: there is no run in the stream");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn table(runs: &[RunSummary], style: Style) -> String {
    if runs.is_empty() {
        return String::new();
    }
    let rows: Vec<_> = runs.iter().map(row).collect();
    let header = HEADER.map(str::to_owned);
    let widths: Vec<_> = (0..HEADER.len())
        .map(|column| {
            let cells = rows.iter().chain([&header]).map(|row| row[column].chars().count());
            cells.max().unwrap_or_default()
        })
        .collect();
    let mut text = String::new();
    for (at, row) in [&header].into_iter().chain(&rows).enumerate() {
        let cells: Vec<_> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| match column {
                1 if at > 0 => style.paint(paint(cell), &format!("{cell:width$}")),
                3..=7 => format!("{cell:>width$}"),
                8 => cell.clone(),
                _ => format!("{cell:width$}"),
            })
            .collect();
        let line = cells.join("  ");
        let line = if at == 0 { style.paint(Paint::Dim, &line) } else { line };
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn row(run: &RunSummary) -> [String; HEADER.len()] {
    let question = run
        .question
        .as_ref()
        .map_or(String::new(), |question| format!(": {question}"));
    [
        harmless(&run.run_id, MAX_NAME_CHARS),
        run.status
            .as_ref()
            .map_or("-".to_owned(), |status| harmless(status, MAX_NAME_CHARS)),
        harmless(run.started.get(..19).unwrap_or(&run.started), MAX_NAME_CHARS),
        run.duration.map_or("-".to_owned(), duration),
        run.events.to_string(),
        run.errors.to_string(),
        run.tokens.to_string(),
        format!("{:.4}", run.cost),
        harmless(&format!("{}{question}", run.name), MAX_NAME_CHARS),
    ]
}

fn paint(status: &str) -> Paint {
    match status {
        "ok" | "returned" => Paint::Good,
        "running" => Paint::Name,
        "-" => Paint::Dim,
        _ => Paint::Bad,
    }
}

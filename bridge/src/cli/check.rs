//! `event-bridge check`. Owns where the events come from and how findings are shown; the rules are the library's.

use std::fs::File;
use std::io::{BufReader, Write as _, stdin, stdout};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use event_bridge::__private::line;
use event_bridge::check::{self, Checker, Report, Rules};
use event_bridge::client::{Client, Item, State};

use super::log::LogArgs;

pub(super) const EXAMPLES: &str = "\
Examples:
  event-bridge check                       # the stream agent_events of Redis at localhost
  event-bridge check my_stream             # another stream
  event-bridge check run.ndjson            # a recording
  event-bridge check http://127.0.0.1:9999 # what a bridge serves
  event-bridge check --complete run.ndjson # of runs that are over, and whole
  curl -s 'http://127.0.0.1:9999/api/events?limit=10000' | event-bridge check -

Exit codes: 0 nothing is wrong, 1 something is, 2 it could not be checked.";

/// 1 is said of what was checked.
const FINDINGS: u8 = 1;

#[derive(Args)]
pub(super) struct Check {
    /// A recording, - for the standard input, the address of a bridge, or the key of a stream in Redis
    #[arg(value_name = "STREAM|FILE|URL|-")]
    subject: Option<String>,
    /// Demand whole runs: what is cut off, or still open, is wrong as well
    #[arg(long)]
    complete: bool,
    /// Let spans begin after their parent ended, as tasks do that nobody waits for
    #[arg(long)]
    detached: bool,
    /// One JSON object instead of sentences
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    log: LogArgs,
}

impl Check {
    pub(super) fn run(mut self) -> anyhow::Result<ExitCode> {
        let mut rules = Rules::default();
        if self.complete {
            rules = rules.complete();
        }
        if self.detached {
            rules = rules.detached();
        }
        let report = match self.subject.take() {
            Some(subject) if subject == "-" => check::recording(stdin().lock(), rules)?,
            Some(subject) if Path::new(&subject).is_file() => recording(Path::new(&subject), rules)?,
            Some(url) if url.starts_with("http://") || url.starts_with("https://") => bridge(&url, rules)?,
            Some(subject) if is_path(&subject) => {
                bail!("{subject}: there is no such file; if it is the key of a stream, say --stream {subject}")
            }
            subject => {
                self.log.stream = subject.or(self.log.stream);
                self.stream(rules)?
            }
        };
        self.show(&report)?;
        Ok(if report.is_clean() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(FINDINGS)
        })
    }

    fn stream(&self, rules: Rules) -> anyhow::Result<Report> {
        let log = self.log.open()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let report = runtime.block_on(check::log(&log, rules))?;
        if report.events == 0 {
            let config = self.log.config()?;
            bail!(
                "the stream {:?} of {} is empty; name another one, or a recording that exists",
                config.stream,
                config.address()
            );
        }
        Ok(report)
    }

    fn show(&self, report: &Report) -> anyhow::Result<()> {
        let text = if self.json {
            serde_json::to_string(report)?
        } else {
            report.to_string()
        };
        writeln!(stdout(), "{text}").context("the findings can't be written")
    }
}

/// All that the bridge has now.
fn bridge(url: &str, rules: Rules) -> anyhow::Result<Report> {
    let mut client = Client::builder(url).after("0").build()?;
    let mut checker = Checker::new(rules);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        loop {
            let item = client.next().await?;
            if let Some(line) = line(&item) {
                checker.line(line.trim_end().as_bytes());
            }
            match &item {
                Item::State(State::CaughtUp) => return Ok(checker.finish()),
                Item::State(state @ (State::Disconnected { .. } | State::LogUnreachable { .. })) => {
                    bail!("{url} can't be checked: {state}")
                }
                _ => {}
            }
        }
    })
}

fn recording(path: &Path, rules: Rules) -> anyhow::Result<Report> {
    let read = || check::recording(BufReader::new(File::open(path)?), rules);
    read().with_context(|| format!("{} can't be read", path.display()))
}

/// Nobody calls a stream so.
fn is_path(subject: &str) -> bool {
    let extension = Path::new(subject).extension().and_then(|extension| extension.to_str());
    subject.contains('/') || matches!(extension, Some("ndjson" | "jsonl" | "json"))
}

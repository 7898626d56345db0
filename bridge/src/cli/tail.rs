//! `event-bridge tail`. Owns the way from items to lines on a terminal or in a pipe, and when a run that is followed is
//! over.

pub(super) mod event;
mod run_end;
pub(super) mod style;
mod tree;

use std::io::{Write as _, stdout};
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use event_bridge::client::{Item, State};
use tokio::time::timeout;

use self::event::Shown;
use self::run_end::{End, RunEnd};
use self::style::{Color, Style};
use self::tree::Tree;
use super::source::{Notices, Selection, Source, SourceArgs};
use super::{reader, signals};

pub(super) const EXAMPLES: &str = "\
Examples:
  event-bridge tail                                  # what happens from now on
  event-bridge tail --tail 20 --outcome error        # the latest failures, and those to come
  event-bridge tail --run latest --tree              # a run as a tree, to its end
  event-bridge tail --since 10m --json | jq .type    # as stored, one event a line
  event-bridge tail --bridge http://127.0.0.1:9999   # over a bridge instead of Redis

With --run and no other filter it follows the run from its start and ends with it.

Exit codes: 0 the run that was followed ended well, or Ctrl-C; 1 it failed, or was lost;
2 it could not be followed; 130 Ctrl-C before the run that was followed had ended.";

/// After so long without a word it is asked whether the run still lives.
const SILENCE: Duration = Duration::from_secs(5);
const RUN_FAILED: u8 = 1;
const INTERRUPTED: u8 = 130;

#[derive(Args)]
pub(super) struct Tail {
    /// Indent what happens inside a span
    #[arg(long)]
    tree: bool,
    /// The events as they are stored, one a line
    #[arg(long, conflicts_with = "tree")]
    json: bool,
    #[arg(
        long,
        value_enum,
        default_value_t = Color::Auto,
        help = "Colours: auto has them on a terminal, unless NO_COLOR is set"
    )]
    color: Color,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    source: SourceArgs,
}

impl Tail {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let follows = self.selection.is_of_runs();
            let mut stopped = pin!(signals::stopped()?);
            tokio::select! {
                code = self.follow() => code,
                () = reader::gone() => Ok(ExitCode::SUCCESS),
                () = &mut stopped => Ok(if follows { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS }),
            }
        })
    }

    async fn follow(mut self) -> anyhow::Result<ExitCode> {
        self.source.name_latest(&mut self.selection).await?;
        let mut ends: Vec<_> = if self.selection.is_of_runs() {
            self.selection.run.iter().map(|run| RunEnd::new(run)).collect()
        } else {
            Vec::new()
        };
        if !ends.is_empty() && !self.selection.begins() {
            self.selection.after = Some("0".to_owned());
        }
        let mut source = self.source.open(&self.selection)?;
        let mut printer = Printer::new(&self);
        loop {
            let Ok(item) = timeout(SILENCE, source.next()).await else {
                self.ask_after(&mut ends).await;
                if let Some(code) = over(&ends) {
                    return Ok(code);
                }
                continue;
            };
            let item = item?;
            printer.print(&item)?;
            match &item {
                Item::Event(event) => {
                    for end in &mut ends {
                        end.observe(event.json());
                    }
                }
                Item::State(State::CaughtUp) => waits_for(&ends, &source),
                _ => {}
            }
            if let Some(code) = over(&ends) {
                return Ok(code);
            }
        }
    }

    /// Whether a process that fell silent was lost. If that can't be told now, it is asked again.
    async fn ask_after(&self, ends: &mut [RunEnd]) {
        if ends.is_empty() {
            return;
        }
        let runs = self.source.runs().await.unwrap_or_default();
        for end in ends {
            end.is_told(runs.iter().find(|run| run.run_id == end.run));
        }
    }
}

/// All runs that are followed are over.
fn over(ends: &[RunEnd]) -> Option<ExitCode> {
    if ends.is_empty() || ends.iter().any(|end| end.end.is_none()) {
        return None;
    }
    for end in ends.iter().filter(|end| end.end == Some(End::Lost)) {
        eprintln!(
            "event-bridge: run {} was lost: its process gives no sign of life",
            end.run
        );
    }
    let is_well = ends.iter().all(|end| end.end == Some(End::Well));
    Some(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(RUN_FAILED)
    })
}

/// Says so if there is nothing of a run.
fn waits_for(ends: &[RunEnd], source: &Source) {
    let place = match source {
        Source::Bridge(_) => "the bridge",
        Source::Log(_) => "the stream",
    };
    for end in ends.iter().filter(|end| !end.has_begun()) {
        eprintln!("event-bridge: {place} has nothing of run {} yet, waiting", end.run);
    }
}

/// Writes items: events to stdout, everything else to stderr.
struct Printer {
    is_json: bool,
    tree: Option<Tree>,
    style: Style,
    notices: Notices,
}

impl Printer {
    fn new(tail: &Tail) -> Self {
        Self {
            is_json: tail.json,
            tree: tail.tree.then(Tree::default),
            style: Style::new(tail.color),
            notices: Notices::default(),
        }
    }

    fn print(&mut self, item: &Item) -> std::io::Result<()> {
        if let Some(notice) = self.notices.of(item) {
            eprintln!("event-bridge: {notice}");
        }
        let Item::Event(event) = item else { return Ok(()) };
        // A line at a time, whatever stdout is.
        if self.is_json {
            return writeln!(stdout(), "{}", event.json());
        }
        let shown = Shown::read(event.json());
        let depth = self.tree.as_mut().map_or(0, |tree| tree.depth(&shown));
        writeln!(stdout(), "{}", shown.line(depth, self.style))
    }
}

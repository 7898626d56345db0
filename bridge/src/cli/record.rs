//! `event-bridge record`. Owns the file: whole lines only, whatever ends the recording, and going on where it ended.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, IsTerminal as _, Write as _, stderr};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;
use event_bridge::__private::{Resumed, line};
use event_bridge::client::{Item, State};
use tokio::time::timeout;

use super::signals;
use super::source::{Notices, Selection, SourceArgs};

pub(super) const EXAMPLES: &str = "\
Examples:
  event-bridge record run.ndjson                      # all there is, and what comes, until Ctrl-C
  event-bridge record --no-follow today.ndjson --since 1d
  event-bridge record errors.ndjson --outcome error --bridge http://127.0.0.1:9999
  event-bridge record run.ndjson                      # once more: goes on where it ended

A line is an event with its cursor; a gap has a line of its own.";

/// How long lines may wait to be written together.
const GATHER: Duration = Duration::from_millis(100);
const PROGRESS: Duration = Duration::from_millis(500);

#[derive(Args)]
pub(super) struct Record {
    /// The file; one that holds a recording is gone on with
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Stop when everything there is was recorded
    #[arg(long)]
    no_follow: bool,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    source: SourceArgs,
}

impl Record {
    pub(super) fn run(mut self) -> anyhow::Result<ExitCode> {
        let mut recorder = Recorder::open(&self.file)?;
        match recorder.cursor.take() {
            Some(_) if self.selection.begins() => bail!(
                "{} holds a recording, which is gone on with behind its last event; leave out --after, --tail and --since, or name another file",
                self.file.display()
            ),
            Some(cursor) => self.selection.after = Some(cursor),
            None if !self.selection.begins() => self.selection.after = Some("0".to_owned()),
            None => {}
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let end = runtime.block_on(async {
            let mut stopped = pin!(signals::stopped()?);
            tokio::select! {
                end = self.record(&mut recorder) => end,
                () = &mut stopped => Ok(()),
            }
        });
        let closed = recorder.close();
        end?;
        closed?;
        Ok(ExitCode::SUCCESS)
    }

    async fn record(&mut self, recorder: &mut Recorder) -> anyhow::Result<()> {
        self.source.name_latest(&mut self.selection).await?;
        let mut source = self.source.open(&self.selection)?;
        let mut notices = Notices::default();
        loop {
            let Ok(item) = timeout(GATHER, source.next()).await else {
                recorder.flush()?;
                continue;
            };
            let item = item?;
            recorder.add(&item)?;
            if let Some(notice) = notices.of(&item) {
                recorder.say(&notice);
            }
            if self.no_follow && matches!(item, Item::State(State::CaughtUp)) {
                return Ok(());
            }
        }
    }
}

/// A recording in the making.
struct Recorder {
    path: PathBuf,
    file: BufWriter<File>,
    /// Behind what is there already.
    cursor: Option<String>,
    before: u64,
    events: u64,
    bytes: usize,
    shown: Option<Instant>,
    shows_progress: bool,
}

impl Recorder {
    fn open(path: &Path) -> anyhow::Result<Self> {
        let failed = || format!("{} can't be recorded into", path.display());
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .with_context(failed)?;
        if file.try_lock().is_err() {
            bail!(
                "{} is recorded into already; stop the other one, or name another file",
                path.display()
            );
        }
        let resumed = Resumed::read(BufReader::new(&file)).with_context(failed)?;
        if resumed.torn_bytes > 0 {
            eprintln!(
                "event-bridge: the last line of {} was torn, {} bytes are cut off; its event is recorded again",
                path.display(),
                resumed.torn_bytes
            );
            file.set_len(resumed.bytes).with_context(failed)?;
        }
        let mut file = BufWriter::with_capacity(64 * 1024, file);
        if resumed.lacks_line_feed {
            file.write_all(b"\n").with_context(failed)?;
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            cursor: resumed.cursor,
            before: resumed.events,
            events: 0,
            bytes: 0,
            shown: None,
            shows_progress: stderr().is_terminal(),
        })
    }

    fn add(&mut self, item: &Item) -> anyhow::Result<()> {
        let Some(line) = line(item) else { return Ok(()) };
        // A buffer that is written when it is full must not end in the middle of a line.
        if self.file.buffer().len() + line.len() > self.file.capacity() {
            self.flush()?;
        }
        let written = self.file.write_all(line.as_bytes());
        written.with_context(|| self.failed())?;
        self.events += u64::from(matches!(item, Item::Event(_)));
        self.bytes += line.len();
        self.progress();
        Ok(())
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        self.file.flush().with_context(|| self.failed())
    }

    fn failed(&self) -> String {
        format!(
            "{} can't be written; it holds all before, and the same command goes on with it when there is room",
            self.path.display()
        )
    }

    fn progress(&mut self) {
        if self.shows_progress && self.shown.is_none_or(|shown| shown.elapsed() >= PROGRESS) {
            self.shown = Some(Instant::now());
            eprint!("\r{}", self.sum());
        }
    }

    fn sum(&self) -> String {
        let kib = self.bytes / 1024;
        format!(
            "{} events, {kib} KiB recorded into {}",
            self.events,
            self.path.display()
        )
    }

    /// A notice on a line of its own.
    fn say(&self, notice: &str) {
        let clear = if self.shows_progress && self.shown.is_some() {
            "\n"
        } else {
            ""
        };
        eprintln!("{clear}event-bridge: {notice}");
    }

    fn close(mut self) -> anyhow::Result<()> {
        self.flush()?;
        self.file.get_ref().sync_all().with_context(|| self.failed())?;
        let clear = if self.shows_progress && self.shown.is_some() {
            "\r"
        } else {
            ""
        };
        let before = match self.before {
            0 => String::new(),
            before => format!(", behind {before} that it held"),
        };
        eprintln!("{clear}{}{before}", self.sum());
        Ok(())
    }
}

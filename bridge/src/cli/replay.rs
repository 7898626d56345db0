//! `event-bridge replay`. Owns the pace: an event comes as long after the first as it did, divided by the speed.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, IsTerminal as _, stderr};
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use clap::Args;
use event_bridge::__private::{Recorded, Recording, Retime};
use event_bridge::Bridge;
use event_core::Timestamp;
use event_core::log::{Log, MemoryLog};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::log::LogArgs;
use super::signals;

pub(super) const EXAMPLES: &str = "\
Examples:
  event-bridge replay run.ndjson --serve               # watch it at http://127.0.0.1:9999, without Redis
  event-bridge replay run.ndjson --serve --speed 10
  event-bridge replay run.ndjson --to-redis --speed 0  # all at once
  event-bridge replay run.ndjson --to-redis --stream demo --retime

Times and ids stay what they were, unless --retime makes a new run of now of them.

Exit codes: 0 done, or Ctrl-C of --serve; 1 failed; 2 misused; 130 Ctrl-C before all was added to Redis.";

/// How many events are added at once.
const BATCH: usize = 500;
const INTERRUPTED: u8 = 130;
const PROGRESS: Duration = Duration::from_millis(500);

#[derive(Args)]
#[command(group(clap::ArgGroup::new("target").required(true).args(["to_redis", "serve"])))]
pub(super) struct Replay {
    /// The recording: NDJSON, with or without cursors
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Add the events to a stream of Redis
    #[arg(long)]
    to_redis: bool,
    /// Serve the page and the stream from memory, without Redis, until Ctrl-C
    #[arg(long)]
    serve: bool,
    #[arg(
        long,
        value_name = "PORT",
        conflicts_with = "to_redis",
        help = "Port to listen on with --serve; 0 takes any free one [env: WS_PORT] [default: 9999]"
    )]
    port: Option<u16>,
    /// How much faster than it was; 0 waits for nothing
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// As if it happened now: with new times, and new ids of events, runs and spans
    #[arg(long)]
    retime: bool,
    #[command(flatten)]
    log: LogArgs,
}

impl Replay {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let file = File::open(&self.file).with_context(|| format!("{} can't be read", self.file.display()))?;
        let mut recording = Recording::new(BufReader::new(file));
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            let mut stopped = pin!(signals::stopped()?);
            if self.to_redis {
                let log = self.log.open()?;
                return tokio::select! {
                    replayed = self.replay(&mut recording, &log) => replayed.map(|()| ExitCode::SUCCESS),
                    () = &mut stopped => {
                        eprintln!("event-bridge: stopped before the end of the recording");
                        Ok(ExitCode::from(INTERRUPTED))
                    }
                };
            }
            let log = Arc::new(MemoryLog::new(self.file.display().to_string(), 0));
            let bridge = Bridge::builder()
                .port(self.port.map_or_else(event_bridge::port_from_env, Ok)?)
                .log(log.clone())
                .bind()?;
            eprintln!("event-bridge: serving {}", bridge.url());
            let (stop, told) = oneshot::channel::<()>();
            let served = tokio::spawn(bridge.run(async {
                // Dropped, it stops as well.
                let _ = told.await;
            }));
            let work = async {
                self.replay(&mut recording, &*log).await?;
                eprintln!("event-bridge: still serving it; Ctrl-C ends");
                std::future::pending().await
            };
            let replayed = tokio::select! {
                replayed = work => replayed,
                () = &mut stopped => Ok(()),
            };
            drop(stop);
            served.await??;
            replayed.map(|()| ExitCode::SUCCESS)
        })
    }

    async fn replay(&self, recording: &mut Recording<BufReader<File>>, log: &dyn Log) -> anyhow::Result<()> {
        let mut pace = Pace::new(self.speed);
        let mut retime = None;
        let mut batch = Batch::new(log);
        let unreadable = || format!("{} can't be replayed", self.file.display());
        while let Some(recorded) = recording.advance().with_context(unreadable)? {
            let json = match recorded {
                Recorded::Event { json, .. } => json,
                Recorded::Gap { lost } => {
                    let lost = lost.map_or("unknown number of".to_owned(), |lost| lost.to_string());
                    eprintln!("event-bridge: there is a gap in the recording, {lost} events are missing");
                    continue;
                }
            };
            let at = time_of(&json);
            if let Some(wait) = at.and_then(|at| pace.wait_for(at)) {
                batch.send().await?;
                tokio::time::sleep(wait).await;
            }
            let json = match (self.retime, at) {
                (true, Some(at)) => retime
                    .get_or_insert_with(|| Retime::new(at, Timestamp::now()))
                    .event(&json),
                (true, None) if retime.is_some() => retime.map_or(json.clone(), |retime: Retime| retime.event(&json)),
                _ => json,
            };
            batch.add(json).await?;
        }
        batch.send().await?;
        if recording.torn_bytes() > 0 {
            eprintln!(
                "event-bridge: the last line is torn off after {} bytes: it is left out",
                recording.torn_bytes()
            );
        }
        batch.finish();
        if batch.events == 0 {
            bail!("{} holds no event", self.file.display());
        }
        Ok(())
    }
}

/// What is looked at of an event; another producer's may have nothing else.
#[derive(Deserialize)]
struct Timed<'a> {
    #[serde(borrow)]
    ts: Cow<'a, str>,
}

/// When an event happened, if it says so.
fn time_of(json: &str) -> Option<Timestamp> {
    let event: Timed<'_> = serde_json::from_str(json).ok()?;
    event.ts.parse().ok()
}

/// When an event is due.
struct Pace {
    speed: f64,
    began: Option<(Timestamp, Instant)>,
}

impl Pace {
    fn new(speed: f64) -> Self {
        Self { speed, began: None }
    }

    /// How long to wait for what happened at `at`; nothing for what is due.
    fn wait_for(&mut self, at: Timestamp) -> Option<Duration> {
        let (first, began) = *self.began.get_or_insert_with(|| (at, Instant::now()));
        if self.speed == 0.0 {
            return None;
        }
        let since = Duration::from_micros(at.unix_micros.saturating_sub(first.unix_micros));
        let due = Duration::try_from_secs_f64(since.as_secs_f64() / self.speed).ok()?;
        due.checked_sub(began.elapsed()).filter(|wait| !wait.is_zero())
    }
}

/// Events that are added together.
struct Batch<'a> {
    log: &'a dyn Log,
    waiting: Vec<Bytes>,
    events: u64,
    shown: Option<Instant>,
    shows_progress: bool,
}

impl<'a> Batch<'a> {
    fn new(log: &'a dyn Log) -> Self {
        Self {
            log,
            waiting: Vec::new(),
            events: 0,
            shown: None,
            shows_progress: stderr().is_terminal(),
        }
    }

    async fn add(&mut self, json: String) -> anyhow::Result<()> {
        self.waiting.push(json.into());
        if self.waiting.len() >= BATCH {
            self.send().await?;
        }
        Ok(())
    }

    async fn send(&mut self) -> anyhow::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let failed = |before: u64| format!("after {before} events were added");
        let answers = self
            .log
            .append(&self.waiting)
            .await
            .with_context(|| failed(self.events))?;
        for answer in answers {
            answer.with_context(|| failed(self.events))?;
            self.events += 1;
        }
        self.waiting.clear();
        if self.shows_progress && self.shown.is_none_or(|shown| shown.elapsed() >= PROGRESS) {
            self.shown = Some(Instant::now());
            eprint!("\r{} events replayed", self.events);
        }
        Ok(())
    }

    fn finish(&self) {
        let clear = if self.shown.is_some() { "\r" } else { "" };
        eprintln!("{clear}{} events replayed", self.events);
    }
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed >= 0.0 && speed.is_finite() => Ok(speed),
        _ => Err("expected a factor such as 1, 0.5 or 10, or 0 for as fast as can be".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_due_as_long_after_the_first_as_they_were_by_the_speed() {
        let at = |secs: u64| Timestamp {
            unix_micros: secs * 1_000_000,
        };
        let mut pace = Pace::new(2.0);
        assert_eq!(pace.wait_for(at(1000)), None);
        let wait = pace.wait_for(at(3000)).unwrap();
        assert!(
            wait <= Duration::from_secs(1000) && wait > Duration::from_secs(900),
            "{wait:?}"
        );
        // One that was told late is due at once.
        assert_eq!(pace.wait_for(at(900)), None);
        let mut pace = Pace::new(0.0);
        pace.wait_for(at(1000));
        assert_eq!(pace.wait_for(at(3000)), None);
    }

    #[test]
    fn a_speed_is_a_number_from_0_on() {
        assert_eq!((speed("0"), speed("2.5")), (Ok(0.0), Ok(2.5)));
        for text in ["-1", "fast", "NaN", "inf", ""] {
            assert!(speed(text).is_err(), "{text}");
        }
    }
}

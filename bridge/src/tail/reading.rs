//! Reading at the end of the log. Owns following it without a hole: what it reads, and what it could not read, goes into
//! the backlog. It never gives up, never waits for framing as long as there is room, and never asks for `$`, which would
//! lose what is added between two questions.

use std::sync::Arc;
use std::time::{Duration, Instant};

use event_core::log::{Cursor, Direction, Entry, LogError, Page};

use super::backlog::{Backlog, News};
use crate::config::Limits;
use crate::continuity::{self, Continuity};
use crate::history::END;
use crate::pace::Pace;
use crate::page_size::{self, PageSize};
use crate::ring::WINDOW;
use crate::source::Source;

/// So many times as much is asked for at once where the log had more than was asked for: each way there and back takes its
/// time, and what the log gives in one go it can't trim meanwhile.
const RUSH: usize = 8;
const MIN_BACKOFF: Duration = Duration::from_millis(50);
/// Also the pause after a refusal, which somebody must mend.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// See the module's description.
pub(super) struct Reading {
    source: Arc<Source>,
    backlog: Arc<Backlog>,
    /// How long one read waits for new entries.
    patience: Duration,
    /// How much of the log is read at the start: what the ring takes, and enough to know what is repeated in it.
    warm_up_bytes: usize,
    warm_up_entries: usize,
    /// The last entry read; none before the log was reached.
    cursor: Option<Cursor>,
    /// The log may have changed unseen: the next read is a page.
    must_check: bool,
    size: PageSize,
    pace: Pace,
    backoff: Duration,
}

impl Reading {
    pub(super) fn new(source: Arc<Source>, backlog: Arc<Backlog>, limits: &Limits) -> Self {
        Self {
            source,
            backlog,
            patience: limits.patience,
            warm_up_bytes: limits.ring_bytes,
            warm_up_entries: limits.ring_entries.max(WINDOW),
            cursor: None,
            must_check: false,
            size: PageSize::default(),
            pace: Pace::default(),
            backoff: MIN_BACKOFF,
        }
    }

    /// Follows the log for ever.
    pub(super) async fn run(mut self) {
        loop {
            let is_cold = self.cursor.is_none();
            match self.step().await {
                Ok(()) => {
                    if is_cold {
                        // Whoever hears that the log answers finds in the ring what it holds.
                        self.backlog.empty().await;
                    }
                    self.source.health.answered();
                    self.backoff = MIN_BACKOFF;
                }
                Err(error) => {
                    self.source.health.failed(&error);
                    self.must_check = true;
                    tokio::time::sleep(self.pause(&error)).await;
                }
            }
        }
    }

    /// Takes in what comes next; waits for it, but not for ever.
    pub(super) async fn step(&mut self) -> Result<(), LogError> {
        match self.cursor {
            None => self.warm_up().await,
            Some(cursor) => self.follow(cursor).await,
        }
    }

    /// Reads the newest part of the log, and stands at its end.
    async fn warm_up(&mut self) -> Result<(), LogError> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut bytes = 0;
        let mut oldest = END;
        let mut head = None;
        while bytes < self.warm_up_bytes && entries.len() < self.warm_up_entries {
            let page = self
                .source
                .history
                .older(oldest, self.warm_up_entries - entries.len())
                .await?;
            head.get_or_insert(page.info.head());
            let Some(entry) = page.entries.last() else { break };
            oldest = entry.cursor();
            bytes += page.entries.iter().map(page_size::bytes).sum::<usize>();
            entries.extend(page.entries);
        }
        entries.reverse();
        let head = head.unwrap_or_default();
        if head.ordinal.is_none() {
            tracing::warn!(
                "the log does not count its entries (Redis does since 7.0): gaps will be told without a number"
            );
        }
        let base = entries.first().map_or(head, |first| continuity::before(first.cursor()));
        let end = entries.last().map_or(head, Entry::cursor);
        self.backlog.add(News::Restart(base, entries)).await;
        self.cursor = Some(end);
        Ok(())
    }

    async fn follow(&mut self, cursor: Cursor) -> Result<(), LogError> {
        let limit = self.size.entries() * if self.must_check { RUSH } else { 1 };
        let page = self.next(cursor, limit).await?;
        self.must_check = false;
        match Continuity::of(cursor, &page) {
            Continuity::Unbroken => {}
            Continuity::Gap(gap) => {
                self.source.metrics.ingest.gaps.add(1);
                self.source.metrics.ingest.lost.add(gap.lost.unwrap_or(0));
                tracing::warn!(after = %gap.after, lost = gap.lost, "entries were trimmed before they could be read");
                self.restart(gap.first.map_or(page.info.head(), continuity::before))
                    .await;
            }
            Continuity::Rewound => {
                self.rewind(cursor, page.info.head()).await;
                return Ok(());
            }
        }
        // Behind a full page there is more, which need not be waited for.
        self.must_check = page.entries.len() >= limit;
        self.take(page.entries).await;
        Ok(())
    }

    /// What comes next, at once if it is there already, and with the state of the log to which it belongs.
    async fn next(&mut self, cursor: Cursor, limit: usize) -> Result<Page, LogError> {
        let log = self.source.log.clone();
        let pause = self.pace.pause(Instant::now());
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
        if pause.is_none() && !self.must_check {
            let page = log.follow(cursor, limit, self.patience).await?;
            if !is_in_doubt(&page) {
                return Ok(page);
            }
        }
        log.page(cursor, Direction::Forward, limit).await
    }

    /// The log is another one: follows it from its start.
    async fn rewind(&mut self, cursor: Cursor, head: Cursor) {
        tracing::warn!(%cursor, %head, "the log was deleted or restored: starting from its beginning");
        self.source.metrics.ingest.resets.add(1);
        self.backlog.add(News::Rewound).await;
        self.cursor = Some(Cursor::START);
        self.must_check = true;
    }

    async fn restart(&mut self, base: Cursor) {
        self.backlog.add(News::Restart(base, Vec::new())).await;
        self.cursor = Some(base);
    }

    async fn take(&mut self, mut entries: Vec<Entry>) {
        self.size.learn(&entries);
        let clients = self.source.ring.readers();
        self.pace.read(entries.len(), clients, self.must_check, Instant::now());
        // In pieces, each of which is framed in a moment.
        let piece = self.size.entries();
        while let Some(end) = entries.get(..piece).unwrap_or(&entries).last().map(Entry::cursor) {
            let rest = entries.split_off(piece.min(entries.len()));
            self.backlog.add(News::Entries(entries)).await;
            self.cursor = Some(end);
            entries = rest;
        }
    }

    /// How long to wait before the next attempt: longer each time, and not the same for all bridges.
    fn pause(&mut self, error: &LogError) -> Duration {
        if !error.is_retryable() {
            return MAX_BACKOFF;
        }
        let pause = self.backoff.mul_f64(0.5 + fastrand::f64() / 2.0);
        self.backoff = (self.backoff * 2).min(MAX_BACKOFF);
        pause
    }
}

/// More came between the look at the entries and that at the log, so that nobody can tell whether these follow what was
/// seen before: they may be of a log that has come in its place.
fn is_in_doubt(page: &Page) -> bool {
    let (Some(first), Some(last)) = (page.entries.first(), page.entries.last()) else {
        return false;
    };
    page.info.is_exact && page.info.last != last.id && page.info.first != Some(first.id)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use event_core::log::{Log as _, MemoryLog};

    use super::*;

    #[tokio::test]
    async fn what_is_behind_reads_more_at_a_time_and_gives_it_in_pieces() {
        let log = Arc::new(MemoryLog::new("events", 0));
        let limits = Limits::default();
        let source = Arc::new(Source::new(log.clone(), &limits));
        let backlog = Arc::<Backlog>::default();
        let mut reading = Reading::new(source, backlog.clone(), &limits);
        reading.step().await.unwrap();
        let count = 6000;
        log.append(&vec![Bytes::from_static(br#"{"type":"a"}"#); count])
            .await
            .unwrap();
        let mut steps = 0;
        while reading.cursor.unwrap().ordinal != Some(count as u64) {
            reading.step().await.unwrap();
            steps += 1;
        }
        assert!(steps <= 6, "{steps}");
        let (mut pieces, mut given) = (Vec::new(), 0);
        while given < count {
            let frame = |news: &News| {
                if let News::Entries(entries) = news {
                    pieces.push(entries.len());
                    given += entries.len();
                }
            };
            backlog.frame_next(frame).await;
        }
        assert!(pieces.iter().all(|piece| *piece <= 1024), "{pieces:?}");
    }
}

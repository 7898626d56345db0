//! What becomes of what was read. Owns the way of the backlog into the ring and the summaries of runs; it asks the log
//! nothing.

use std::sync::Arc;

use event_core::Timestamp;
use event_core::log::Entry;

use super::backlog::{Backlog, News};
use crate::page_size;
use crate::ring::{self, Block, Seen};
use crate::source::Source;

/// See the module's description.
pub(super) struct Framing {
    source: Arc<Source>,
    backlog: Arc<Backlog>,
    seen: Seen,
}

impl Framing {
    pub(super) fn new(source: Arc<Source>, backlog: Arc<Backlog>) -> Self {
        Self {
            source,
            backlog,
            seen: Seen::default(),
        }
    }

    /// Frames what is read, for ever.
    pub(super) async fn run(mut self) {
        loop {
            self.step().await;
            // In a rush there is always more, and others have work to do as well.
            tokio::task::yield_now().await;
        }
    }

    /// Takes in what was read next; waits for it.
    pub(super) async fn step(&mut self) {
        let backlog = self.backlog.clone();
        backlog.frame_next(|news| self.take(news)).await;
    }

    fn take(&mut self, news: &News) {
        match news {
            News::Entries(entries) => {
                let blocks = self.frame(entries);
                self.source.ring.push(blocks);
            }
            News::Restart(base, entries) => {
                let blocks = self.frame(entries);
                // Before: whoever waits for the ring is then told how the log is.
                self.source.health.answered();
                self.source.ring.restart(*base, blocks);
            }
            News::Rewound => {
                self.source.history.reset();
                self.source.runs().clear();
                self.source.ring.reset();
                self.seen = Seen::default();
            }
        }
    }

    fn frame(&mut self, entries: &[Entry]) -> Vec<Arc<Block>> {
        let mut events = 0;
        let blocks = {
            let mut runs = self.source.runs();
            ring::frame(entries, &mut self.seen, |entry, event| {
                events += 1;
                runs.observe(entry.cursor(), event);
            })
        };
        self.count(entries, events, &blocks);
        blocks
    }

    fn count(&self, entries: &[Entry], events: usize, blocks: &[Arc<Block>]) {
        let ingest = &self.source.metrics.ingest;
        let shown: usize = blocks.iter().map(|block| block.len()).sum();
        ingest.events.add(events as u64);
        ingest.invalid.add(shown.saturating_sub(events) as u64);
        ingest
            .bytes
            .add(entries.iter().map(page_size::bytes).sum::<usize>() as u64);
        if let Some(newest) = entries.last() {
            ingest
                .age_ms
                .set(Timestamp::now().unix_ms().saturating_sub(newest.id.ms));
        }
    }
}

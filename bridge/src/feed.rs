//! One client's way through the log: a cursor, and what comes after it. Owns the promise that a client gets
//! everything the log still holds, in order, and is told of what it cannot get. A cursor inside the ring is served
//! from the ring, any other from the log; no queue stands between, so a slow client costs nothing and delays nobody.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use event_core::Timestamp;
use event_core::log::{Cursor, EntryId, Gap, LogError};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::continuity::{self, Continuity};
use crate::ring::{Block, Head, Place, Slice};
use crate::source::Source;

/// How long a client's `hello` waits for a log that was not reached yet.
const COLD_PATIENCE: Duration = Duration::from_secs(1);
/// How long a reader waits for the tail to notice what it has noticed itself: twice as long as the tail waits for news, unless
/// that was set otherwise.
const NOTICE: Duration = Duration::from_secs(10);
/// How long a reader waits before it asks a log again that did not answer.
const STALL: Duration = Duration::from_millis(500);

/// Where a client wants to begin.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    /// With what comes from now on.
    Now,
    /// With the newest so many entries.
    Last(usize),
    /// With entries added at this unix time in milliseconds, or later.
    Since(u64),
    /// After the entry it has seen last.
    After(Cursor),
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum Step {
    Entries(Slice),
    /// Entries are gone; what comes next lies behind the gap.
    Gap(Gap),
    /// The log is not the one `before` belongs to; what comes next is from its start.
    Reset {
        before: Cursor,
    },
    /// Nothing yet.
    CaughtUp,
    /// Nothing, because the log does not answer.
    Stalled(LogError),
    /// Nothing, because the log has not been reached since the bridge started.
    Cold,
}

/// See the module's description.
pub(crate) struct Feed {
    source: Arc<Source>,
    position: Position,
    epoch: u64,
    head: watch::Receiver<Head>,
    /// What is left of the page being read: at most one page.
    page: VecDeque<Arc<Block>>,
    /// What was last found was nothing, so that there is something to wait for.
    is_waiting: bool,
    is_stalled: bool,
}

#[derive(Clone, Copy, Debug)]
enum Position {
    /// Not found yet, since the log has not been reached.
    Wanted(Start),
    At(Cursor),
}

impl Feed {
    /// A feed that begins at `start`; now is the moment of this call.
    pub(crate) fn new(source: Arc<Source>, start: Start) -> Self {
        let head = source.ring.head();
        let position = match start {
            Start::Now if head.is_warm => Position::At(head.cursor),
            Start::Now => Position::Wanted(Start::Since(Timestamp::now().unix_ms())),
            start => Position::Wanted(start),
        };
        Self {
            position,
            epoch: head.epoch,
            head: source.ring.watch(),
            source,
            page: VecDeque::new(),
            is_waiting: false,
            is_stalled: false,
        }
    }

    /// Finds its place, and so a cursor to resume from even before the first event. Gives up after a moment, if the
    /// log cannot be reached; the place is then found later.
    pub(crate) async fn open(&mut self) {
        let found = timeout(COLD_PATIENCE, async {
            while !self.head.borrow_and_update().is_warm {
                if self.head.changed().await.is_err() {
                    return Ok(());
                }
            }
            self.locate().await.map(|_| ())
        });
        if let Ok(Err(error)) = found.await {
            tracing::debug!(%error, "a client's place is not found yet");
        }
    }

    /// From where a client that has got everything so far resumes.
    pub(crate) fn cursor(&self) -> Cursor {
        match self.position {
            Position::At(cursor) | Position::Wanted(Start::After(cursor)) => cursor,
            Position::Wanted(Start::Since(unix_ms)) => Cursor::at(EntryId::before(unix_ms)),
            Position::Wanted(Start::Now | Start::Last(_)) => Cursor::at(EntryId::before(Timestamp::now().unix_ms())),
        }
    }

    /// The same, unless it is a guess with which a client would forget that it asked for more.
    pub(crate) fn place(&self) -> Option<Cursor> {
        let wants_last = matches!(self.position, Position::Wanted(Start::Last(_)));
        (!wants_last).then(|| self.cursor())
    }

    /// Where the ring ends.
    pub(crate) fn head(&self) -> Cursor {
        self.source.ring.head().cursor
    }

    /// What comes next; waits for it if need be. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Step {
        if self.is_stalled {
            // Boxed, as what follows: most clients wait for the ring, and there are many of them.
            Box::pin(sleep(STALL)).await;
        } else if self.is_waiting && self.head.changed().await.is_err() {
            // The ring lives as long as its source, which is ours.
            std::future::pending::<()>().await;
        }
        self.is_stalled = false;
        self.is_waiting = false;
        let step = match self.ready() {
            Some(step) => step,
            None => Box::pin(self.read()).await.unwrap_or_else(Step::Stalled),
        };
        self.is_waiting = matches!(step, Step::CaughtUp | Step::Cold);
        self.is_stalled = matches!(step, Step::Stalled(_));
        step
    }

    /// What comes next, if it is there.
    pub(crate) async fn advance(&mut self) -> Result<Step, LogError> {
        match self.ready() {
            Some(step) => Ok(step),
            None => self.read().await,
        }
    }

    /// What comes next, if that can be told without asking the log.
    pub(crate) fn ready(&mut self) -> Option<Step> {
        let head = *self.head.borrow_and_update();
        if !head.is_warm {
            return Some(Step::Cold);
        }
        if head.epoch != self.epoch {
            // Whoever has not begun yet has nothing to begin again.
            match self.position {
                Position::At(before) => return Some(self.reset(before)),
                Position::Wanted(_) => self.epoch = head.epoch,
            }
        }
        let Position::At(cursor) = self.position else {
            return None;
        };
        if let Some(block) = self.page.pop_front() {
            return Some(self.give(Slice::whole(block)));
        }
        match self.source.ring.locate(cursor, self.epoch) {
            None => Some(self.reset(cursor)),
            Some(Place::Within(slice)) => Some(self.give(slice)),
            Some(Place::AtHead) => Some(Step::CaughtUp),
            Some(Place::Hole(gap, behind)) => {
                self.position = Position::At(behind);
                Some(Step::Gap(gap))
            }
            Some(Place::Outside) => None,
        }
    }

    /// What comes next, for which the log must be asked.
    async fn read(&mut self) -> Result<Step, LogError> {
        let from = self.locate().await?;
        // Its place found, the ring may have what follows.
        if let Some(step) = self.ready() {
            return Ok(step);
        }
        let page = self.source.history.after(from).await?;
        if let Continuity::Rewound = page.continuity {
            self.wait_for_tail().await?;
            return Ok(self.reset(from));
        }
        if page.is_full {
            self.read_ahead(page.end);
        }
        self.page.extend(page.blocks.iter().cloned());
        if let Continuity::Gap(gap) = page.continuity {
            self.position = Position::At(gap.first.map_or(page.end, continuity::before));
            return Ok(Step::Gap(gap));
        }
        if let Some(block) = self.page.pop_front() {
            return Ok(self.give(Slice::whole(block)));
        }
        self.position = Position::At(page.end);
        Ok(Step::CaughtUp)
    }

    /// Waits until the tail has noticed as well that the log is another one, if it is about to: the ring still has what the
    /// log had before, and whoever is told of the change now would be told of it again.
    async fn wait_for_tail(&self) -> Result<(), LogError> {
        let ring = self.source.ring.head();
        let log = self.source.log.info().await?.head();
        if log.id < ring.cursor.id || log.ordinal < ring.cursor.ordinal {
            let mut head = self.head.clone();
            // If it takes longer, the log has come to be ahead of the ring meanwhile.
            let _ = timeout(NOTICE, head.wait_for(|head| head.epoch != ring.epoch)).await;
        }
        Ok(())
    }

    /// Has the next page read while this one is being sent. Whoever comes for it waits for the same read.
    fn read_ahead(&self, end: Cursor) {
        let is_behind = self.source.ring.locate(end, self.epoch);
        if !matches!(is_behind, Some(Place::Outside)) {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            let source = self.source.clone();
            runtime.spawn(async move { source.history.prepare(end).await });
        }
    }

    fn give(&mut self, slice: Slice) -> Step {
        self.position = Position::At(slice.end());
        Step::Entries(slice)
    }

    fn reset(&mut self, before: Cursor) -> Step {
        self.page.clear();
        self.epoch = self.source.ring.head().epoch;
        self.position = Position::At(Cursor::START);
        Step::Reset { before }
    }

    /// The cursor, found now if it was not yet.
    async fn locate(&mut self) -> Result<Cursor, LogError> {
        let start = match self.position {
            Position::At(cursor) => return Ok(cursor),
            Position::Wanted(start) => start,
        };
        let head = self.source.ring.head().cursor;
        let cursor = match start {
            Start::Now => head,
            Start::After(cursor) => cursor,
            Start::Since(unix_ms) => {
                let cursor = Cursor::at(EntryId::before(unix_ms));
                if cursor.id < head.id { cursor } else { head }
            }
            Start::Last(count) => match self.source.ring.back(count) {
                Some(cursor) => cursor,
                None => self.source.history.back(count).await?,
            },
        };
        self.position = Position::At(cursor);
        Ok(cursor)
    }
}

#[cfg(test)]
mod tests;

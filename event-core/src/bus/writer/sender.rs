//! Batches to the log, and what is done when it fails: wait, look what has arrived, send the rest again, in order.
//! Owns that rule; it never gives an event up that the log could take later.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::batch::{self, Batch};
use super::look_back::{self, Found};
use super::outbox::Outbox;
use super::shared::Shared;
use super::stowage::Stowage;
use crate::log::{Answers, Appender, EntryId, Log, LogError, LogErrorKind};
use crate::record::Record;

const MIN_BACKOFF: Duration = Duration::from_millis(50);
/// While the log is away, what waits goes to the disk so often.
const STOW_INTERVAL: Duration = Duration::from_millis(100);
/// Also the pause after a refusal that somebody must mend first.
const MAX_BACKOFF: Duration = Duration::from_secs(5);
/// So many connections in a row that broke before anything was taken are laid to the oldest event: it goes alone, and
/// after as many more it is given up, if it is a giant.
const PATIENCE: u32 = 3;
/// The least that an event must have to be held responsible for a broken connection: servers take this much.
const GIANT_BYTES: usize = 1024 * 1024;

/// See the module's description.
pub(super) struct Sender<'a> {
    shared: &'a Shared,
    log: &'a dyn Log,
    appender: Option<Box<dyn Appender + 'a>>,
    outbox: Outbox,
    in_flight: VecDeque<Batch>,
    /// How many of those in flight were given to an appender that has panicked.
    abandoned: usize,
    /// The last entry of ours that is known to be in the log.
    confirmed: EntryId,
    /// Attempts in a row that brought nothing into the log.
    failures: u32,
    /// Connections in a row that broke before anything was taken.
    breaks: u32,
    /// One event at a time, until the log has taken one.
    is_careful: bool,
}

impl<'a> Sender<'a> {
    pub(super) fn new(shared: &'a Shared, log: &'a dyn Log) -> Self {
        Self {
            shared,
            log,
            appender: None,
            outbox: Outbox::new(Stowage::open(shared.options.spool.as_ref())),
            in_flight: VecDeque::new(),
            abandoned: 0,
            confirmed: EntryId::ZERO,
            failures: 0,
            breaks: 0,
            is_careful: false,
        }
    }

    /// The spool holds what a former process may have sent, and the log must be asked for it before anything goes.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.in_flight.is_empty() && self.outbox.is_in_doubt()
    }

    /// Asks.
    pub(super) async fn settle_doubt(&mut self) {
        self.look_back().await;
        self.outbox.is_asked();
        self.outbox.confirm(&self.in_flight);
    }

    /// Some events have no answer yet.
    pub(super) fn is_waiting(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// Takes what the bus says of itself. While the log takes nothing that is worth nothing, and would only pile up.
    pub(super) fn tell(&mut self, notices: Vec<Record>) {
        if self.failures == 0 {
            self.outbox.tell(notices);
        }
    }

    /// Sends what may go now: whatever there is if nothing is on its way, else only full batches. So nothing waits for
    /// company while the log is idle, and batches fill while it is not.
    pub(super) fn hand_over(&mut self) {
        while self.may_send() {
            let max_events = if self.is_careful { 1 } else { batch::MAX_EVENTS };
            let on_their_way = self.in_flight.iter().map(Batch::own_len).sum();
            let batch = self.outbox.next_batch(self.shared, max_events, on_their_way);
            if batch.is_empty() {
                return;
            }
            let (log, appender) = (self.log, &mut self.appender);
            let send = || appender.get_or_insert_with(|| log.appender()).send(batch.entries());
            let is_sent = catch_unwind(AssertUnwindSafe(send)).is_ok();
            self.in_flight.push_back(batch);
            if !is_sent {
                self.abandon();
            }
        }
    }

    fn may_send(&self) -> bool {
        let depth = self.appender.as_ref().map_or(1, |appender| appender.depth());
        match self.in_flight.len() {
            0 => !self.outbox.is_empty() || self.shared.queue.has_work(),
            waiting => waiting < depth && !self.is_careful && self.outbox.has_a_batch(self.shared),
        }
    }

    /// The answer to the oldest batch in flight. Nothing is lost if it is not waited for.
    pub(super) async fn answer(&mut self) -> Answers {
        poll_fn(|cx| {
            if let Some(appender) = &mut self.appender
                && self.abandoned == 0
            {
                let poll = || appender.poll_answer(cx);
                match catch_unwind(AssertUnwindSafe(poll)) {
                    Ok(answers) => return answers,
                    Err(_) => self.abandon(),
                }
            }
            self.abandoned = self.abandoned.saturating_sub(1);
            Poll::Ready(Err(look_back::panicked()))
        })
        .await
    }

    /// A log that panics has failed, and is asked again later like any other.
    fn abandon(&mut self) {
        self.appender = None;
        self.abandoned = self.in_flight.len();
    }

    /// Counts what was answered. If something must be sent again, it waits for the other answers and for the time to do
    /// so: what comes later is sent later.
    ///
    /// When a log refuses an event for now (out of memory, say) and takes one behind it in the same flight, the first
    /// comes into the log after it: nothing is lost, and `ts` still tells the order. From then on one event goes alone
    /// until the log takes it, so that this concerns one flight at most.
    pub(super) async fn settle(&mut self, answers: Answers) {
        self.settle_flight(answers).await;
        self.outbox.confirm(&self.in_flight);
    }

    async fn settle_flight(&mut self, answers: Answers) {
        let mut answers = answers;
        let mut trouble = None;
        while let Some(batch) = self.in_flight.pop_front() {
            let settled = self.outbox.settle(batch, answers, self.shared);
            if let Some(confirmed) = settled.confirmed {
                self.confirmed = confirmed;
                (self.failures, self.breaks, self.is_careful) = (0, 0, false);
            }
            trouble = trouble.or(settled.trouble);
            if trouble.is_none() {
                // First: whoever waits looks at the state next.
                self.shared.recovered();
                self.shared.settle(settled.covers);
                return;
            }
            if self.in_flight.is_empty() {
                break;
            }
            answers = self.answer().await;
        }
        self.outbox.put_back();
        if let Some(error) = trouble {
            self.recover(&error).await;
        }
    }

    async fn recover(&mut self, error: &LogError) {
        self.pause(error).await;
        if error.kind() == LogErrorKind::Interrupted {
            self.breaks = self.breaks.saturating_add(1);
        }
        self.is_careful =
            self.breaks >= PATIENCE || matches!(error.kind(), LogErrorKind::Unavailable | LogErrorKind::Refused);
        self.look_back().await;
        let is_giant = self.outbox.first().is_some_and(|entry| entry.len() > GIANT_BYTES);
        if is_giant && self.breaks >= 2 * PATIENCE {
            self.outbox.give_up_first(error, self.shared);
            self.breaks = 0;
        }
    }

    async fn pause(&mut self, error: &LogError) {
        self.shared.complain(error, self.log);
        self.failures = self.failures.saturating_add(1);
        let pause = if error.is_retryable() {
            backoff(self.failures)
        } else {
            MAX_BACKOFF
        };
        self.meanwhile(tokio::time::sleep(pause)).await;
    }

    /// Does what takes its time, while what waits in the queue goes to the disk.
    async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::time::sleep(STOW_INTERVAL) => {
                    self.stow();
                }
            }
        }
    }

    pub(super) fn has_spool(&self) -> bool {
        self.outbox.has_spool()
    }

    /// Brings what waits to the disk, as far as there is room; whether all of it is there now.
    pub(super) fn stow(&mut self) -> bool {
        // Should the program end now, what has arrived is not sent again.
        self.outbox.confirm(&self.in_flight);
        self.outbox.stow(&mut self.in_flight, self.shared)
    }

    /// Takes out what has arrived without our knowing.
    async fn look_back(&mut self) {
        let mut vain = 0;
        loop {
            let unknown = self.outbox.unknown();
            if unknown.is_empty() {
                return;
            }
            let looking = look_back::arrived(self.log, self.confirmed, &unknown);
            match self.meanwhile(looking).await {
                Ok(Found { entries, last, is_all }) => {
                    if !entries.is_empty() {
                        self.confirmed = self.confirmed.max(last);
                        (self.failures, self.breaks) = (0, 0);
                    }
                    self.outbox.arrived(&entries, self.shared);
                    if is_all {
                        self.outbox.none_is_unknown();
                    }
                    if self.outbox.is_empty() {
                        self.shared.recovered();
                    }
                    return;
                }
                Err(error) if !error.is_retryable() => return,
                Err(error) => {
                    // A log that is away is waited for; one that is there and can't be read is not.
                    vain += u32::from(error.kind() == LogErrorKind::Interrupted);
                    if vain > PATIENCE {
                        return;
                    }
                    self.pause(&error).await;
                }
            }
        }
    }
}

/// Half to all of a time that doubles with each attempt.
fn backoff(attempt: u32) -> Duration {
    let ceiling = MIN_BACKOFF.saturating_mul(1 << attempt.min(10)).min(MAX_BACKOFF);
    ceiling.mul_f64(fastrand::f64().mul_add(0.5, 0.5))
}

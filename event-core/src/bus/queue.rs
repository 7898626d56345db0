//! The hand-over between publishing threads and the writer: bounded in events and bytes, the newest win. Owns the
//! order of events and the wake-up of the writer; it knows nothing of logs.

mod load;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_queue::ArrayQueue;
use tokio::sync::Notify;

use self::load::Load;
use super::stats::Counter;
use super::{Limits, spare};
use crate::clock::Moment;
use crate::record::Record;

/// How long after its last work the writer stays awake, and how often it looks meanwhile: less time than it takes to wake
/// a thread up.
const AWAKE: Duration = Duration::from_millis(2);
const NAP: Duration = Duration::from_micros(50);

/// What the load is made of; the model checker's own take its place in its test.
mod sync {
    pub(super) use std::sync::atomic::{AtomicU64, Ordering};
}

#[derive(Debug)]
pub(super) struct Queue {
    records: ArrayQueue<Box<Record>>,
    max_bytes: usize,
    load: Load,
    wake: Notify,
    is_closed: AtomicBool,
    /// Handed over, including what was pushed out since.
    pub(super) pushed: Counter,
    /// Lost, and not told yet; locked on overflow only.
    overflow: Mutex<Option<Overflow>>,
    has_overflow: AtomicBool,
    pub(super) dropped: Counter,
}

/// Events that were pushed out of a full queue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Overflow {
    pub(super) count: u64,
    pub(super) first: Moment,
    pub(super) last: Moment,
}

/// Each takes 16 bytes, used or not.
const MAX_PLACES: usize = 1 << 22;

impl Queue {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            records: ArrayQueue::new(limits.max_events.clamp(1, MAX_PLACES)),
            max_bytes: limits.max_bytes,
            load: Load::new(),
            wake: Notify::new(),
            is_closed: AtomicBool::new(false),
            pushed: Counter::default(),
            overflow: Mutex::default(),
            has_overflow: AtomicBool::new(false),
            dropped: Counter::default(),
        }
    }

    pub(super) fn push(&self, record: Box<Record>) {
        self.pushed.add(1);
        if self.is_closed.load(Ordering::Relaxed) {
            self.dropped.add(1);
            return;
        }
        let size = record.size();
        let pushed_out = self.records.force_push(record);
        let (mut bytes, is_to_wake) = self.load.bring(size);
        if let Some(oldest) = pushed_out {
            bytes = self.drop_oldest(oldest);
        }
        while bytes > self.max_bytes {
            let Some(oldest) = self.records.pop() else { break };
            bytes = self.drop_oldest(oldest);
        }
        if is_to_wake {
            self.wake.notify_one();
        }
    }

    #[cold]
    fn drop_oldest(&self, oldest: Box<Record>) -> usize {
        let size = oldest.size();
        let mut overflow = self.overflow();
        let known = overflow.get_or_insert(Overflow {
            count: 0,
            first: oldest.moment,
            last: oldest.moment,
        });
        known.count += 1;
        // Threads that drop at once, and those that publish, come in any order.
        known.first = known.first.min(oldest.moment);
        known.last = known.last.max(oldest.moment);
        self.has_overflow.store(true, Ordering::SeqCst);
        drop(overflow);
        self.dropped.add(1);
        spare::keep(oldest);
        self.load.take(size)
    }

    /// Takes out what waits, the oldest first.
    pub(super) fn draw(&self) -> Drawing<'_> {
        Drawing { queue: self, bytes: 0 }
    }

    /// Events wait, or the loss of some is still to be told.
    pub(super) fn has_work(&self) -> bool {
        !self.records.is_empty() || self.has_overflow.load(Ordering::SeqCst)
    }

    /// Events that wait.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// So many events wait, or so many bytes.
    pub(super) fn holds(&self, events: usize, bytes: usize) -> bool {
        self.len() >= events || self.load.waiting() >= bytes
    }

    /// It is half full: time to make room.
    pub(super) fn is_crowded(&self) -> bool {
        self.holds(self.records.capacity().div_ceil(2), self.max_bytes / 2)
    }

    /// What was lost since the last call.
    pub(super) fn take_overflow(&self) -> Option<Overflow> {
        if !self.has_overflow.load(Ordering::SeqCst) {
            return None;
        }
        let mut overflow = self.overflow();
        self.has_overflow.store(false, Ordering::SeqCst);
        overflow.take()
    }

    fn overflow(&self) -> MutexGuard<'_, Option<Overflow>> {
        self.overflow.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until there is something to write, or the queue is closed. For the writer only.
    ///
    /// Events come in bursts. Right after some it naps and looks again, which costs nobody a wake-up, before it sleeps
    /// and has to be woken.
    pub(super) async fn ready(&self) {
        let since = Instant::now();
        while !self.has_work() && !self.is_closed() && since.elapsed() < AWAKE {
            thread::sleep(NAP);
            // The log may have something to do on this thread.
            tokio::task::yield_now().await;
        }
        while !self.has_work() && !self.is_closed() {
            self.load.idles();
            if !self.has_work() && !self.is_closed() {
                self.wake.notified().await;
            }
            self.load.works();
        }
    }

    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::SeqCst)
    }
}

/// What is taken out of the queue in one go. Its bytes count as waiting until this is dropped, so that the two sides do
/// not dispute one word for each event.
pub(super) struct Drawing<'a> {
    queue: &'a Queue,
    bytes: usize,
}

impl Iterator for Drawing<'_> {
    type Item = Box<Record>;

    fn next(&mut self) -> Option<Box<Record>> {
        let record = self.queue.records.pop()?;
        self.bytes += record.size();
        Some(record)
    }
}

impl Drop for Drawing<'_> {
    fn drop(&mut self) {
        self.queue.load.take(self.bytes);
    }
}

#[cfg(test)]
mod tests;

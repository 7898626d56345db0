//! The hand-over between publishing threads and the writer: bounded in events and bytes, the newest win. Owns the
//! order of events, the wake-up of the writer, and the memory of records; it knows nothing of logs.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossbeam_queue::ArrayQueue;
use tokio::sync::Notify;

use super::Limits;
use super::stats::Counter;
use crate::clock::Moment;
use crate::record::Record;

/// Written records kept for their memory.
const MAX_SPARE: usize = 1024;
/// A record that grew beyond this is not kept: one giant payload is no reason to hold its memory for ever.
const MAX_SPARE_BYTES: usize = 16 * 1024;

#[derive(Debug)]
pub(super) struct Queue {
    records: ArrayQueue<Box<Record>>,
    spare: ArrayQueue<Box<Record>>,
    max_bytes: usize,
    bytes: AtomicUsize,
    /// The writer sleeps: only then is it worth a wake-up.
    is_writer_idle: AtomicBool,
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

impl Queue {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            records: ArrayQueue::new(limits.max_events.max(1)),
            spare: ArrayQueue::new(MAX_SPARE),
            max_bytes: limits.max_bytes,
            bytes: AtomicUsize::new(0),
            is_writer_idle: AtomicBool::new(false),
            wake: Notify::new(),
            is_closed: AtomicBool::new(false),
            pushed: Counter::default(),
            overflow: Mutex::default(),
            has_overflow: AtomicBool::new(false),
            dropped: Counter::default(),
        }
    }

    pub(super) fn blank(&self, moment: Moment) -> Box<Record> {
        match self.spare.pop() {
            Some(mut record) => {
                record.moment = moment;
                record
            }
            None => Box::new(Record::blank(moment)),
        }
    }

    /// Keeps a written record for its memory.
    pub(super) fn reuse(&self, mut record: Box<Record>) {
        record.clear();
        if record.capacity() <= MAX_SPARE_BYTES {
            // A full store means that there is memory enough.
            let _ = self.spare.push(record);
        }
    }

    pub(super) fn push(&self, record: Box<Record>) {
        self.pushed.add(1);
        if self.is_closed.load(Ordering::Relaxed) {
            self.dropped.add(1);
            return;
        }
        let mut bytes = self.bytes.fetch_add(record.size(), Ordering::Relaxed) + record.size();
        if let Some(oldest) = self.records.force_push(record) {
            bytes = self.drop_oldest(oldest);
        }
        while bytes > self.max_bytes {
            let Some(oldest) = self.records.pop() else { break };
            bytes = self.drop_oldest(oldest);
        }
        // Ordered after the push: the writer says that it is idle before it looks for the last time.
        if self.is_writer_idle.load(Ordering::SeqCst) && self.is_writer_idle.swap(false, Ordering::SeqCst) {
            self.wake.notify_one();
        }
    }

    fn drop_oldest(&self, oldest: Box<Record>) -> usize {
        let size = oldest.size();
        let mut overflow = self.overflow();
        let known = overflow.get_or_insert(Overflow {
            count: 0,
            first: oldest.moment,
            last: oldest.moment,
        });
        known.count += 1;
        known.last = oldest.moment;
        self.has_overflow.store(true, Ordering::SeqCst);
        drop(overflow);
        self.dropped.add(1);
        self.reuse(oldest);
        self.bytes.fetch_sub(size, Ordering::Relaxed).saturating_sub(size)
    }

    pub(super) fn pop(&self) -> Option<Box<Record>> {
        let record = self.records.pop()?;
        self.bytes.fetch_sub(record.size(), Ordering::Relaxed);
        Some(record)
    }

    /// Events wait, or the loss of some is still to be told.
    pub(super) fn has_work(&self) -> bool {
        !self.records.is_empty() || self.has_overflow.load(Ordering::SeqCst)
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
    pub(super) async fn ready(&self) {
        while !self.has_work() && !self.is_closed() {
            self.is_writer_idle.store(true, Ordering::SeqCst);
            if !self.has_work() && !self.is_closed() {
                self.wake.notified().await;
            }
            self.is_writer_idle.store(false, Ordering::SeqCst);
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

//! Written records, kept for their memory. Each thread has a crate of its own to take from, or to put into as the
//! writer does; only whole crates go from thread to thread, so that sharing costs next to nothing for one record.
//!
//! Bounded: [`MAX_BYTES`] for what no thread has, one crate a thread, and what a burst left goes again in time.

use std::cell::RefCell;
use std::mem;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_queue::ArrayQueue;

use crate::clock::Moment;
use crate::record::Record;

/// Records in a crate.
const CRATE: usize = 32;
const MAX_CRATES: usize = 1024;
/// What may lie in the store, counted with the memory of payloads: as much as a burst of 32,000 small events.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// A record that grew beyond this is not kept: one giant payload is no reason to hold its memory for ever.
const MAX_RECORD_BYTES: usize = 16 * 1024;

type Crate = Vec<Box<Record>>;

thread_local! {
    static OWN: RefCell<Crate> = const { RefCell::new(Vec::new()) };
}

static STORE: LazyLock<Store> = LazyLock::new(|| Store {
    full: ArrayQueue::new(MAX_CRATES),
    empty: ArrayQueue::new(MAX_CRATES),
    bytes: AtomicUsize::new(0),
    unused: AtomicUsize::new(0),
});

/// The crates of all threads.
struct Store {
    /// Each with its bytes.
    full: ArrayQueue<(Crate, usize)>,
    empty: ArrayQueue<Crate>,
    /// Of the full ones.
    bytes: AtomicUsize,
    /// How many full ones nobody has needed since [`shrink`].
    unused: AtomicUsize,
}

/// A blank record.
#[inline]
pub(crate) fn blank(moment: Moment) -> Box<Record> {
    let own = OWN.try_with(|own| {
        let mut own = own.borrow_mut();
        let record = own.pop();
        fetch_ahead(&own);
        record
    });
    if let Ok(Some(mut record)) = own {
        record.moment = moment;
        return record;
    }
    refill(moment)
}

/// The next ones were last in the writer's hands, which is on another processor: they come here while this one is filled.
/// Where the memory of its payload is, a record can only tell once it is here itself.
#[inline]
fn fetch_ahead(own: &[Box<Record>]) {
    if let [.., later, next] = own {
        later.prefetch();
        next.fields.prefetch();
    }
}

/// The last of a full crate, the rest of which is the thread's now; else a new one.
#[cold]
#[inline(never)]
fn refill(moment: Moment) -> Box<Record> {
    let record = STORE.take().and_then(|mut full| {
        let record = full.pop();
        // A thread that is going away has none.
        if let Ok(empty) = OWN.try_with(|own| own.replace(full)) {
            let _ = STORE.empty.push(empty);
        }
        record
    });
    match record {
        Some(mut record) => {
            record.moment = moment;
            record
        }
        None => Box::new(Record::blank(moment)),
    }
}

/// Keeps a record that is no longer needed.
pub(super) fn keep(mut record: Box<Record>) {
    record.clear();
    if record.capacity() > MAX_RECORD_BYTES {
        return;
    }
    let full = OWN.try_with(|own| {
        let mut own = own.borrow_mut();
        own.push(record);
        (own.len() >= CRATE).then(|| mem::replace(&mut *own, STORE.empty_crate()))
    });
    if let Ok(Some(full)) = full {
        STORE.put(full);
    }
}

/// Lets go half of what nobody has needed since the last time.
pub(super) fn shrink() {
    let unused = STORE.unused.swap(STORE.full.len(), Ordering::Relaxed);
    for _ in 0..unused.div_ceil(2) {
        drop(STORE.take());
    }
}

impl Store {
    fn take(&self) -> Option<Crate> {
        let (full, bytes) = self.full.pop()?;
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.unused.fetch_min(self.full.len(), Ordering::Relaxed);
        Some(full)
    }

    fn put(&self, full: Crate) {
        let bytes = full.iter().map(|record| size_of::<Record>() + record.capacity()).sum();
        if self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > MAX_BYTES || self.full.push((full, bytes)).is_err()
        {
            self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    fn empty_crate(&self) -> Crate {
        self.empty.pop().unwrap_or_else(|| Vec::with_capacity(CRATE))
    }
}

//! The writer is never left asleep with work before it, whatever the order of events and whatever stale value a thread
//! may read: a model checker goes through them, over the very file that the queue uses.

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Arc, Notify};
use loom::thread;

use self::idle::Idle;

/// The model checker's in place of the standard library's.
mod sync {
    pub(super) use loom::sync::atomic::{AtomicBool, Ordering, fence};
}

#[path = "../src/bus/queue/idle.rs"]
mod idle;

struct Queue {
    /// Events brought; relaxed, so that nothing but the handshake orders it.
    work: AtomicUsize,
    idle: Idle,
    /// Stays awake at once if it was told to wake before, as tokio's.
    wake: Notify,
}

impl Queue {
    fn push(&self) {
        self.work.fetch_add(1, Ordering::Relaxed);
        if self.idle.ends() {
            self.wake.notify();
        }
    }

    /// As the writer waits in `bus/queue.rs`, for more than it has `seen`.
    fn ready(&self, seen: usize) -> usize {
        loop {
            let work = self.work.load(Ordering::Relaxed);
            if work > seen {
                return work;
            }
            self.idle.begins();
            if self.work.load(Ordering::Relaxed) <= seen {
                self.wake.wait();
            }
            self.idle.is_over();
        }
    }
}

/// A writer that sleeps for ever is a deadlock, which the checker reports. `preemptions` bounds how often a thread is
/// stopped where it could go on.
fn writer_sees_all_of(publishers: usize, preemptions: Option<usize>) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = preemptions;
    model.check(move || {
        let queue = Arc::new(Queue {
            work: AtomicUsize::new(0),
            idle: Idle::new(),
            wake: Notify::new(),
        });
        for _ in 0..publishers {
            let queue = queue.clone();
            thread::spawn(move || queue.push());
        }
        let mut seen = 0;
        while seen < publishers {
            seen = queue.ready(seen);
        }
    });
}

#[test]
fn one_publisher_wakes_the_writer() {
    writer_sees_all_of(1, None);
}

#[test]
fn two_publishers_at_once_wake_the_writer_for_both() {
    // Three take a minute, and were as well.
    writer_sees_all_of(2, Some(2));
}

//! The writer is never left asleep with work before it, whatever the order of events and whatever stale value a thread
//! may read: a model checker goes through them, over the very file that the queue uses.

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Arc, Notify};
use loom::thread;

use self::load::Load;

/// The model checker's in place of the standard library's.
mod sync {
    pub(super) use loom::sync::atomic::{AtomicU64, Ordering};
}

#[path = "../src/bus/queue/load.rs"]
mod load;

struct Queue {
    /// Events brought; relaxed, so that nothing but the handshake orders it.
    work: AtomicUsize,
    load: Load,
    /// Stays awake at once if it was told to wake before, as tokio's.
    wake: Notify,
}

impl Queue {
    fn push(&self) {
        self.work.fetch_add(1, Ordering::Relaxed);
        let (_, is_to_wake) = self.load.bring(1);
        if is_to_wake {
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
            self.load.idles();
            if self.work.load(Ordering::Relaxed) <= seen {
                self.wake.wait();
            }
            self.load.works();
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
            load: Load::new(),
            wake: Notify::new(),
        });
        let push = || {
            let queue = queue.clone();
            thread::spawn(move || queue.push())
        };
        let pushing: Vec<_> = (0..publishers).map(|_| push()).collect();
        let mut seen = 0;
        while seen < publishers {
            let before = seen;
            seen = queue.ready(seen);
            // Perhaps before it was counted.
            queue.load.take(seen - before);
        }
        for publisher in pushing {
            publisher.join().unwrap();
        }
        assert_eq!(queue.load.waiting(), 0);
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

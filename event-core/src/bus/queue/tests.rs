//! The queue against a plain deque that does the same the slow way, and many threads at once.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Overflow, Queue};
use crate::bus::Limits;
use crate::clock::Moment;
use crate::record::{Record, TypeName};

/// What makes a record as large as that, beyond its fixed part, and tells its number.
fn record(start: Moment, number: u64, size: usize) -> Box<Record> {
    let mut record = Record::blank(Moment(start.0 + Duration::from_micros(number)));
    record.event_type = TypeName::Given("x".repeat(size).into());
    Box::new(record)
}

fn number(start: Moment, moment: Moment) -> u64 {
    u64::try_from(moment.since(start).as_micros()).unwrap()
}

#[derive(Debug, Clone)]
enum Step {
    Push(usize),
    Pop(usize),
    TakeOverflow,
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0_usize..2_000).prop_map(Step::Push),
        4 => (0_usize..8).prop_map(Step::Pop),
        2 => Just(Step::TakeOverflow),
        1 => prop::bool::weighted(0.1).prop_map(|is_close| if is_close { Step::Close } else { Step::Pop(1) }),
    ];
    vec(step, 1..80)
}

/// The queue as one would write it down: sizes and numbers, oldest first.
#[derive(Default)]
struct Model {
    waiting: VecDeque<(u64, usize)>,
    /// Count, first and last number of what was pushed out and is not told yet.
    overflow: Option<(u64, u64, u64)>,
    pushed: u64,
    dropped: u64,
    is_closed: bool,
}

impl Model {
    fn push(&mut self, number: u64, size: usize, limits: Limits) {
        self.pushed += 1;
        if self.is_closed {
            self.dropped += 1;
            return;
        }
        self.waiting.push_back((number, size));
        while self.waiting.len() > limits.max_events || self.bytes() > limits.max_bytes {
            let (oldest, _) = self.waiting.pop_front().unwrap();
            let known = self.overflow.get_or_insert((0, oldest, oldest));
            (known.0, known.2) = (known.0 + 1, oldest);
            self.dropped += 1;
        }
    }

    fn bytes(&self) -> usize {
        self.waiting.iter().map(|(_, size)| size).sum()
    }
}

proptest! {
    #[test]
    fn the_newest_stay_and_the_rest_is_counted(
        steps in steps(),
        max_events in 1_usize..12,
        max_records_of_bytes in 0_usize..12,
    ) {
        let start = Moment::now();
        let limits = Limits {
            max_events,
            max_bytes: max_records_of_bytes * (size_of::<Record>() + 1_000),
            ..Limits::default()
        };
        let (queue, mut model) = (Queue::new(limits), Model::default());
        for (step, at) in steps.into_iter().zip(0..) {
            match step {
                Step::Push(size) => {
                    let record = record(start, at, size);
                    model.push(at, record.size(), limits);
                    queue.push(record);
                }
                Step::Pop(count) => {
                    for _ in 0..count {
                        let popped = queue.draw().next().map(|record| (number(start, record.moment), record.size()));
                        prop_assert_eq!(popped, model.waiting.pop_front());
                    }
                }
                Step::TakeOverflow => {
                    let told = queue.take_overflow().map(|Overflow { count, first, last }| {
                        (count, number(start, first), number(start, last))
                    });
                    prop_assert_eq!(told, model.overflow.take());
                }
                Step::Close => {
                    queue.close();
                    model.is_closed = true;
                }
            }
            prop_assert_eq!(queue.has_work(), !model.waiting.is_empty() || model.overflow.is_some());
            prop_assert_eq!((queue.pushed.get(), queue.dropped.get()), (model.pushed, model.dropped));
        }
    }
}

#[test]
fn every_event_of_many_threads_comes_out_once_in_order_or_is_counted() {
    const THREADS: u64 = 4;
    const EACH: u64 = 20_000;
    let start = Moment::now();
    let limits = Limits {
        max_events: 100,
        max_bytes: 60 * size_of::<Record>(),
        ..Limits::default()
    };
    let (queue, is_over) = (&Queue::new(limits), &AtomicBool::new(false));
    let (popped, told) = std::thread::scope(|scope| {
        let writer = scope.spawn(move || {
            let (mut popped, mut told) = (Vec::new(), 0);
            loop {
                let was_over = is_over.load(Ordering::Acquire);
                popped.extend(queue.draw().map(|record| number(start, record.moment)));
                told += queue.take_overflow().map_or(0, |overflow| overflow.count);
                if was_over && !queue.has_work() {
                    return (popped, told);
                }
            }
        });
        let publish = |thread| move || (0..EACH).for_each(|n| queue.push(record(start, thread * EACH + n, 0)));
        let publishers: Vec<_> = (0..THREADS).map(|thread| scope.spawn(publish(thread))).collect();
        for publisher in publishers {
            publisher.join().unwrap();
        }
        is_over.store(true, Ordering::Release);
        writer.join().unwrap()
    });
    assert_eq!(popped.len() as u64 + told, THREADS * EACH);
    assert_eq!(queue.dropped.get(), told);
    for thread in 0..THREADS {
        let own: Vec<_> = popped.iter().filter(|number| **number / EACH == thread).collect();
        assert!(own.is_sorted_by(|one, next| one < next), "each once, in order");
    }
    // What is there is counted to the byte: as much fits in as before.
    (0..100).for_each(|n| queue.push(record(start, n, 0)));
    assert_eq!(queue.draw().count(), 60);
}

#[test]
fn a_limit_beyond_all_memory_is_as_good_as_none() {
    let queue = Queue::new(Limits {
        max_events: usize::MAX,
        ..Limits::default()
    });
    queue.push(Box::new(Record::blank(Moment::now())));
    assert!(queue.draw().next().is_some());
}

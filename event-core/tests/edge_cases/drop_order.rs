//! When things are dropped: 23 to 26. As in the twin, and before the finished event.

use std::pin::pin;
use std::task::{Context, Waker};

use event_core::testing::Capture;
use event_core::{Event, emits};

use super::twin::{Begun, Done, Loud, compare, same, same_async, seen, twins};

#[test]
fn case_23_an_argument_without_a_name_lives_to_the_end() {
    {
        twins! { fn(_: Loud) {
            let _local = Loud("local");
            seen("body");
        } }
        same!(Loud("argument"));
    }
    {
        twins! { async fn(_: Loud) {
            let _local = Loud("local");
            tokio::task::yield_now().await;
            seen("body");
        } }
        same_async!(Loud("argument"));
    }
    twins! { fn(a: Loud, _: Loud, b: Loud, _: Loud) {
        drop(b);
        let _ = &a;
    } }
    same!(Loud("a"), Loud("first"), Loud("b"), Loud("second"));
}

#[test]
fn case_24_an_argument_that_nobody_uses_lives_to_the_end() {
    {
        twins! { fn(_g: Loud, _h: (Loud, Loud)) {
            let _local = Loud("local");
            seen("body");
        } }
        same!(Loud("g"), (Loud("h.0"), Loud("h.1")));
    }
    twins! { async fn(_g: Loud, _h: Box<dyn std::any::Any>) {
        tokio::task::yield_now().await;
        seen("body");
    } }
    same_async!(Loud("g"), Box::new(Loud("h")));
}

#[test]
fn case_25_arguments_are_dropped_in_reverse() {
    {
        twins! { fn(a: Loud, b: Loud, mut c: Loud, _d: Loud, e: Loud) {
            let _local = Loud("local");
            c.0 = "c, changed";
            let _ = &b.0.len();
            let _ = &a;
            drop(e);
        } }
        same!(Loud("a"), Loud("b"), Loud("c"), Loud("d"), Loud("e"));
    }
    twins! { async fn(a: Loud, b: Loud, mut c: Loud, _d: Loud, e: Loud) {
        let _local = Loud("local");
        tokio::task::yield_now().await;
        c.0 = "c, changed";
        let _ = &b.0.len();
        let _ = &a;
        drop(e);
    } }
    same_async!(Loud("a"), Loud("b"), Loud("c"), Loud("d"), Loud("e"));
}

/// Polls a future so many times, and drops it.
fn polled(times: usize, future: impl Future) {
    let mut future = pin!(future);
    for _ in 0..times {
        let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}

/// Not done when it is polled.
async fn never() {
    std::future::pending::<()>().await;
}

#[test]
fn case_25_a_future_that_is_given_up_drops_what_it_holds() {
    twins! { async fn(a: Loud, (b, _): (Loud, Loud), _: Loud, _d: Loud) {
        let _local = Loud("local");
        never().await;
        drop((a, b));
    } }
    let (a, b, c, d) = (|| Loud("a"), || (Loud("b"), Loud("rest")), || Loud("c"), || Loud("d"));
    compare(
        || polled(1, plain(a(), b(), c(), d())),
        || polled(1, attributed(a(), b(), c(), d())),
    );
}

#[test]
fn case_25_a_future_that_is_not_begun_drops_its_arguments() {
    twins! { async fn(a: Loud, (b, _): (Loud, Loud), _: Loud, _d: Loud) {
        drop((a, b));
    } }
    let (a, b, c, d) = (|| Loud("a"), || (Loud("b"), Loud("rest")), || Loud("c"), || Loud("d"));
    // Two of them, of which one publishes.
    compare(
        || {
            polled(0, plain(a(), b(), c(), d()));
            polled(1, plain(a(), b(), c(), d()));
        },
        || {
            polled(0, attributed(a(), b(), c(), d()));
            polled(1, attributed(a(), b(), c(), d()));
        },
    );
}

#[test]
fn case_25_a_panic_drops_arguments_in_the_same_order() {
    {
        twins! { fn(a: Loud, (b, _): (Loud, Loud), _: Loud, _d: Loud) {
            let _local = Loud("local");
            assert!(a.0.is_empty() || b.0.is_empty(), "on the way");
        } }
        same!(Loud("a"), (Loud("b"), Loud("rest")), Loud("c"), Loud("d"));
    }
    twins! { async fn(a: Loud, (b, _): (Loud, Loud), _: Loud, _d: Loud) {
        let _local = Loud("local");
        tokio::task::yield_now().await;
        assert!(a.0.is_empty() || b.0.is_empty(), "on the way");
    } }
    same_async!(Loud("a"), (Loud("b"), Loud("rest")), Loud("c"), Loud("d"));
}

#[test]
fn case_26_what_a_pattern_leaves_lives_to_the_end() {
    {
        twins! { fn((c, _): (Loud, Loud), [first, .., last]: [Loud; 4], e: Loud) {
            drop(first);
            let _ = (&c, &last, &e);
        } }
        let four = || ["1", "2", "3", "4"].map(Loud);
        same!((Loud("c"), Loud("rest of c")), four(), Loud("e"));
    }
    {
        twins! { async fn((c, _): (Loud, Loud), [first, .., last]: [Loud; 4], e: Loud) {
            drop(first);
            let _ = (&c, &last, &e);
        } }
        let four = || ["1", "2", "3", "4"].map(Loud);
        same_async!((Loud("c"), Loud("rest of c")), four(), Loud("e"));
    }
    twins! { fn(whole @ (_, _): (Loud, Loud), ((), ref by_reference): ((), Loud), (Some(_) | None): Option<Loud>) {
        let _ = (&whole, by_reference);
    } }
    same!((Loud("0"), Loud("1")), ((), Loud("referenced")), Some(Loud("optional")));
}

#[test]
fn case_26_a_pattern_that_start_reads_drops_as_in_the_twin() {
    twins! {
        [Begun { n: c.0.len() as u64 + e.0.len() as u64 }, Done]
        fn((c, _): (Loud, Loud), e: Loud) {
            let _local = Loud("local");
            let _ = (&c, &e);
        }
    }
    same!((Loud("c"), Loud("rest of c")), Loud("e"));
}

#[test]
fn temporaries_of_the_last_expression_are_dropped_before_locals_and_arguments() {
    struct Lends(Loud);
    impl Lends {
        fn lend(&self) -> (&str, Loud) {
            (self.0.0, Loud("temporary"))
        }
    }
    {
        twins! { fn(argument: Loud) -> usize {
            let local = Lends(Loud("local"));
            local.lend().0.len() + argument.0.len()
        } }
        same!(Loud("argument"));
    }
    twins! { async fn(argument: Loud) -> usize {
        let local = Lends(Loud("local"));
        tokio::task::yield_now().await;
        local.lend().0.len() + argument.0.len()
    } }
    same_async!(Loud("argument"));
}

#[test]
fn returned_values_outlive_everything() {
    twins! { fn(a: Loud, b: Loud) -> Loud {
        let _ = &b;
        a
    } }
    compare(
        || drop(plain(Loud("a"), Loud("b"))),
        || drop(attributed(Loud("a"), Loud("b"))),
    );
}

#[test]
fn everything_is_dropped_before_the_finished_event() {
    #[derive(Event, serde::Serialize)]
    struct Dropped;
    struct Publishes;
    impl Drop for Publishes {
        fn drop(&mut self) {
            Dropped.publish();
        }
    }
    #[emits(Begun { n: 1 }, Done)]
    fn sync(_: Publishes, _unused: Publishes, (_used, _): (Publishes, Publishes)) {
        let _local = Publishes;
    }
    #[emits(Begun { n: 1 }, Done)]
    async fn later(_: Publishes, _unused: Publishes, (_used, _): (Publishes, Publishes)) {
        let _local = Publishes;
        never().await;
    }
    let calls: [fn(); 2] = [
        || sync(Publishes, Publishes, (Publishes, Publishes)),
        || polled(1, later(Publishes, Publishes, (Publishes, Publishes))),
    ];
    for call in calls {
        let capture = Capture::start();
        call();
        let events = capture.events();
        let types: Vec<_> = events.iter().map(|event| event.event_type.as_str()).collect();
        assert_eq!(
            types,
            ["begun", "dropped", "dropped", "dropped", "dropped", "dropped", "done"]
        );
        for event in &events[1..6] {
            assert_eq!(event.text("parent_id"), events[0].text("span_id"));
        }
    }
}

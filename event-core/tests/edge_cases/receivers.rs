//! Receivers: 41 to 46.

use std::cell::Cell;
use std::convert::identity;
use std::fmt::Write as _;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use event_core::{Event, emits};

use super::autos::autos;
use super::twin::{Begun, Done, Loud, begun, block_on, compare, end, twins};

#[derive(Event, serde::Serialize)]
struct Shown<'a> {
    text: &'a str,
}

/// A test of one kind of receiver, in a function and in an async one. The twins are methods of a type of their own,
/// which `$ready` makes ready for the call.
macro_rules! receiver {
    ($test:ident, ($self:ident in $($receiver:tt)*), $ready:path) => {
        #[test]
        fn $test() {
            {
                struct Holder(Loud, u64);
                impl Holder {
                    twins! {
                        [Begun { n: $self.1 }, |out| Done { value: Some(*out) }]
                        fn($($receiver)*, last: Loud) -> u64 {
                            let _local = Loud("local");
                            let _ = &last;
                            $self.1 + $self.0.0.len() as u64
                        }
                    }
                }
                let holder = || $ready(Holder(Loud("holder"), 5));
                let events = compare(|| holder().plain(Loud("last")), || holder().attributed(Loud("last")));
                assert_eq!((begun(&events), end(&events)), (Some(5), ("ok", Some(11))));
            }
            {
                struct Holder(Loud, u64);
                impl Holder {
                    twins! {
                        [Begun { n: $self.1 }, |out| Done { value: Some(*out) }]
                        async fn($($receiver)*, last: Loud) -> u64 {
                            let _local = Loud("local");
                            tokio::task::yield_now().await;
                            let _ = &last;
                            $self.1 + $self.0.0.len() as u64
                        }
                    }
                }
                let holder = || $ready(Holder(Loud("holder"), 5));
                let events = compare(
                    || block_on(async { holder().plain(Loud("last")).await }),
                    || block_on(async { holder().attributed(Loud("last")).await }),
                );
                assert_eq!((begun(&events), end(&events)), (Some(5), ("ok", Some(11))));
            }
        }
    };
}

receiver!(case_41_by_reference, (self in &self), identity);
receiver!(case_41_by_exclusive_reference, (self in &mut self), identity);
receiver!(case_41_by_value, (self in self), identity);
receiver!(case_41_counted, (self in self: Rc<Self>), Rc::new);
receiver!(case_41_counted_across_threads, (self in self: Arc<Self>), Arc::new);
receiver!(case_41_pinned_in_a_box, (self in self: Pin<Box<Self>>), Box::pin);
receiver!(case_41_by_reference_to_a_count, (self in self: &Arc<Self>), Arc::new);

#[test]
fn case_41_by_a_reference_that_moves_on() {
    struct Link(u64, Option<Box<Link>>);
    impl Link {
        twins! { [Begun { n: self.0 }, |out| Done { value: Some(out.0) }] fn(mut self: &Self) -> &Self {
            while let Some(next) = &self.1 {
                self = next;
            }
            self
        } }
        #[emits(Begun { n: self.0 }, |out| Done { value: Some(out.0) })]
        async fn later(mut self: &Self) -> &Self {
            while let Some(next) = &self.1 {
                self = next;
            }
            self
        }
    }
    let link = Link(1, Some(Box::new(Link(2, None))));
    let events = compare(|| link.plain().0, || link.attributed().0);
    assert_eq!((begun(&events), end(&events)), (Some(1), ("ok", Some(2))));
    compare(|| link.plain().0, || block_on(link.later()).0);
}

#[test]
fn case_41_boxed() {
    struct Holder(Loud, u64);
    impl Holder {
        twins! { [Begun { n: self.1 }, |out| Done { value: out.as_ref().map(|out| out.1) }] fn(self: Box<Self>, last: Loud) -> Option<Box<Self>> {
            let _local = Loud("local");
            (!last.0.is_empty()).then_some(self)
        } }
    }
    let holder = || Box::new(Holder(Loud("holder"), 5));
    let events = compare(
        || holder().plain(Loud("last")).map(|holder| holder.0.0),
        || holder().attributed(Loud("last")).map(|holder| holder.0.0),
    );
    assert_eq!((begun(&events), end(&events)), (Some(5), ("ok", Some(5))));
}

#[test]
fn case_41_by_value_mutable() {
    #[derive(Debug, PartialEq)]
    struct Counter(u64);
    impl Counter {
        twins! { [Begun { n: self.0 }, |out| Done { value: Some(out.0) }] fn(mut self, by: u64) -> Self {
            self.0 += by;
            self
        } }
    }
    let events = compare(|| Counter(1).plain(2), || Counter(1).attributed(2));
    assert_eq!((begun(&events), end(&events)), (Some(1), ("ok", Some(3))));
}

#[test]
fn case_41_by_value_mutable_in_a_future() {
    #[derive(Debug, PartialEq)]
    struct Counter(u64);
    impl Counter {
        twins! { async fn(mut self: Box<Self>, by: u64) -> Self {
            self.0 += by;
            *self
        } }
    }
    compare(
        || block_on(Box::new(Counter(1)).plain(2)),
        || block_on(Box::new(Counter(1)).attributed(2)),
    );
}

#[test]
fn case_41_pinned() {
    struct Counter(u64);
    impl Counter {
        twins! { [Begun { n: self.0 }, |out| Done { value: Some(**out) }] fn(mut self: Pin<&mut Self>) -> &mut u64 {
            self.0 += 1;
            let counter = self.get_mut();
            &mut counter.0
        } }
    }
    let events = compare(
        || *Box::pin(Counter(1)).as_mut().plain(),
        || *Box::pin(Counter(1)).as_mut().attributed(),
    );
    assert_eq!((begun(&events), end(&events)), (Some(1), ("ok", Some(2))));
}

#[test]
fn case_42_a_method_lends_what_it_was_lent() {
    struct Items(Vec<u64>);
    impl Items {
        twins! { [Begun { n: self.0.len() as u64 }, |out| Done { value: out.as_ref().map(|n| **n) }] fn(&mut self) -> Option<&mut u64> {
            self.0.sort_unstable();
            self.0.first_mut()
        } }
        #[emits(Begun, Done)]
        async fn last_mut(&mut self) -> Option<&mut u64> {
            self.0.last_mut()
        }
    }
    let events = compare(
        || Items(vec![3, 1]).plain().copied(),
        || Items(vec![3, 1]).attributed().copied(),
    );
    assert_eq!((begun(&events), end(&events)), (Some(2), ("ok", Some(1))));
    let mut items = Items(vec![1]);
    *block_on(items.last_mut()).unwrap() += 1;
    *items.attributed().unwrap() += 1;
    assert_eq!(items.0, [3]);
}

#[test]
fn case_43_lifetimes_of_self_and_arguments_stay_apart() {
    struct Bytes(Vec<u8>);
    impl Bytes {
        twins! { [Shown { text: other }, |out| Done { value: Some(out.0.len() as u64) }] fn<'a, 'b>(&'a self, other: &'b str) -> (&'a [u8], &'b str) {
            (&self.0, other)
        } }
        #[emits(Shown { text: other }, |out| Done { value: Some(out.0.len() as u64) })]
        async fn later<'a, 'b: 'a>(&'a self, other: &'b str) -> (&'a [u8], &'b str) {
            (&self.0, other)
        }
    }
    let other = "other".to_owned();
    let (of_the_twin, mine, latest) = {
        let bytes = Bytes(vec![1]);
        let call = |bytes: &Bytes, is_plain: bool| {
            let (bytes, other) = if is_plain {
                bytes.plain(&other)
            } else {
                bytes.attributed(&other)
            };
            (bytes.to_vec(), other.to_owned())
        };
        let events = compare(|| call(&bytes, true), || call(&bytes, false));
        assert_eq!(end(&events), ("ok", Some(1)));
        (
            bytes.plain(&other).1,
            bytes.attributed(&other).1,
            block_on(bytes.later(&other)).1,
        )
    };
    assert_eq!((of_the_twin, mine, latest), ("other", "other", "other"));
}

#[test]
fn case_44_a_future_that_borrows_is_as_sendable_as_what_it_borrows() {
    struct NotSync(Cell<u64>);
    impl NotSync {
        twins! { [Begun { n: self.0.get() }, Done] async fn(&self) -> u64 {
            tokio::task::yield_now().await;
            self.0.get()
        } }
    }
    struct Synced(u64);
    impl Synced {
        twins! { [Begun { n: self.0 }, Done] async fn(&self) -> u64 {
            tokio::task::yield_now().await;
            self.0
        } }
    }
    let (here, shared) = (NotSync(Cell::new(1)), Synced(2));
    assert_eq!(autos!(here.plain())[..3], autos!(here.attributed())[..3]);
    assert_eq!(autos!(here.plain())[0], ("Send", false));
    assert_eq!(autos!(shared.plain())[..3], autos!(shared.attributed())[..3]);
    assert_eq!(autos!(shared.plain())[0], ("Send", true));
    assert_eq!(block_on(here.attributed()) + block_on(shared.attributed()), 3);
}

trait Kind {
    const KIND: u64;
    type Text: AsRef<str>;
    fn text(&self) -> Self::Text;
}

#[derive(Debug, PartialEq)]
struct Named(u64);

impl Kind for Named {
    const KIND: u64 = 7;
    type Text = &'static str;
    fn text(&self) -> &'static str {
        "named"
    }
}

impl Named {
    const LIMIT: u64 = 30;
    twins! {
        [
            Begun { n: Self::LIMIT + <Self as Kind>::KIND + Self(1).0 },
            |out| Done { value: Some(out.0 + Self::KIND) }
        ]
        fn(&self) -> Self {
            Self(self.0 + Self::LIMIT)
        }
    }
    #[emits(Shown { text: <Self as Kind>::text(self) }, |out| Done { value: Some(Self::KIND + *out) })]
    async fn later(&self) -> u64 {
        Self::LIMIT
    }
}

#[test]
fn case_45_self_as_a_type_is_known_to_the_events() {
    let events = compare(|| Named(1).plain(), || Named(1).attributed());
    assert_eq!((begun(&events), end(&events)), (Some(38), ("ok", Some(38))));
    let events = compare(|| 30, || block_on(Named(1).later()));
    assert_eq!(
        (events[0].text("text"), end(&events)),
        (Some("named"), ("ok", Some(37)))
    );
}

#[test]
fn case_46_macros_of_the_body_may_say_self() {
    struct Text<'a>(&'a mut String);
    macro_rules! own {
        ($text:expr) => {
            $text.0.len()
        };
    }
    impl Text<'_> {
        twins! { fn(&mut self, n: u8) -> usize {
            write!(self.0, "{n}").unwrap();
            own!(self)
        } }
        #[emits(Begun { n: own!(self) as u64 }, Done)]
        async fn selects(&mut self, n: u8) -> usize {
            tokio::select! {
                biased;
                () = tokio::task::yield_now() => write!(self.0, "{n}").unwrap(),
                () = std::future::pending() => self.0.clear(),
            }
            own!(self)
        }
    }
    compare(
        || Text(&mut String::new()).plain(17),
        || Text(&mut String::new()).attributed(17),
    );
    assert_eq!(
        begun(&compare(|| 3, || block_on(Text(&mut "a".to_owned()).selects(17)))),
        Some(1)
    );
}

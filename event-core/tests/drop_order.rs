//! Arguments are dropped when and in the order they would be without the attribute, and before the finished event.

use std::cell::RefCell;

use event_core::testing::Capture;
use event_core::{Event, emits};

#[derive(Event, serde::Serialize)]
struct Begun;
#[derive(Event, serde::Serialize)]
struct Done;
#[derive(Event, serde::Serialize)]
struct Dropped {
    name: &'static str,
}

thread_local! {
    static DROPS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        DROPS.with_borrow_mut(|drops| drops.push(self.0));
        Dropped { name: self.0 }.publish();
    }
}

fn drops() -> Vec<&'static str> {
    DROPS.take()
}

/// A function and its attributed twin.
macro_rules! twins {
    ($plain:ident, $attributed:ident, fn($($args:tt)*) $body:block) => {
        fn $plain($($args)*) $body

        #[emits(Begun, Done)]
        fn $attributed($($args)*) $body
    };
}

twins!(plain_all, attributed_all, fn(a: Loud, _unused: Loud, (b, _): (Loud, Loud), _: Loud, mut c: Loud, d: Loud) {
    let _local = Loud("local");
    drop(b);
    c.0 = "c, changed";
    let _ = &a;
    let _ = &d;
});

struct Holder {
    used: Loud,
    _rest: Loud,
}

impl Holder {
    twins!(plain_self, attributed_self, fn(self, last: Loud) {
        let _ = self.used.0.len();
        let _ = &last;
    });
}

fn loud(names: [&'static str; 7]) -> (Loud, Loud, (Loud, Loud), Loud, Loud, Loud) {
    let [a, unused, b, rest, ignored, c, d] = names.map(Loud);
    (a, unused, (b, rest), ignored, c, d)
}

#[test]
fn arguments_drop_as_in_the_unattributed_twin() {
    let names = ["a", "unused", "b", "rest of b", "ignored", "c", "d"];
    let (a, unused, b, ignored, c, d) = loud(names);
    plain_all(a, unused, b, ignored, c, d);
    let native = drops();
    let (a, unused, b, ignored, c, d) = loud(names);
    attributed_all(a, unused, b, ignored, c, d);
    assert_eq!(drops(), native);
    assert_eq!(native.len(), 8);
}

#[test]
fn self_is_taken_whole() {
    let holder = || Holder {
        used: Loud("used"),
        _rest: Loud("rest"),
    };
    holder().plain_self(Loud("last"));
    let native = drops();
    holder().attributed_self(Loud("last"));
    assert_eq!(drops(), native);
}

#[test]
fn everything_is_dropped_before_the_finished_event() {
    let capture = Capture::start();
    let (a, unused, b, ignored, c, d) = loud(["a"; 7]);
    attributed_all(a, unused, b, ignored, c, d);
    let events = capture.events();
    assert_eq!(events.len(), 10);
    assert_eq!(
        (events[0].event_type.as_str(), events[9].event_type.as_str()),
        ("begun", "done")
    );
}

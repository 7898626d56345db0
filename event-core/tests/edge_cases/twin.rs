//! A function and its attributed twin, and what can be seen of them from outside. Owns the comparison; it knows no
//! case.

use std::any::Any;
use std::cell::RefCell;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use event_core::testing::{Capture, Events};
use event_core::{Envelope, Event};

/// The started event of most cases.
#[derive(Event, serde::Serialize, Default)]
pub(crate) struct Begun {
    pub(crate) n: u64,
}

/// The finished event of most cases.
#[derive(Event, serde::Serialize, Default)]
pub(crate) struct Done {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<u64>,
}

/// Defines `plain` and `attributed` from one signature and body. In brackets stand other events than the bare ones.
macro_rules! twins {
    ([$($events:tt)*] $(#[$meta:meta])* async fn $($rest:tt)*) => {
        $(#[$meta])* async fn plain $($rest)*
        #[event_core::emits($($events)*)] $(#[$meta])* async fn attributed $($rest)*
    };
    ([$($events:tt)*] $(#[$meta:meta])* extern $abi:literal fn $($rest:tt)*) => {
        $(#[$meta])* extern $abi fn plain $($rest)*
        #[event_core::emits($($events)*)] $(#[$meta])* extern $abi fn attributed $($rest)*
    };
    ([$($events:tt)*] $(#[$meta:meta])* fn $($rest:tt)*) => {
        $(#[$meta])* fn plain $($rest)*
        #[event_core::emits($($events)*)] $(#[$meta])* fn attributed $($rest)*
    };
    ($($rest:tt)*) => {
        $crate::twin::twins! { [$crate::twin::Begun, $crate::twin::Done] $($rest)* }
    };
}
pub(crate) use twins;

/// Compares calls of `plain` and `attributed` with the same arguments; returns the events.
macro_rules! same {
    ($($args:expr),* $(,)?) => {
        $crate::twin::compare(|| plain($($args),*), || attributed($($args),*))
    };
}
pub(crate) use same;

/// As [`same!`], of async functions.
macro_rules! same_async {
    ($($args:expr),* $(,)?) => {
        $crate::twin::compare(
            || $crate::twin::block_on(plain($($args),*)),
            || $crate::twin::block_on(attributed($($args),*)),
        )
    };
}
pub(crate) use same_async;

thread_local! {
    static DROPS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static PANICS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Something whose drop is seen.
#[derive(Debug)]
pub(crate) struct Loud(pub(crate) &'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        seen(self.0);
    }
}

/// Something was seen to happen, in this order.
pub(crate) fn seen(what: &str) {
    DROPS.with_borrow_mut(|drops| drops.push(what.to_owned()));
}

/// What can be seen of a call from outside.
#[derive(Debug, PartialEq)]
struct Seen<R> {
    /// What it returned, or the payload of its panic.
    result: Result<R, String>,
    /// What was dropped, in order.
    drops: Vec<String>,
    /// Where it panicked.
    panics: Vec<String>,
}

fn see<R>(call: impl FnOnce() -> R) -> Seen<R> {
    hear_panics();
    DROPS.take();
    PANICS.take();
    let result = catch_unwind(AssertUnwindSafe(call)).map_err(|payload| text(&*payload));
    Seen {
        result,
        drops: DROPS.take(),
        panics: PANICS.take(),
    }
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no text".to_owned())
}

fn hear_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // The library's own hook first: two that are set at once, on two threads, may lose one of them.
        std::thread::spawn(|| drop(Capture::start())).join().unwrap();
        let next = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if let Some(place) = info.location() {
                PANICS.with_borrow_mut(|panics| panics.push(place.to_string()));
            }
            // Always: the library's own hook may stand behind this one, and has to hear of it too.
            next(info);
        }));
    });
}

/// Calls the twins, the attributed one without a bus and with one: all must return the same, drop the same in the same
/// order, and panic with the same at the same place. Returns the events, of which each started one is finished once.
#[track_caller]
pub(crate) fn compare<R: PartialEq + Debug>(plain: impl Fn() -> R, attributed: impl Fn() -> R) -> Events {
    let expected = see(plain);
    assert_eq!(see(&attributed), expected, "with no bus");
    let capture = Capture::start();
    assert_eq!(see(&attributed), expected, "with a bus");
    let events = capture.events();
    assert_paired(&events);
    events
}

/// Each started event has exactly one finished one.
#[track_caller]
pub(crate) fn assert_paired(events: &[Envelope]) {
    let spans = |is_finished: bool| {
        let events = events
            .iter()
            .filter(move |event| event.payload.contains_key("outcome") == is_finished);
        let mut spans: Vec<_> = events.filter_map(|event| event.text("span_id")).collect();
        spans.sort_unstable();
        spans
    };
    let started = spans(false);
    assert!(!started.is_empty(), "nothing was published");
    assert_eq!(started, spans(true), "{events:#?}");
    assert!(started.windows(2).all(|pair| pair[0] != pair[1]), "{events:#?}");
}

/// The outcome and the value of the last finished event.
#[track_caller]
pub(crate) fn end(events: &[Envelope]) -> (&str, Option<u64>) {
    let finished = events.iter().rfind(|event| event.payload.contains_key("outcome"));
    let finished = finished.unwrap_or_else(|| panic!("nothing is finished: {events:#?}"));
    let value = finished.payload.get("value").and_then(serde_json::Value::as_u64);
    (finished.text("outcome").unwrap(), value)
}

/// The number of the first started event.
pub(crate) fn begun(events: &[Envelope]) -> Option<u64> {
    events.first()?.payload.get("n")?.as_u64()
}

/// Drives a future on this thread; its timers fire as soon as nothing else is left to do.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    runtime.block_on(future)
}

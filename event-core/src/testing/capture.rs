//! What a piece of code publishes. Owns a memory log and a bus that nobody else publishes to.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::Events;
use crate::bus::{EventBus, InstalledForThread, Limits};
use crate::catalog::ProducerAlive;
use crate::clock::Pause;
use crate::context::Context;
use crate::event::{Envelope, Event};
use crate::log::MemoryLog;

/// How long [`Capture::events`] waits for events that are on their way.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs `f`, and returns with its value what it published: on this thread, and wherever a [`Context`] was carried to from
/// it.
///
/// Spans that are open around it are not its parents: what it does is a run of its own.
///
/// ```
/// use event_core::EventBus;
/// use event_core::testing::capture;
/// use serde_json::json;
///
/// let (sum, events) = capture(|| {
///     EventBus::current().unwrap().publish_value("added", json!({ "to": 2 }));
///     2 + 2
/// });
/// assert_eq!((sum, events.types()), (4, vec!["added"]));
/// ```
pub fn capture<R>(f: impl FnOnce() -> R) -> (R, Events) {
    let capture = Capture::start();
    let value = Context::default().with_bus(capture.bus().clone()).run(f);
    let events = capture.events();
    (value, events)
}

/// Awaits the future that `f` makes, and returns with its value what both published: on whatever thread it was polled, and
/// wherever a [`Context`] was carried to from it. A task that is spawned inside belongs to it if it is wrapped, as for its
/// spans: `tokio::spawn(Context::current().wrap(…))`.
///
/// ```
/// use event_core::testing::capture_async;
/// use event_core::{StepFinished, StepStarted, emits};
///
/// #[emits(StepStarted, StepFinished)]
/// async fn step() -> u32 {
///     7
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (value, events) = capture_async(|| step()).await;
/// events.assert_paired();
/// assert_eq!((value, events.len()), (7, 2));
/// # }
/// ```
pub async fn capture_async<F: Future>(f: impl FnOnce() -> F) -> (F::Output, Events) {
    let (bus, log) = memory();
    let context = Context::default().with_bus(bus.clone());
    // Made inside as well: a call may begin before its future is polled.
    let future = context.run(f);
    let value = context.wrap(future).await;
    let events = written(&bus, &log);
    (value, events)
}

/// Captures what the current thread publishes, and what runs in its contexts elsewhere, as long as it lives: for code
/// that no closure can hold, and for a look at events in between.
///
/// A context that brings a bus of its own comes before the thread's: so inside of [`capture()`] or of another bus's span,
/// what runs is captured there and not here.
///
/// ```
/// use event_core::{StepFinished, StepStarted, emits, testing::Capture};
///
/// #[emits(StepStarted, StepFinished)]
/// fn step() {}
///
/// let capture = Capture::start();
/// step();
/// assert_eq!(capture.events().types(), ["step_started", "step_finished"]);
/// ```
#[must_use = "it captures while it lives"]
#[derive(Debug)]
pub struct Capture {
    bus: EventBus,
    log: Arc<MemoryLog>,
    _installed: InstalledForThread,
}

impl Capture {
    /// Captures from now on.
    pub fn start() -> Self {
        let (bus, log) = memory();
        Self {
            log,
            _installed: bus.clone().install_for_thread(),
            bus,
        }
    }

    /// The bus it captures from: for code that is handed one.
    pub fn bus(&self) -> &EventBus {
        &self.bus
    }

    /// Everything published so far, in order, without the bus's own `producer_alive`.
    ///
    /// # Panics
    /// If the events are not in the log after half a minute, or are no events.
    pub fn events(&self) -> Events {
        written(&self.bus, &self.log)
    }

    /// Stops the clock for what is captured, and only for that: from now on it goes on when it is told to.
    ///
    /// It is the clock of `ts`, of `duration`, and of a stream's `time_to_first`.
    pub fn pause_clock(&self) -> PausedClock {
        PausedClock(self.bus.pause_clock())
    }
}

/// The clock of what a [`Capture`] captures, stopped. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct PausedClock(Arc<Pause>);

impl PausedClock {
    /// Lets that much time pass at once.
    pub fn advance(&self, by: Duration) {
        self.0.advance(by);
    }
}

fn memory() -> (EventBus, Arc<MemoryLog>) {
    let log = Arc::new(MemoryLog::new("testing", 0));
    (EventBus::with_limits(log.clone(), Limits::default()), log)
}

fn written(bus: &EventBus, log: &MemoryLog) -> Events {
    let missing = bus.flush(PATIENCE);
    assert_eq!(missing, 0, "events that did not reach the log");
    let events = log.entries();
    events
        .iter()
        .map(event)
        .filter(|event| event.event_type != ProducerAlive::TYPE)
        .collect()
}

fn event(json: &bytes::Bytes) -> Envelope {
    match serde_json::from_slice(json) {
        Ok(event) => event,
        Err(error) => panic!("not an event ({error}): {}", String::from_utf8_lossy(json)),
    }
}

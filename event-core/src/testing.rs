//! For tests of annotated code: capture what it publishes. Owns a memory log and a bus for one thread, so that tests
//! run side by side.

use std::sync::Arc;
use std::time::Duration;

use crate::bus::{EventBus, InstalledForThread, Limits};
use crate::catalog::ProducerAlive;
use crate::event::{Envelope, Event};
use crate::log::MemoryLog;

/// How long [`Capture::events`] waits for events that are on their way.
const PATIENCE: Duration = Duration::from_secs(30);

/// Captures what the current thread publishes, and what runs in its contexts elsewhere.
///
/// ```
/// use event_core::{StepFinished, StepStarted, emits, testing::Capture};
///
/// #[emits(StepStarted, StepFinished)]
/// fn step() {}
///
/// let capture = Capture::start();
/// step();
/// let types: Vec<_> = capture.events().into_iter().map(|event| event.event_type).collect();
/// assert_eq!(types, ["step_started", "step_finished"]);
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
        let log = Arc::new(MemoryLog::new("testing", 0));
        let bus = EventBus::with_limits(log.clone(), Limits::default());
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
    pub fn events(&self) -> Vec<Envelope> {
        let missing = self.bus.flush(PATIENCE);
        assert_eq!(missing, 0, "events that did not reach the log");
        let events = self.log.entries();
        events
            .iter()
            .map(event)
            .filter(|event| event.event_type != ProducerAlive::TYPE)
            .collect()
    }
}

fn event(json: &bytes::Bytes) -> Envelope {
    match serde_json::from_slice(json) {
        Ok(event) => event,
        Err(error) => panic!("not an event ({error}): {}", String::from_utf8_lossy(json)),
    }
}

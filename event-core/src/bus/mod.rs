//! The way of events from the code that publishes them to the log. Owns the bus and its life.
//! Publishing never blocks, never fails and never panics.

mod builder;
mod installed;
mod queue;
mod spare;
mod spool;
mod stats;
mod writer;

use std::fmt;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use self::builder::Options;
pub use self::builder::{EventBusBuilder, Limits};
pub(crate) use self::installed::installed;
pub use self::installed::{Installed, InstalledForThread};
pub(crate) use self::spare::blank;
pub use self::spool::SpoolConfig;
pub use self::stats::Stats;
use self::writer::Writer;
use crate::clock::{Moment, Pause};
use crate::log::{Log, LogError};
use crate::panics;
use crate::record::{Record, TypeName, encode};

/// How long dropping a guard waits for events to be written.
const DROP_PATIENCE: Duration = Duration::from_secs(2);

/// How many buses there are: while there is none, nothing else of this crate runs.
static BUSES: AtomicUsize = AtomicUsize::new(0);

/// Takes events from anywhere in a process to a log.
///
/// ```
/// use event_core::{Event, EventBus};
///
/// #[derive(Event, serde::Serialize)]
/// struct Greeted<'a> {
///     name: &'a str,
/// }
///
/// let _events = EventBus::memory().install();
/// Greeted { name: "world" }.publish();
/// ```
///
/// A bounded queue stands between the two, with a thread that writes batches, reconnects for ever, and keeps order.
/// When the queue is full the oldest events go, and an `events_dropped` event says how many. Cheap to clone.
///
/// With the first bus a panic hook is put in front of the one that is there, to hear what a panic says; then it calls that.
/// `std` has no single step for this: set a hook of your own before the first bus is made, or after it on the same thread.
/// At the same moment on another thread, one of the two may be lost.
#[derive(Clone)]
pub struct EventBus(Arc<Handle>);

/// What the clones of a bus share; the writer ends with the last of them.
struct Handle {
    writer: Writer,
    log: Arc<dyn Log>,
    /// When somebody last waited for the log in vain: the guards that go next need not wait once more.
    in_vain: Mutex<Option<Instant>>,
}

impl EventBus {
    /// A bus that writes to `log`, with the default options.
    pub fn new(log: impl Log) -> Self {
        Self::builder().build(Arc::new(log))
    }

    /// A bus that writes to `log`, and keeps to these limits.
    pub fn with_limits(log: Arc<dyn Log>, limits: Limits) -> Self {
        Self::builder().limits(limits).build(log)
    }

    /// A bus on Redis, as the environment says: `REDIS_URL`, else `REDIS_HOST`, else localhost; `EVENT_STREAM`
    /// (`agent_events`); `EVENT_STREAM_MAXLEN` (10000, 0 = never trim); `EVENT_REDIS_CA` (a PEM file with whom to trust,
    /// for `rediss://`); and the options of [`EventBusBuilder`]. It connects in the background: Redis may come later.
    pub fn from_env() -> Result<Self, LogError> {
        Self::builder().build_from_env()
    }

    /// A bus on the Redis server at `url`; the rest as [`EventBus::from_env`].
    pub fn redis(url: &str) -> Result<Self, LogError> {
        Self::builder().build_redis(url)
    }

    /// A bus on a log in this process's memory, which keeps the newest 10,000 events.
    pub fn memory() -> Self {
        Self::builder().build_memory()
    }

    /// For a bus with other options.
    pub fn builder() -> EventBusBuilder {
        EventBusBuilder::default()
    }

    fn with_options(log: Arc<dyn Log>, options: Options) -> Self {
        BUSES.fetch_add(1, Ordering::Relaxed);
        panics::install_hook();
        Self(Arc::new(Handle {
            writer: Writer::spawn(log.clone(), options),
            log,
            in_vain: Mutex::default(),
        }))
    }

    /// Waits until everything published before is in the log, or counted as dropped; at most for `timeout`. Returns how
    /// many events still wait.
    ///
    /// It blocks the thread; in async code call it at the end only.
    pub fn flush(&self, timeout: Duration) -> u64 {
        let waiting = self.0.writer.flush(timeout);
        if waiting == 0 {
            *self.0.in_vain() = None;
        } else if timeout >= DROP_PATIENCE {
            self.0.waited_in_vain();
        }
        waiting
    }

    /// Writes what waits, at most for `timeout`, and stops. Returns how many events are not in the log: with a spool, they
    /// wait there for the next start, for which it takes its time beyond `timeout`. What is published afterwards is
    /// counted as dropped.
    pub fn shutdown(&self, timeout: Duration) -> u64 {
        self.0.writer.shutdown(timeout)
    }

    /// Counts of what went through, and how it stands with the log.
    pub fn stats(&self) -> Stats {
        self.0.writer.stats()
    }

    /// Stops the clock of this bus's events.
    pub(crate) fn pause_clock(&self) -> Arc<Pause> {
        self.0.writer.pause_clock()
    }

    /// How long it is since then, by the clock of this bus's events.
    pub(crate) fn since(&self, moment: Moment) -> Duration {
        self.0.writer.since(moment)
    }

    /// The log this bus writes to.
    pub fn log(&self) -> Arc<dyn Log> {
        self.0.log.clone()
    }

    /// Hands a record over to the writer.
    pub(crate) fn send(&self, record: Box<Record>) {
        self.0.writer.send(record);
    }

    /// A span was opened; a root of a run if `is_root`.
    pub(crate) fn opened(&self, is_root: bool) {
        self.0.writer.opened(is_root);
    }

    pub(crate) fn closed(&self, is_root: bool) {
        self.0.writer.closed(is_root);
    }
}

/// Whether events are compiled in. With `--cfg emits_off` they are not: what stands behind this is gone from the binary,
/// and was type-checked all the same.
pub(crate) const IS_COMPILED_IN: bool = !cfg!(emits_off);

/// Whether code here may publish: not while it writes events itself, which would feed itself for ever.
#[inline]
pub(crate) fn may_publish() -> bool {
    is_any() && !writer::is_writer()
}

/// Whether there is any bus at all: one relaxed load.
#[inline]
pub(crate) fn is_any() -> bool {
    IS_COMPILED_IN && BUSES.load(Ordering::Relaxed) > 0
}

/// Says something to the person at the terminal: the bus has no other way to be heard.
pub(crate) fn say(message: fmt::Arguments<'_>) {
    // A terminal that is gone is no reason to fail.
    let _ = writeln!(io::stderr(), "event-core: {message}");
}

impl fmt::Debug for EventBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let log = &self.0.log;
        write!(f, "EventBus({} {:?})", log.kind(), log.stream())
    }
}

impl Handle {
    fn in_vain(&self) -> MutexGuard<'_, Option<Instant>> {
        self.in_vain.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waited_in_vain(&self) {
        *self.in_vain() = Some(Instant::now());
    }

    /// How long the end of a guard or of the bus waits.
    fn patience(&self) -> Duration {
        match *self.in_vain() {
            Some(at) if at.elapsed() < DROP_PATIENCE => Duration::ZERO,
            _ => DROP_PATIENCE,
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let unsent = self.writer.shutdown(self.patience());
        if unsent > 0 && self.writer.is_saved() {
            say(format_args!("{unsent} events wait in the spool for the next start"));
        } else if unsent > 0 {
            say(format_args!(
                "{unsent} events could not be written: {}",
                self.writer.why_not()
            ));
        }
        BUSES.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A record that the bus itself publishes.
pub(super) fn own_record<E: crate::Event>(event: &E) -> Record {
    let mut record = Record::blank(Moment::now());
    record.event_type = TypeName::of::<E>();
    encode(event, &[], &mut record.fields);
    record
}

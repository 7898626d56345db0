//! The way of events from the code that publishes them to the log. Owns the bus, where it is found (context, thread,
//! process), and its life. Publishing never blocks, never fails and never panics.

mod queue;
mod stats;
mod writer;

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;

pub use self::stats::Stats;
use self::writer::Writer;
use crate::clock::Moment;
use crate::context::Context;
use crate::log::{DEFAULT_MAXLEN_ENTRIES, DEFAULT_STREAM, Log, LogError, MemoryLog, RedisConfig, RedisLog};
use crate::panics;
use crate::record::{Record, encode};

/// How long dropping a guard waits for events to be written.
const DROP_PATIENCE: Duration = Duration::from_secs(2);

/// How many buses there are: while there is none, nothing else of this crate runs.
static BUSES: AtomicUsize = AtomicUsize::new(0);
static GLOBAL: ArcSwapOption<Handle> = ArcSwapOption::const_empty();

thread_local! {
    static THREAD: RefCell<Option<EventBus>> = const { RefCell::new(None) };
}

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
#[derive(Clone)]
pub struct EventBus(Arc<Handle>);

/// What the clones of a bus share; the writer ends with the last of them.
struct Handle {
    writer: Writer,
    log: Arc<dyn Log>,
    /// A guard has waited for the log already, in vain: the end of the bus need not wait once more.
    was_waited_for: AtomicBool,
}

/// How much may wait in the queue of a bus.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Events waiting for the log.
    pub max_events: usize,
    /// Their size in memory, in bytes.
    pub max_bytes: usize,
}

impl Default for Limits {
    /// 65,536 events, 64 MiB.
    fn default() -> Self {
        Self {
            max_events: 65_536,
            max_bytes: 64 * 1024 * 1024,
        }
    }
}

impl EventBus {
    /// A bus that writes to `log`, with the default limits.
    pub fn new(log: impl Log) -> Self {
        Self::with_limits(Arc::new(log), Limits::default())
    }

    /// A bus that writes to `log`.
    pub fn with_limits(log: Arc<dyn Log>, limits: Limits) -> Self {
        BUSES.fetch_add(1, Ordering::Relaxed);
        panics::install_hook();
        Self(Arc::new(Handle {
            writer: Writer::spawn(log.clone(), limits),
            log,
            was_waited_for: AtomicBool::new(false),
        }))
    }

    /// A bus on Redis, as the environment says: `REDIS_URL`, else `REDIS_HOST`, else localhost; `EVENT_STREAM`
    /// (`agent_events`); `EVENT_STREAM_MAXLEN` (10000, 0 = never trim). It connects in the background: Redis may come
    /// later.
    pub fn from_env() -> Result<Self, LogError> {
        Ok(Self::new(RedisLog::new(RedisConfig::from_env()?)?))
    }

    /// A bus on the Redis server at `url`; the rest as [`EventBus::from_env`].
    pub fn redis(url: &str) -> Result<Self, LogError> {
        Ok(Self::new(RedisLog::new(RedisConfig::new(url)?)?))
    }

    /// A bus on a log in this process's memory, which keeps the newest 10,000 events.
    pub fn memory() -> Self {
        let max_entries = usize::try_from(DEFAULT_MAXLEN_ENTRIES).unwrap_or(usize::MAX);
        Self::new(MemoryLog::new(DEFAULT_STREAM, max_entries))
    }

    /// Makes this the process's bus until the guard goes. The newest one counts.
    pub fn install(self) -> Installed {
        GLOBAL.store(Some(self.0.clone()));
        Installed(self)
    }

    /// Makes this the bus of the current thread until the guard goes: for tests that run side by side.
    pub fn install_for_thread(self) -> InstalledForThread {
        InstalledForThread {
            before: set_for_thread(Some(self)),
            not_send: PhantomData,
        }
    }

    /// The process's bus.
    pub fn global() -> Option<Self> {
        GLOBAL.load_full().map(Self)
    }

    /// The bus that code here publishes to: the context's, else the thread's, else the process's.
    pub fn current() -> Option<Self> {
        Context::current()
            .node()
            .and_then(|here| here.bus.clone())
            .or_else(|| THREAD.try_with(|bus| bus.borrow().clone()).ok().flatten())
            .or_else(Self::global)
    }

    /// Waits until everything published before is in the log, at most `timeout`. Returns how many events are not
    /// there yet.
    ///
    /// It blocks the thread; in async code call it at the end only.
    pub fn flush(&self, timeout: Duration) -> u64 {
        self.0.writer.flush(timeout)
    }

    /// Writes what waits, at most for `timeout`, and stops. Returns how many events were not written. What is
    /// published afterwards is counted as dropped.
    pub fn shutdown(&self, timeout: Duration) -> u64 {
        self.0.writer.shutdown(timeout)
    }

    /// Counts of what went through.
    pub fn stats(&self) -> Stats {
        self.0.writer.stats()
    }

    /// The log this bus writes to.
    pub fn log(&self) -> Arc<dyn Log> {
        self.0.log.clone()
    }

    /// What could not be written is said by the handle, when it goes.
    fn flush_at_end(&self) {
        let is_in_vain = self.flush(DROP_PATIENCE) > 0;
        self.0.was_waited_for.store(is_in_vain, Ordering::Relaxed);
    }

    /// A record to fill; its memory is used again after it was written.
    pub(crate) fn blank(&self, moment: Moment) -> Box<Record> {
        self.0.writer.blank(moment)
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

/// Whether there is any bus at all: one relaxed load.
pub(crate) fn is_any() -> bool {
    BUSES.load(Ordering::Relaxed) > 0
}

fn set_for_thread(bus: Option<EventBus>) -> Option<EventBus> {
    THREAD.try_with(|current| current.replace(bus)).ok().flatten()
}

/// Says something to the person at the terminal: the bus has no other way to be heard.
pub(crate) fn say(message: fmt::Arguments<'_>) {
    eprintln!("event-core: {message}");
}

impl fmt::Debug for EventBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let log = &self.0.log;
        write!(f, "EventBus({} {:?})", log.kind(), log.stream())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let was_waited_for = self.was_waited_for.load(Ordering::Relaxed);
        let patience = if was_waited_for { Duration::ZERO } else { DROP_PATIENCE };
        let unsent = self.writer.shutdown(patience);
        if unsent > 0 {
            say(format_args!(
                "{unsent} events could not be written: {}",
                self.writer.why_not()
            ));
        }
        BUSES.fetch_sub(1, Ordering::Relaxed);
    }
}

/// While it lives, its bus is the process's. Dropped, it waits at most 2 s for events to be written.
#[must_use = "events go nowhere once this is dropped: `let _events = …`"]
#[derive(Debug)]
pub struct Installed(EventBus);

impl Installed {
    /// The bus that is installed.
    pub fn bus(&self) -> &EventBus {
        &self.0
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        self.0.flush_at_end();
        let ours = GLOBAL.load_full().is_some_and(|global| Arc::ptr_eq(&global, &self.0.0));
        if ours {
            GLOBAL.store(None);
        }
    }
}

/// While it lives, its bus is the thread's.
#[must_use = "the thread's bus is another once this is dropped: `let _events = …`"]
#[derive(Debug)]
pub struct InstalledForThread {
    before: Option<EventBus>,
    not_send: PhantomData<*const ()>,
}

impl Drop for InstalledForThread {
    fn drop(&mut self) {
        if let Some(bus) = set_for_thread(self.before.take()) {
            bus.flush_at_end();
        }
    }
}

/// A record that the bus itself publishes.
pub(super) fn own_record<E: crate::Event>(event: &E) -> Record {
    let mut record = Record::blank(Moment::now());
    record.event_type = E::TYPE.into();
    encode(event, &[], &mut record.fields);
    record
}

//! The way of events from the code that publishes them to the log. Owns the bus, where it is installed (thread, process),
//! and its life. Publishing never blocks, never fails and never panics.

mod builder;
mod queue;
mod spare;
mod spool;
mod stats;
mod writer;

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Write as _};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;

use self::builder::Options;
pub use self::builder::{EventBusBuilder, Limits};
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
static GLOBAL: ArcSwapOption<Handle> = ArcSwapOption::const_empty();
/// Every bus that is installed for the process; the last one is the global one.
static INSTALLED: Mutex<Vec<EventBus>> = Mutex::new(Vec::new());

thread_local! {
    /// Every bus that is installed for the thread; the last one counts.
    static THREAD: RefCell<Vec<EventBus>> = const { RefCell::new(Vec::new()) };
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

    /// Makes this the process's bus until the guard goes. The newest installation counts; when it goes, the one before
    /// counts again.
    pub fn install(self) -> Installed {
        change_installed(|installed| installed.push(self.clone()));
        Installed(self)
    }

    /// Makes this the bus of the current thread until the guard goes: for tests that run side by side.
    pub fn install_for_thread(self) -> InstalledForThread {
        let _ = THREAD.try_with(|installed| installed.borrow_mut().push(self.clone()));
        InstalledForThread {
            bus: self,
            not_send: PhantomData,
        }
    }

    /// The process's bus.
    pub fn global() -> Option<Self> {
        GLOBAL.load_full().map(Self)
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

/// The bus that is installed: for the thread, else for the process.
#[inline(never)]
pub(crate) fn installed() -> Option<EventBus> {
    let for_thread = || {
        THREAD
            .try_with(|installed| installed.borrow().last().cloned())
            .ok()
            .flatten()
    };
    for_thread().or_else(EventBus::global)
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

/// Changes what is installed for the process, and with it the global bus.
fn change_installed(change: impl FnOnce(&mut Vec<EventBus>)) {
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    change(&mut installed);
    GLOBAL.store(installed.last().map(|bus| bus.0.clone()));
}

/// Takes the newest installation of a bus out of a list.
fn uninstall(installed: &mut Vec<EventBus>, bus: &EventBus) -> Option<EventBus> {
    let index = installed.iter().rposition(|other| Arc::ptr_eq(&other.0, &bus.0))?;
    Some(installed.remove(index))
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

/// While it lives, its bus is the process's. Dropped, it waits at most 2 s for events to be written; [`Installed::end`] waits
/// as long as it is told.
///
/// A panic drops it as any value of `main`. [`std::process::exit`] does not, nor do signals: call [`EventBus::flush`]
/// before, or events that were published last are lost.
#[must_use = "events go nowhere once this is dropped: `let _events = …`"]
#[derive(Debug)]
pub struct Installed(EventBus);

impl Installed {
    /// The bus that is installed.
    pub fn bus(&self) -> &EventBus {
        &self.0
    }

    /// Drops the guard, but waits at most for `timeout`, and returns how many events still wait.
    pub fn end(self, timeout: Duration) -> u64 {
        let waiting = self.0.flush(timeout);
        if waiting > 0 {
            self.0.0.waited_in_vain();
        }
        waiting
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        let patience = self.0.0.patience();
        self.0.flush(patience);
        // Dropped outside the lock: the end of a bus may take its time.
        let mut removed = None;
        change_installed(|installed| removed = uninstall(installed, &self.0));
    }
}

/// While it lives, its bus is the thread's.
#[must_use = "the thread's bus is another once this is dropped: `let _events = …`"]
#[derive(Debug)]
pub struct InstalledForThread {
    bus: EventBus,
    not_send: PhantomData<*const ()>,
}

impl Drop for InstalledForThread {
    fn drop(&mut self) {
        let patience = self.bus.0.patience();
        self.bus.flush(patience);
        let _removed = THREAD.try_with(|installed| uninstall(&mut installed.borrow_mut(), &self.bus));
    }
}

/// A record that the bus itself publishes.
pub(super) fn own_record<E: crate::Event>(event: &E) -> Record {
    let mut record = Record::blank(Moment::now());
    record.event_type = TypeName::of::<E>();
    encode(event, &[], &mut record.fields);
    record
}

//! Where a bus is installed: for the process, for a thread, and with what guard. Owns the look-up of the bus that counts;
//! what goes through one is not its business.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::{EventBus, Handle};

static GLOBAL: ArcSwapOption<Handle> = ArcSwapOption::const_empty();
/// Every bus that is installed for the process; the last one is the global one.
static INSTALLED: Mutex<Vec<EventBus>> = Mutex::new(Vec::new());

thread_local! {
    /// Every bus that is installed for the thread; the last one counts.
    static THREAD: RefCell<Vec<EventBus>> = const { RefCell::new(Vec::new()) };
}

impl EventBus {
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

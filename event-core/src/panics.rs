//! What the last panic of a thread said. Owns the panic hook, chained in front of the one that was there; it changes
//! nothing about what is printed.
//!
//! It is chained when the first bus is made. `std` can't take a hook and set another in one step: a program that sets its
//! own on another thread at that very moment may lose one of the two.

use std::cell::{Cell, RefCell};
use std::panic::{self, PanicHookInfo};
use std::sync::Once;

use crate::outcome::{Failure, Outcome};

thread_local! {
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

/// Chains the hook, once in a process.
pub(crate) fn install_hook() {
    static INSTALL: Once = Once::new();
    // A thread that unwinds may not set one; the next bus does.
    if std::thread::panicking() {
        return;
    }
    INSTALL.call_once(|| {
        let next = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            remember(info);
            next(info);
        }));
    });
}

fn remember(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let message = text.unwrap_or("panicked with a value that is no text");
    let text = match info.location() {
        Some(place) => format!("{message}, at {}:{}:{}", place.file(), place.line(), place.column()),
        None => message.to_owned(),
    };
    // A thread that is going away has nothing left to tell.
    let _ = COUNT.try_with(|count| count.set(count.get().wrapping_add(1)));
    let _ = LAST.try_with(|last| last.try_borrow_mut().map(|mut last| *last = Some(text)));
}

/// How many panics the hook has seen on this thread.
pub(crate) fn count() -> u32 {
    COUNT.try_with(Cell::get).unwrap_or_default()
}

/// The outcome of a call that a panic ended; `count_before` is of a time before that. A panic that was only carried on
/// (`resume_unwind`), or that another hook kept from ours, has no text.
pub(crate) fn outcome(count_before: u32) -> Outcome {
    let is_new = count() != count_before;
    let text = LAST.try_with(|last| last.try_borrow().ok()?.clone()).ok().flatten();
    let error = text.filter(|_| is_new).unwrap_or_else(|| "panicked".to_owned());
    Outcome::Panicked(Failure::new(error, "panic", Vec::new()))
}

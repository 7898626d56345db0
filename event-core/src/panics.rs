//! What the last panic of a thread said. Owns the panic hook, chained in front of the one that was there; it changes
//! nothing about what is printed.

use std::cell::RefCell;
use std::panic::{self, PanicHookInfo};
use std::sync::Once;

use crate::outcome::{Failure, Outcome};

thread_local! {
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Chains the hook, once in a process.
pub(crate) fn install_hook() {
    static INSTALL: Once = Once::new();
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
    let _ = LAST.try_with(|last| last.try_borrow_mut().map(|mut last| *last = Some(text)));
}

/// The outcome of a call that the thread's last panic ended.
pub(crate) fn outcome() -> Outcome {
    let text = LAST.try_with(|last| last.try_borrow().ok()?.clone()).ok().flatten();
    Outcome::Panicked(Failure {
        error: text.unwrap_or_else(|| "panicked".to_owned()),
        error_type: "panic",
        error_chain: Vec::new(),
    })
}

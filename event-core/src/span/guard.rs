//! A call whose body can't be put into a closure: left by a guard, which sees no value.

use super::call::Call;
use super::ongoing::Ongoing;
use crate::outcome::Outcome;

impl Call {
    /// For a body that can't be put into a closure: inside the span until the guard goes, which finishes the call
    /// without a look at its value.
    #[inline]
    pub fn guard(&mut self) -> Guard<'_> {
        if self.is_on() {
            self.change(Ongoing::entered);
        }
        Guard {
            was_panicking: std::thread::panicking(),
            call: self,
        }
    }
}

/// Inside a span whose value can't be seen; see [`Call::guard`].
#[derive(Debug)]
#[must_use]
pub struct Guard<'a> {
    call: &'a mut Call,
    was_panicking: bool,
}

impl Drop for Guard<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.call.is_on() {
            self.call.take().end_guarded(self.was_panicking);
        }
    }
}

impl Ongoing {
    /// Ends a call whose value can't be seen.
    #[inline(never)]
    fn end_guarded(self, was_panicking: bool) {
        let this = self.left();
        let has_panicked = std::thread::panicking() && !was_panicking;
        let outcome = if has_panicked {
            this.abandoned()
        } else {
            Outcome::Returned
        };
        this.end_unseen(outcome);
    }
}

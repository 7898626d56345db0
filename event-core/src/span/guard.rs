//! A call whose body can't be put into a closure: left by a guard, which sees no value.

use super::call::Call;
use crate::clock::Moment;
use crate::outcome::Outcome;

impl Call {
    /// For a body that can't be put into a closure: inside the span until the guard goes, which finishes the call
    /// without a look at its value.
    #[inline]
    pub fn guard(&mut self) -> Guard<'_> {
        let is_inside = self.enter().stay();
        Guard {
            is_inside,
            was_panicking: std::thread::panicking(),
            call: self,
        }
    }

    /// Ends a call whose value can't be seen.
    #[inline(never)]
    fn leave(&mut self, was_panicking: bool) {
        let has_panicked = std::thread::panicking() && !was_panicking;
        let outcome = if has_panicked {
            self.abandoned()
        } else {
            Outcome::Returned
        };
        self.end_unseen(Moment::now(), outcome);
    }
}

/// Inside a span whose value can't be seen; see [`Call::guard`].
#[derive(Debug)]
#[must_use]
pub struct Guard<'a> {
    call: &'a mut Call,
    is_inside: bool,
    was_panicking: bool,
}

impl Drop for Guard<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.is_inside {
            self.call.left();
        }
        if self.call.is_on() {
            self.call.leave(self.was_panicking);
        }
    }
}

//! Which auto traits a value's type has, as values: what is missing is proved as well as what is there.

use std::panic::{RefUnwindSafe, UnwindSafe};

/// Asks about the type of a value. A method of the type itself is found first, if its bounds hold; else that of
/// [`Lacks`].
pub(crate) struct Of<T>(T);

/// What is answered of a type that has none of the auto traits.
pub(crate) trait Lacks<T>: Sized {
    fn of(value: T) -> Self;

    fn is_send(&self) -> bool {
        false
    }
    fn is_sync(&self) -> bool {
        false
    }
    fn is_unpin(&self) -> bool {
        false
    }
    fn is_unwind_safe(&self) -> bool {
        false
    }
    fn is_ref_unwind_safe(&self) -> bool {
        false
    }
}

impl<T> Lacks<T> for Of<T> {
    fn of(value: T) -> Self {
        Self(value)
    }
}

macro_rules! has {
    ($($auto:path => $answer:ident),*) => {
        $(impl<T: $auto> Of<T> {
            pub(crate) fn $answer(&self) -> bool {
                let Self(_) = self;
                true
            }
        })*
    };
}

has!(Send => is_send, Sync => is_sync, Unpin => is_unpin, UnwindSafe => is_unwind_safe, RefUnwindSafe => is_ref_unwind_safe);

/// The auto traits of a value's type, each with whether it is there.
macro_rules! autos {
    ($value:expr) => {{
        use $crate::autos::Lacks as _;
        let of = $crate::autos::Of::of($value);
        [
            ("Send", of.is_send()),
            ("Sync", of.is_sync()),
            ("Unpin", of.is_unpin()),
            ("UnwindSafe", of.is_unwind_safe()),
            ("RefUnwindSafe", of.is_ref_unwind_safe()),
        ]
    }};
}
pub(crate) use autos;

#[test]
fn what_a_type_has_and_what_it_lacks_are_told_apart() {
    let of_a_count = autos!(std::rc::Rc::new(0_u8)).map(|(_, has)| has);
    assert_eq!(of_a_count, [false, false, true, true, true]);
    let of_a_cell = autos!(std::cell::Cell::new(0_u8)).map(|(_, has)| has);
    assert_eq!(of_a_cell, [true, false, true, true, false]);
    let mut n = 0_u8;
    let of_a_reference = autos!(&mut n).map(|(_, has)| has);
    assert_eq!(of_a_reference, [true, true, true, false, true]);
    let of_a_pin = autos!(std::marker::PhantomPinned).map(|(_, has)| has);
    assert_eq!(of_a_pin, [true, true, false, true, true]);
}

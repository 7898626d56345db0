//! Which auto traits a value's type has, as values: what is missing is proved as well as what is there.

use std::panic::{RefUnwindSafe, UnwindSafe};

/// Asks about the type of a value. A method of the type itself is found first, if its bounds hold; else the trait's.
pub(crate) struct Of<T>(pub(crate) T);

macro_rules! answers {
    ($($yes:ident $no:ident: $auto:path;)*) => {
        $(
            impl<T: $auto> Of<T> {
                #[allow(clippy::unused_self)]
                pub(crate) fn $yes(&self) -> bool {
                    true
                }
            }

            pub(crate) trait $no {
                fn $yes(&self) -> bool {
                    false
                }
            }

            impl<T> $no for Of<T> {}
        )*
    };
}

answers! {
    is_send NotSend: Send;
    is_sync NotSync: Sync;
    is_unpin NotUnpin: Unpin;
    is_unwind_safe NotUnwindSafe: UnwindSafe;
    is_ref_unwind_safe NotRefUnwindSafe: RefUnwindSafe;
}

/// The auto traits of a value's type, each with whether it is there.
macro_rules! autos {
    ($value:expr) => {{
        #[allow(unused_imports)]
        use $crate::autos::{NotRefUnwindSafe as _, NotSend as _, NotSync as _, NotUnpin as _, NotUnwindSafe as _};
        let of = $crate::autos::Of($value);
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
    let of_a_reference = autos!(&mut 0_u8).map(|(_, has)| has);
    assert_eq!(of_a_reference, [true, true, true, false, true]);
    let of_a_pin = autos!(std::marker::PhantomPinned).map(|(_, has)| has);
    assert_eq!(of_a_pin, [true, true, false, true, true]);
}

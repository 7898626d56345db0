//! Two small macros and a type that keep the attribute's expansion short. They expand to what would stand there
//! otherwise.

use std::marker::PhantomData;

/// The declared return type of an async function, as a value that is carried into its async block.
#[derive(Debug)]
pub struct Hint<R>(PhantomData<fn() -> R>);

/// See [`Hint`].
pub fn hint<R>() -> Hint<R> {
    Hint(PhantomData)
}

impl<R> Hint<R> {
    /// Types a `return` that is never reached.
    #[cold]
    pub fn never(self) -> R {
        unreachable!("only named in a branch that is not taken")
    }
}

/// Tells an async block its type: a `return` in a branch that is not taken.
#[doc(hidden)]
#[macro_export]
macro_rules! __returns {
    ($hint:ident) => {
        if false {
            return $hint.never();
        }
    };
}
pub use __returns as returns;

/// Ends a call by what it returned: gives the value to make the finished event of, if there is one.
#[doc(hidden)]
#[macro_export]
macro_rules! __finish {
    ($call:ident, $out:ident) => {
        if $call.is_on() {
            use $crate::__private::{
                DescribedBox as _, DescribedDisplay as _, DescribedError as _, DescribedName as _, ReturnedResult as _,
                ReturnedValue as _,
            };
            $call.finish(
                (&$crate::__private::Returned(&$out))
                    .__verdict(|error| (&&&$crate::__private::Described(error)).__describe()),
            )
        } else {
            ::core::option::Option::None
        }
    };
}
pub use __finish as finish;

//! What keeps the attribute's expansion short: the declared type of a function as a value, and small macros. Owns what
//! is decided by a type in the user's own function, where alone it is known.

mod ended;
mod returned;

use std::marker::PhantomData;

pub use self::ended::{EndedResult, EndedValue};
pub use self::returned::{concrete, future, stream};
use crate::event::Event;
use crate::record::EventType;

/// The declared return type of a function, as a value: carried into an async block, or asked how the function ends.
#[derive(Debug)]
pub struct Hint<R> {
    plain: Plain<R>,
}

/// A type of which nothing more is known.
#[derive(Debug)]
pub struct Plain<R>(PhantomData<fn() -> R>);

/// See [`Hint`].
pub fn hint<R>() -> Hint<R> {
    Hint { plain: Plain::NEW }
}

/// The type of an event of which there is no value yet, by a function that takes it apart: `|StepFinished { .. }| ()`.
///
/// Asked in a `const` block, so that none of it is compiled for each function that is annotated.
#[must_use]
pub const fn named<E: Event, W: Fn(E) + Copy>(_witness: W) -> &'static EventType {
    EventType::of::<E>()
}

/// Types a `return` in a branch that is not taken.
#[cold]
pub fn never<R>(_type: Hint<R>) -> R {
    unreachable!("only named in a branch that is not taken")
}

/// The end of a call, by what it returned. `Display`, here and below: an error is described by its text alone.
#[doc(hidden)]
#[macro_export]
macro_rules! __finish {
    ($call:ident, $out:ident $(, $by:ident)?) => {{
        use $crate::__private::{EndedResult as _, EndedValue as _};
        (&$crate::__private::Returned(&$out))
            .__ended(&mut $call, |error| $crate::__private::described!(error $(, $by)?))
    }};
}
pub use __finish as finish;

/// What the item of a stream means by its type.
#[doc(hidden)]
#[macro_export]
macro_rules! __verdict {
    ($out:expr $(, $by:ident)?) => {{
        use $crate::__private::{ReturnedResult as _, ReturnedValue as _};
        (&$crate::__private::Returned($out)).__verdict(|error| $crate::__private::described!(error $(, $by)?))
    }};
}
pub use __verdict as verdict;

/// Tells the failure that the item of a stream is, if it is one.
#[doc(hidden)]
#[macro_export]
macro_rules! __judge {
    ($($by:ident)?) => {
        |item| $crate::__private::verdict!(item $(, $by)?).err()
    };
}
pub use __judge as judge;

/// What is known of an error by its type.
#[doc(hidden)]
#[macro_export]
macro_rules! __described {
    ($error:ident) => {{
        use $crate::__private::{DescribedBox as _, DescribedDisplay as _, DescribedError as _, DescribedName as _};
        (&&&$crate::__private::Described($error)).__describe()
    }};
    ($error:ident, Display) => {{
        use $crate::__private::{DescribedDisplay as _, DescribedName as _};
        (&$crate::__private::Described($error)).__describe()
    }};
}
pub use __described as described;

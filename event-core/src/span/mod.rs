//! Calls, spans by hand, and events between: everything that is published goes through here. Owns what they share,
//! which is whom an event belongs to.

mod by_hand;
mod call;
mod deferred;
mod guard;
mod ongoing;
mod point;

pub use self::by_hand::Span;
pub use self::call::{Call, call};
pub(crate) use self::call::{Finish, Opened};
pub(crate) use self::deferred::Deferred;
pub use self::deferred::deferred;
pub(crate) use self::point::publish;
pub use self::point::{here, point, point_bare};
use crate::context::{self, Node, Place};
use crate::record::{Fields, inherit};

/// Adds what is inherited from the current context to a payload; returns the span that is the parent here.
#[inline]
fn enclosing(fields: &mut Fields) -> Option<Place> {
    context::with_current(|here| {
        inherit(fields, here.map(|here| &here.fields));
        here.and_then(Node::place)
    })
}

//! Which of the shapes a function has: what decides how its call can be followed. Decided by the signature alone.

mod outlives;
mod output;
mod sources;

use syn::Attribute;

pub(crate) use self::output::{Output, may_be_future};
pub(crate) use self::sources::can_be_told;
use crate::args::{Args, Finish, Start};
use crate::error::error_at;
use crate::item::Function;

pub(crate) enum Shape {
    /// Only an event before the body.
    Point,
    /// The body in a closure, the value looked at.
    Sync,
    /// The body in an async block, the value looked at.
    Async,
    /// The body in a closure; what it returns is, or may be, a future or a stream.
    Returned(Output),
    /// A guard beside the body, since a closure would change it.
    Guard,
}

pub(crate) fn of(function: &Function, args: &Args) -> syn::Result<Shape> {
    let signature = &function.signature;
    if let Some(constness) = &signature.constness {
        return Err(error_at!(
            constness,
            "a const fn may run at compile time, where there is nobody to publish to: remove `const` or #[emits]"
        ));
    }
    if let Some(variadic) = &signature.variadic {
        return Err(error_at!(
            variadic,
            "C-variadic arguments can't be followed: put #[emits] on a function around this"
        ));
    }
    if matches!(args.finish, Finish::None) && !matches!(args.start, Start::None) {
        return Ok(Shape::Point);
    }
    let is_async = signature.asyncness.is_some();
    let is_looked_at = matches!(args.finish, Finish::Literal(_)) || args.options.failed().is_some();
    if !is_async && !is_looked_at && output::is_closure(signature) {
        return Ok(Shape::Guard);
    }
    let Some(why) = why_unseen(function) else {
        return Ok(match output::of(signature) {
            _ if is_async => Shape::Async,
            None => Shape::Sync,
            Some(output) => Shape::Returned(output),
        });
    };
    if let Some(failed) = args.options.failed() {
        return Err(error_at!(
            failed.key,
            "{why}, so its error can't be looked at: remove `err`"
        ));
    }
    match &args.finish {
        Finish::Literal(finish) => Err(error_at!(
            finish.value,
            "{why}, so its value can't be looked at: write the type of the finished event alone"
        )),
        _ if is_async => Ok(Shape::Async),
        _ => Ok(Shape::Guard),
    }
}

/// Whether what a function returns can be looked at.
pub(crate) fn is_seen(function: &Function) -> bool {
    why_unseen(function).is_none()
}

/// Why the value of a function can't be looked at, if it can't.
fn why_unseen(function: &Function) -> Option<&'static str> {
    if function.is_never() {
        return Some("this function never returns");
    }
    // An async body is put into a block, which keeps what a closure would lose.
    if function.signature.asyncness.is_some() {
        return None;
    }
    let has = |name: &str| {
        function
            .attributes
            .iter()
            .any(|attribute: &Attribute| attribute.path().is_ident(name))
    };
    if has("track_caller") {
        return Some("a #[track_caller] function has to keep its body as it is");
    }
    None
}

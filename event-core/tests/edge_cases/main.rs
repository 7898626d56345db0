//! What a function may look like, case by case: with the attribute it compiles without a warning, and does what its
//! twin without the attribute does. The numbers are those of a list of what has broken such attributes before.
#![deny(warnings, clippy::pedantic)]
// What it says of the attributed functions, it says of their twins as well.
#![expect(
    clippy::items_after_statements,
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_self,
    reason = "the cases are functions of every kind, good style or not"
)]

mod autos;
mod compiler;
mod twin;

mod arguments;
mod asynchronous;
mod attributes;
mod beyond;
mod bodies;
mod closures;
mod crates;
mod depth;
mod diagnostics;
mod drop_order;
mod endings;
mod in_the_wild;
mod lints;
mod memory;
mod names;
mod other_macros;
mod receivers;
mod returned;
mod returns;

//! `#[emits]` and `#[derive(Event)]`. This crate knows the names in `event_core::__private`, and nothing else of it.
//! Use both through `event_core`.

#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used)]

mod args;
mod body;
mod derive;
mod error;
mod expand;
mod item;
mod methods;
mod owner;
mod params;
mod root;
mod shape;

use proc_macro::TokenStream;
use syn::parse::Parse;
use syn::{DeriveInput, parse_macro_input};

use crate::args::Args;

#[doc = include_str!("../docs/emits.md")]
#[proc_macro_attribute]
pub fn emits(args: TokenStream, item: TokenStream) -> TokenStream {
    let item = proc_macro2::TokenStream::from(item);
    let expanded = if methods::is_block(&item) {
        methods::expand_block(args.into(), &item)
    } else {
        args::parsed(args.into(), Args::parse).and_then(|args| expand::expand(&args, syn::parse2(item.clone())?))
    };
    expanded.unwrap_or_else(|error| error::with_item(&error, &item)).into()
}

/// Makes a struct an event: `#[derive(Event, serde::Serialize)]`.
///
/// ```
/// use event_core::Event;
///
/// /// On the wire: `cache_missed`.
/// #[derive(Event, serde::Serialize)]
/// struct CacheMissed<'a> {
///     key: &'a str,
/// }
/// ```
///
/// - `#[event(name = "…")]` on the type: another wire type than its name in snake case.
/// - `#[event(duration = "latency")]` on the type: as a finished event it has its duration under that key as well.
/// - `#[event(crate = ::path)]` on the type: the library's path, where a crate hands it on under another name.
/// - `#[event(scope)]` on a field: as a started event it passes the field on to everything inside its span.
///
/// The type may have lifetimes and generics; serde's `rename`, `rename_all`, `skip_serializing_if` and `flatten` mean what
/// they always do. The fields `run_id`, `span_id`, `parent_id` and `function` are the library's; a type that has one does not compile.
#[proc_macro_derive(Event, attributes(event))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive::expand(&input).into()
}

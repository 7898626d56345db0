//! `#[emits]` and `#[derive(Event)]`. This crate knows the names in `event_core::__private`, and nothing else of it.
//! Use both through `event_core`.

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

/// Publishes an event when a function is called, and one when it is done: `#[emits(START, FINISH)]`.
///
/// ```
/// use event_core::{StepFinished, StepStarted, emits};
///
/// #[emits(
///     StepStarted { step, node_id: node, root_id: "root", ..Default::default() },
///     |out| StepFinished { result_summary: Some(out), ..Default::default() }
/// )]
/// async fn run_step(step: u64, node: &str) -> Result<String, std::fmt::Error> {
///     Ok(format!("{node} done"))
/// }
/// ```
///
/// # START
/// - A struct literal of a type that implements [`Event`](macro@Event), evaluated over the arguments before the body.
/// - A type alone (`StepStarted`, `Gen<u8>`): published with the automatic fields only. It is never constructed.
/// - `_`: no event before the call.
///
/// # FINISH
/// - `|out| LITERAL`: evaluated when the function has returned well; `out` is a reference to the value of `Ok`, or to
///   the returned value if it is no `Result`. That is decided by type: an alias of `Result` is one.
/// - A type alone, or `_`, or nothing. Without FINISH, START is a point event: it opens no span.
///
/// # Options
/// They stand behind START and FINISH, as `key = value`.
/// - `when = EXPR`: a condition over the arguments, asked before START, and only with a bus installed. If it does not hold
///   the call publishes nothing; what it calls belongs to the enclosing span.
/// - `err = |e| LITERAL`: on `Err`, the fields of LITERAL are added to the finished event, whose type stays FINISH's. `e`
///   is a reference to the error; the literal's type implements `serde::Serialize`, and need not be an event. `error`,
///   `error_type` and `error_chain` of its own win over those of the library. `err = _` is none.
/// - `crate = ::path`: where the library is, for the users of a crate that hands it on: `::path`, `crate::…` or, in a
///   macro, `$crate::…`.
///
/// ```
/// use event_core::{Event, emits};
///
/// #[derive(Event, serde::Serialize)]
/// struct Asked<'a> {
///     question: &'a str,
/// }
/// #[derive(Event, serde::Serialize)]
/// struct Answered;
/// #[derive(serde::Serialize)]
/// struct Refused {
///     at_byte: usize,
/// }
///
/// #[emits(
///     Asked { question },
///     Answered,
///     when = !question.is_empty(),
///     err = |e| Refused { at_byte: e.valid_up_to() },
/// )]
/// fn ask(question: &str, answer: &[u8]) -> Result<String, std::str::Utf8Error> {
///     Ok(std::str::from_utf8(answer)?.to_owned())
/// }
/// # ask("?", b"!").unwrap();
/// ```
///
/// # On an impl block
/// `#[emits]` or `#[emits(OPTIONS)]` on an `impl` gives its options to the methods that carry `#[emits(…)]` themselves,
/// where they do not say otherwise, and puts the type's name before theirs: `module::Type::method`. Other methods stay as
/// they are. Above `#[async_trait]` it sees the methods as they were written. It knows the attribute by the name `emits`;
/// below `#[cfg_attr(x, emits(…))]` a method is written twice, for `x` and for `not(x)`.
///
/// ```
/// use event_core::{StepFinished, StepStarted, emits};
///
/// struct Engine {
///     is_watched: bool,
/// }
///
/// #[emits(when = self.is_watched)]
/// impl Engine {
///     #[emits(StepStarted, StepFinished)]
///     fn step(&self) {}
/// }
/// # Engine { is_watched: true }.step();
/// ```
///
/// # What is published
/// | the call | finished event |
/// |---|---|
/// | returns `Ok(v)`, or `v` | `outcome: ok`, with the fields of FINISH |
/// | returns `Err(e)`, also by `?` | `outcome: error`, with `error`, `error_type`, and `error_chain` if there are sources |
/// | panics | `outcome: panicked`, `error` with message and place |
/// | is a future that is dropped after its first poll, or a stream before its end | `outcome: cancelled` |
/// | is a stream that ends, or is dropped, behind an item that is an `Err` | `outcome: error` |
/// | `-> !`, `#[track_caller]` | `outcome: returned` or `panicked`; FINISH must be a type alone |
///
/// # Returned futures and streams
/// `-> impl Future`, `-> impl Stream` (of futures-core), and every name for a `Pin<Box<dyn Future>>` or
/// `Pin<Box<dyn Stream>>` (`BoxFuture`, `Self::Future`, a method below `#[async_trait]`) are followed like an async
/// function: the call begins with the first poll and ends with the output, or the last item. START is evaluated at the
/// call, over its arguments; there it is also decided whether events are published, and whose child the span is (of
/// the span around the call; if there is none, of the one around the first poll). What the function does before it returns
/// is not inside the span.
///
/// The finished event of a stream has `items`, and `time_to_first` (seconds, from the first poll), in its payload; `out`
/// is a [`Streamed`](https://docs.rs/event-core).
///
/// What can't be wrapped is a value as any other, and the call is finished when the function returns: `JoinHandle`,
/// `Ready`, whatever an async function returns, `impl Future` with other bounds than auto traits, lifetimes and
/// `use<…>`, and a box of which the signature does not say that all in it lives as long: `BoxFuture<'a, T>` with a type
/// parameter needs `T: 'a`, or `&'a self` if it is one of the impl's.
///
/// Every started event has exactly one finished event, which carries the payload of the started one as well, and
/// `duration` in seconds. Both have `run_id`, `span_id`, `parent_id` (if there is a parent) and `function`. What runs
/// inside belongs to the span, across `.await`s; a new task or thread needs
/// [`Context`](https://docs.rs/event-core) to be carried there.
///
/// Nothing of arguments or values is captured unless it is written. With no bus installed, a call costs one relaxed
/// atomic load, and neither START nor FINISH is evaluated.
///
/// # What it becomes
/// ```text
/// fn sum(v: Vec<u32>) -> Result<u32, Overflow> {
///     let mut __call = ::event_core::__private::call(::core::module_path!(), "sum");
///     if let Some(__to) = __call.start(|Finished { .. }| ()) {
///         __to.event(&Started { n: v.len() });
///     }
///     let __out = __call.run(move || -> Result<u32, Overflow> {
///         let v = v;
///         /* the body */
///     });
///     let __end = ::event_core::__private::finish!(__call, __out);
///     if let Some((out, __to)) = __end {
///         __to.event(&Finished { sum: *out });
///     }
///     __out
/// }
/// ```
///
/// # Limits
/// `const fn`, C-variadic functions and functions without a body are refused. A generic event is written with its
/// arguments (`Gen::<u8> { … }`); an event is a struct. `?`, `return`, `.await` and `break` are refused in START and
/// FINISH: they would leave the function.
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

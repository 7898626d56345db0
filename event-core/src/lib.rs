//! Typed events of running agents: what they are, where they belong, and the way they take, without ever slowing or
//! breaking the agent, into a log that everyone can watch.
//!
//! ```text
//! #[emits] function ─► span ─► record ─► bus (never blocks) ─► log: Redis Stream, memory, or yours
//! ```
//!
//! ```
//! use event_core::{EventBus, StepFinished, StepStarted, emits};
//!
//! #[emits(StepStarted { step, node_id: node, root_id: "root", ..Default::default() }, StepFinished)]
//! fn run_step(step: u64, node: &str) -> Result<usize, std::num::ParseIntError> {
//!     node.parse()
//! }
//!
//! let _events = EventBus::memory().install();
//! run_step(0, "17").unwrap();
//! ```

#![deny(clippy::unwrap_used, clippy::expect_used)]

// The derive and the attribute name this crate by its name, here as everywhere.
extern crate self as event_core;

#[doc = include_str!("../docs/migrating.md")]
pub mod _migrating {}

mod bus;
pub mod catalog;
mod clock;
mod context;
mod event;
mod expansion;
mod ids;
pub mod log;
mod outcome;
mod panics;
mod prefetch;
mod record;
mod redact;
mod span;
pub mod testing;
mod text;
mod watch;

pub use event_macros::{Event, emits};

pub use self::bus::{EventBus, EventBusBuilder, Installed, InstalledForThread, Limits, SpoolConfig, Stats};
pub use self::catalog::*;
pub use self::clock::{InvalidTimestamp, Timestamp};
pub use self::context::{Context, InContext, InvalidTraceparent};
pub use self::event::{Envelope, Event};
pub use self::ids::{RunId, SpanId, producer_id};
pub use self::outcome::Streamed;
pub use self::redact::Redactor;
pub use self::span::Span;
pub use self::text::{hash, hash_json, truncate};
pub use self::watch::RunAsync;

/// What the attribute's expansion names. No contract: it changes with the attribute, of the same version.
#[doc(hidden)]
pub mod __private {
    pub use crate::expansion::{
        EndedResult, EndedValue, Hint, concrete, described, finish, future, hint, judge, named, never, stream, verdict,
    };
    pub use crate::outcome::{
        Described, DescribedBox, DescribedDisplay, DescribedError, DescribedName, Returned, ReturnedResult,
        ReturnedValue,
    };
    pub use crate::span::{Call, call, deferred, here, point, point_bare};
    pub use serde::Serialize;
}

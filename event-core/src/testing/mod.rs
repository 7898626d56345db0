//! For tests of annotated code: capture what it publishes, and ask what that says. Owns nothing that runs outside of tests.
//!
//! [`capture`] runs a closure, [`capture_async`] awaits its future; both give back its value and its [`Events`]. Tests may run side
//! by side: what is captured is what that code publishes, and nothing else.
//!
//! ```
//! use event_core::testing::capture;
//! use event_core::{StepFinished, StepStarted, ToolInvoked, ToolReturned, emits};
//!
//! #[emits(StepStarted { step, ..Default::default() }, StepFinished)]
//! fn step(step: u64) -> Result<String, std::io::Error> {
//!     read("/no/such/file")
//! }
//!
//! #[emits(ToolInvoked { tool_name: "files", api_name: "read", ..Default::default() }, ToolReturned)]
//! fn read(path: &str) -> Result<String, std::io::Error> {
//!     std::fs::read_to_string(path)
//! }
//!
//! let (result, events) = capture(|| step(3));
//! assert!(result.is_err());
//!
//! // Every call that began has ended, once.
//! events.assert_paired();
//! // Find events by type, and by what is in their payload.
//! assert_eq!(events.of::<StepStarted<'_>>().having("step", 3).len(), 1);
//! assert_eq!(events.types(), ["step_started", "tool_invoked", "tool_returned", "step_finished"]);
//! // Ask for a call as a whole: how it ended, and in which call.
//! let step = events.span("step_started");
//! let tool = events.span("tool_invoked");
//! tool.assert_outcome("error");
//! tool.assert_inside(&step);
//! assert!(tool.error().unwrap().contains("No such file"));
//! ```
//!
//! What fails says what was there, as a tree; print one to see what a piece of code does:
//!
//! ```
//! # use event_core::{Event, testing::capture};
//! # #[derive(Event, serde::Serialize)]
//! # struct Greeted<'a> { name: &'a str }
//! let ((), events) = capture(|| Greeted { name: "world" }.publish());
//! println!("{events}");
//! assert_eq!(events.tree(), "greeted  name=\"world\"\n");
//! ```
//!
//! For exact durations, stop the clock of the events, and let the code under test move it:
//!
//! ```
//! # use event_core::{StepFinished, StepStarted, emits};
//! use std::time::Duration;
//!
//! use event_core::testing::Capture;
//!
//! #[emits(StepStarted, StepFinished)]
//! fn step(pass: impl FnOnce()) {
//!     pass();
//! }
//!
//! let capture = Capture::start();
//! let clock = capture.pause_clock();
//! step(|| clock.advance(Duration::from_millis(250)));
//! assert_eq!(capture.events().span("step_started").duration(), Some(Duration::from_millis(250)));
//! ```

mod capture;
mod events;
mod span;
mod tree;

pub use self::capture::{Capture, PausedClock, capture, capture_async};
pub use self::events::Events;
pub use self::span::SpanEvents;

//! Streams the events of running agents from their log to browsers, curl and your code.
//!
//! A bridge reads a log ([`event_core::log::Log`]: a Redis Stream, the memory log, or one of your own) at its end,
//! keeps what is recent, and serves it over HTTP:
//!
//! | route | what |
//! |---|---|
//! | `/` | the browser view |
//! | `/events` | WebSocket: one event a text frame, or with `?framed=1` NDJSON lines with cursors, to resume from |
//! | | with `Accept: text/event-stream` server-sent events with their cursors as ids, with `Accept: application/x-ndjson` the same lines as framed |
//! | `/api/events` | pages of history as NDJSON, in both directions, by cursor or by time |
//! | `/api/runs`, `/api/runs/ID` | the runs, summed up, the one heard of last first; one with its types and failures |
//! | `/events.js` | a module for pages of one's own, with types (`/events.d.ts`): connects, resumes, tells of gaps |
//! | `/healthz`, `/readyz` | whether it lives, and whether it can work |
//! | `/metrics` | what it counts, for Prometheus |
//!
//! The program `event-bridge serve` is one. Inside an agent's own process it is one line:
//!
//! ```no_run
//! # fn main() -> Result<(), event_bridge::BridgeError> {
//! let bridge = event_bridge::spawn()?;
//! println!("watch it at {}", bridge.url());
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used)]

mod answer;
mod asset;
mod body;
mod bridge;
pub mod check;
pub mod client;
mod compression;
mod config;
mod continuity;
mod entry;
mod error;
mod feed;
mod fields;
mod filter;
mod frame;
mod health;
mod history;
mod line;
mod metrics;
mod negotiation;
mod pace;
mod page_size;
mod protocol;
mod query;
mod reader;
mod recording;
mod retime;
mod ring;
mod routes;
mod running;
mod runs;
mod server;
mod source;
mod tail;

pub use self::bridge::{Bridge, Builder};
pub use self::config::{DEFAULT_PORT, Limits, port_from_env};
pub use self::error::BridgeError;
pub use self::running::{Running, spawn};

/// What the program's commands stand on. No contract.
#[doc(hidden)]
pub mod __private {
    pub use crate::reader::Reader;
    pub use crate::recording::{Recorded, Recording, Resumed, line};
    pub use crate::retime::Retime;
}

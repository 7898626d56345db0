//! The bridge as its clients see it: over real sockets, on a real redis-server. One concern a module; one program, so
//! that it is linked once.

mod access;
mod check;
mod client;
mod command_line;
mod compression;
mod configuration;
mod drain;
mod embedded;
mod filters;
mod framed;
mod gaps;
mod history;
mod hostile;
mod invalid;
mod limits;
mod metrics;
mod operations;
mod plain;
mod recordings;
mod restarts;
mod runs;
mod slow;
mod sse;
mod support;
mod tail;
mod tls;
mod tokens;
mod ui;

//! An agent to watch and to copy from. The programs are in `src/bin`; this library is the part of the research agent
//! that is worth testing without a terminal.

#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used)]

pub mod research_agent;

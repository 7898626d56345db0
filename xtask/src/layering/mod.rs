//! Who may import whom, as ARCHITECTURE.md draws it.
//!
//! Each file is one set of arrows and returns the imports that go against them, in sentences. The arrows stand in tables:
//! a change of the structure is a change of a table, in the same commit.

pub(crate) mod crates;
pub(crate) mod floors;
pub(crate) mod routes;
pub(crate) mod ui;

//! What we depend on: licences, versions, and whether we use it at all.
//!
//! Each file is one look and returns what it found wrong, in sentences. None runs a build or a cargo plugin.

pub(crate) mod duplicate;
pub(crate) mod licence;
pub(crate) mod unused;

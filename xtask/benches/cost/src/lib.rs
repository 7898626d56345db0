//! What one instrumented call costs, beside what others charge for it. Owns the calls and how they are repeated; it
//! never prints, and never compares: that is xtask's.

pub mod burst;
pub mod case;
pub mod size;

//! The reader of the spool's files, given any bytes: `cargo +nightly fuzz run spool`.

#![no_main]

#[path = "../../event-core/src/bus/spool/frame/any_bytes.rs"]
mod any_bytes;
// The file itself, not the crate: its insides are nobody's to call.
#[path = "../../event-core/src/bus/spool/frame.rs"]
mod frame;

use self::frame::{Frame, frames};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| any_bytes::hold(bytes));

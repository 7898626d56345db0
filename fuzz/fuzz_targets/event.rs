//! The bridge's reader of entries, given any bytes: `cargo +nightly fuzz run event`.

#![no_main]
#![allow(dead_code, reason = "the bridge uses all of it")]

#[path = "../../bridge/src/entry/any_bytes.rs"]
mod any_bytes;
// The file itself, not the crate: its insides are nobody's to call.
#[path = "../../bridge/src/entry/mod.rs"]
mod entry;

use self::entry::{MAX_RAW_BYTES, glance, judge, read};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| any_bytes::hold(bytes));

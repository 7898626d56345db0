//! Calls in bursts. What is counted is one function with a name that callgrind can be told.

use std::hint::black_box;

use crate::case::Around;

/// A call with its two fields, sync or async.
pub type Call = fn(u64, &str) -> u64;

/// Calls in a burst: less than any queue holds, so that nothing is refused, and what was handed over is drained
/// between bursts, outside of what is counted.
pub const CALLS: u64 = 256;

/// Bursts before anything is counted: pools, thread-locals and queues are as they will stay.
const WARM_UP: u64 = 64;

/// The text field: 15 bytes.
const NODE: &str = "node-0123456789";

/// One burst. Everything below is counted by `--toggle-collect=measured_burst`.
#[unsafe(no_mangle)]
#[inline(never)]
pub fn measured_burst(call: Call) -> u64 {
    let mut sum = 0_u64;
    for step in 0..CALLS {
        sum = sum.wrapping_add(call(black_box(step), black_box(NODE)));
    }
    black_box(sum)
}

/// Runs bursts that are not counted.
pub fn warm_up(around: &mut dyn Around, call: Call) {
    for _ in 0..WARM_UP {
        around.parent(&mut || {
            warm_up_burst(call);
        });
        around.drain();
    }
}

/// The same as a measured burst. It differs so that the linker can't make one function of the two.
#[inline(never)]
fn warm_up_burst(call: Call) -> u64 {
    let mut sum = 1_u64;
    for step in 0..CALLS {
        sum ^= call(black_box(step), black_box(NODE));
    }
    black_box(sum)
}

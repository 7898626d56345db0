//! Counts what one case allocates on the calling thread: `allocations CASE sync|async` prints allocations per call.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use cost::burst::{self, CALLS, Call, measured_burst};
use cost::case::{self, Around};

thread_local! {
    /// Without a destructor, so that allocations at a thread's end can be counted as well.
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// Counts allocations by thread; a growing block is a new one.
struct Counting;

// SAFETY: the system's allocator does everything.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises; all blocks are the system's.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: as the caller promises; all blocks are the system's.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bursts that are counted.
const BURSTS: u64 = 64;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [name, form] = arguments.as_slice() else {
        panic!("allocations CASE sync|async");
    };
    let (case, call) = case::find(name, form);
    let mut around = (case.set_up)();
    burst::warm_up(&mut *around, call);
    let mut count = 0;
    for _ in 0..BURSTS {
        count += allocations(&mut *around, call);
    }
    println!("{}", count as f64 / (BURSTS * CALLS) as f64);
}

/// Of one burst, without what is around it.
fn allocations(around: &mut dyn Around, call: Call) -> u64 {
    let mut count = 0;
    around.parent(&mut || {
        let before = COUNT.get();
        measured_burst(call);
        count = COUNT.get() - before;
    });
    around.drain();
    count
}

//! What needs `unsafe`: 16, 63, 69 and 71. The workspace forbids it, so this is a program of its own.
#![deny(warnings, clippy::pedantic)]

use event_core::testing::Capture;
use event_core::{StepFinished, StepStarted, emits};

#[emits(StepStarted, StepFinished)]
unsafe fn reads(p: *const u8) -> u8 {
    // SAFETY: the caller's.
    unsafe { *p }
}

#[emits(StepStarted, StepFinished)]
fn holds_a_block(bytes: &[u8]) -> Option<u8> {
    let first = bytes.first()?;
    // SAFETY: a reference.
    Some(unsafe { std::ptr::read(first) })
}

#[emits(StepStarted { step: u64::from(unsafe { *p }), ..StepStarted::default() }, StepFinished)]
unsafe fn reads_in_start(p: *const u8) {
    let _ = p;
}

struct Raw(*const u8);

trait Read {
    unsafe fn read(&self) -> u8;

    #[emits(StepStarted, StepFinished)]
    unsafe fn twice(&self) -> u8 {
        // SAFETY: the caller's.
        unsafe { self.read() * 2 }
    }
}

impl Read for Raw {
    #[emits(StepStarted, StepFinished)]
    unsafe fn read(&self) -> u8 {
        // SAFETY: the caller's.
        unsafe { *self.0 }
    }
}

impl Raw {
    #[emits(StepStarted, StepFinished)]
    async unsafe fn later(&self) -> u8 {
        // SAFETY: the caller's.
        unsafe { *self.0 }
    }
}

#[emits(StepStarted, StepFinished)]
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn edge_cases_exported(n: i32) -> i32 {
    n + 1
}

/// # Safety
/// The pointer is one.
#[emits(StepStarted, StepFinished)]
#[must_use]
#[unsafe(export_name = "edge_cases_renamed")]
pub unsafe extern "C-unwind" fn renamed(n: *const i32) -> i32 {
    // SAFETY: the caller's.
    unsafe { *n }
}

unsafe extern "C" {
    safe fn edge_cases_exported_elsewhere(n: i32) -> i32;
    #[link_name = "edge_cases_renamed"]
    fn renamed_elsewhere(n: *const i32) -> i32;
}

mod elsewhere {
    use super::{StepFinished, StepStarted, emits};

    #[emits(StepStarted, StepFinished)]
    #[unsafe(no_mangle)]
    extern "C" fn edge_cases_exported_elsewhere(n: i32) -> i32 {
        n + 2
    }
}

struct Shared(*const u8);

// SAFETY: nobody writes.
unsafe impl Send for Shared {}

#[emits(StepStarted, StepFinished)]
async fn sends(shared: Shared) -> bool {
    std::future::ready(()).await;
    shared.0.is_null()
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
mod features {
    use super::{StepFinished, StepStarted, emits};

    #[target_feature(enable = "sse2")]
    fn needs_the_feature(n: u32) -> u32 {
        n + 1
    }

    #[emits(StepStarted, |n| StepFinished { truncated: Some(*n > 1), ..StepFinished::default() })]
    #[target_feature(enable = "sse2")]
    pub(super) fn has_the_feature(n: u32) -> u32 {
        // Safe, since the function has the feature.
        needs_the_feature(n)
    }

    #[emits(StepStarted, StepFinished)]
    #[inline]
    #[target_feature(enable = "sse2,sse")]
    pub(super) unsafe fn has_them(n: u32) -> Result<u32, u32> {
        if n == 0 {
            return Err(n);
        }
        Ok(has_the_feature(n))
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

fn all() -> usize {
    let (n, m) = (7_u8, 9_i32);
    // SAFETY: both live.
    unsafe {
        assert_eq!(reads(&raw const n), 7);
        reads_in_start(&raw const n);
        assert_eq!(Raw(&raw const n).twice(), 14);
        assert_eq!(block_on(Raw(&raw const n).later()), 7);
        assert_eq!(renamed(&raw const m) + renamed_elsewhere(&raw const m), 18);
    }
    assert_eq!(holds_a_block(&[3]), Some(3));
    assert_eq!(edge_cases_exported(1) + edge_cases_exported_elsewhere(1), 5);
    assert!(block_on(is_send(sends(Shared(std::ptr::null())))));
    let mut calls = 11;
    #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
    if std::arch::is_x86_feature_detected!("sse2") {
        // SAFETY: just asked.
        unsafe {
            assert_eq!(features::has_them(1), Ok(2));
            assert_eq!(features::has_them(0), Err(0));
        }
        calls += 3;
    }
    calls
}

fn main() {
    all();
    let capture = Capture::start();
    let calls = all();
    let events = capture.events();
    assert_eq!(events.len(), 2 * calls);
    #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
    if std::arch::is_x86_feature_detected!("sse2") {
        assert!(events.iter().any(|event| event.payload.get("truncated") == Some(&true.into())));
    }
}

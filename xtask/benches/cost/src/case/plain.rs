//! The call itself, and with the least around it that anything which may be switched on needs.

use std::future::{Future as _, poll_fn};
use std::hint::black_box;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Case, bare, ready};

#[inline(never)]
fn sync(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[inline(never)]
async fn asynchronous(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

/// What a wrapper by hand asks. It stays off.
static IS_ON: AtomicBool = AtomicBool::new(false);

/// What it would do if it were on, out of the way.
#[cold]
#[inline(never)]
fn followed(at: u64) -> u64 {
    black_box(at)
}

#[inline(never)]
fn wrapped_sync(step: u64, node: &str) -> u64 {
    let call = IS_ON.load(Ordering::Relaxed).then(|| followed(step));
    let out = (move || black_box(step) + node.len() as u64)();
    if let Some(call) = call {
        followed(call + out);
    }
    out
}

/// It asks once, and waits at a place of its own if it is off. It sees when its body is polled; what becomes of one that
/// is given up, it does not see.
#[inline(never)]
async fn wrapped_asynchronous(step: u64, node: &str) -> u64 {
    let call = IS_ON.load(Ordering::Relaxed).then(|| followed(step));
    let body = async move { black_box(step) + node.len() as u64 };
    let Some(call) = call else {
        return body.await;
    };
    let mut body = pin!(body);
    let out = poll_fn(|cx| {
        followed(call);
        let poll = body.as_mut().poll(cx);
        followed(call);
        poll
    });
    let out = out.await;
    followed(call + out);
    out
}

pub(super) const CASES: [Case; 2] = [
    Case {
        name: "plain",
        sync: Some(sync),
        asynchronous: Some(|step, node| ready(asynchronous(step, node))),
        set_up: bare,
    },
    Case {
        name: "wrapper",
        sync: Some(wrapped_sync),
        asynchronous: Some(|step, node| ready(wrapped_asynchronous(step, node))),
        set_up: bare,
    },
];

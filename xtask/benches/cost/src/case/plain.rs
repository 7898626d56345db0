//! The call itself.

use std::hint::black_box;

use super::{Case, bare, ready};

#[inline(never)]
fn sync(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[inline(never)]
async fn asynchronous(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

pub(super) const CASE: Case = Case {
    name: "plain",
    sync: Some(sync),
    asynchronous: Some(|step, node| ready(asynchronous(step, node))),
    set_up: bare,
};

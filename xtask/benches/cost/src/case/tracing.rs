//! `#[tracing::instrument]`, which records both arguments.

use std::hint::black_box;

use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{Around, Case, bare, ready};

#[tracing::instrument]
#[inline(never)]
pub(super) fn sync(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[tracing::instrument]
#[inline(never)]
pub(super) async fn asynchronous(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

const CASE: Case = Case {
    name: "tracing-off",
    sync: Some(sync),
    asynchronous: Some(|step, node| ready(asynchronous(step, node))),
    set_up: bare,
};

pub(super) const CASES: [Case; 2] = [
    CASE,
    Case {
        name: "tracing-noop",
        set_up: registry,
        ..CASE
    },
];

/// A layer that does nothing: what remains is the registry's own work.
struct Nothing;

impl<S: Subscriber> Layer<S> for Nothing {}

fn registry() -> Box<dyn Around> {
    tracing_subscriber::registry().with(Nothing).init();
    Box::new(InSpan)
}

/// Bursts inside a span.
pub(super) struct InSpan;

impl Around for InSpan {
    fn parent(&mut self, burst: &mut dyn FnMut()) {
        tracing::info_span!("parent").in_scope(burst);
    }
}

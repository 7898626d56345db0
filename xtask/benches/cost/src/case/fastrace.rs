//! `#[fastrace::trace]`, with two properties and without any.

use std::hint::black_box;

use fastrace::Span;
use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::prelude::SpanContext;

use super::{Around, Case, bare, ready};

#[fastrace::trace(properties = { "step": "{step}", "node": "{node}" })]
#[inline(never)]
fn sync(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[fastrace::trace(properties = { "step": "{step}", "node": "{node}" })]
#[inline(never)]
async fn asynchronous(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[fastrace::trace]
#[inline(never)]
fn bare_sync(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[fastrace::trace]
#[inline(never)]
async fn bare_asynchronous(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

const CASE: Case = Case {
    name: "fastrace-off",
    sync: Some(sync),
    asynchronous: Some(|step, node| ready(asynchronous(step, node))),
    set_up: bare,
};

pub(super) const CASES: [Case; 3] = [
    CASE,
    Case {
        name: "fastrace",
        set_up: reporter,
        ..CASE
    },
    Case {
        name: "fastrace-no-properties",
        sync: Some(bare_sync),
        asynchronous: Some(|step, node| ready(bare_asynchronous(step, node))),
        set_up: reporter,
    },
];

struct Discard;

impl Reporter for Discard {
    fn report(&mut self, _spans: Vec<SpanRecord>) {}
}

struct InRoot;

fn reporter() -> Box<dyn Around> {
    fastrace::set_reporter(Discard, Config::default());
    Box::new(InRoot)
}

impl Around for InRoot {
    // The end of the root, which commits all spans of the burst, is not counted.
    fn parent(&mut self, burst: &mut dyn FnMut()) {
        let root = Span::root("parent", SpanContext::random());
        let _local = root.set_local_parent();
        burst();
    }

    fn drain(&mut self) {
        fastrace::flush();
    }
}

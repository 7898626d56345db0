//! trace-weft's `#[tool]`: async functions only, and a store that throws spans away.

use std::hint::black_box;
use std::sync::Arc;

use trace_weft::NullStore;

use super::{Around, Case, bare, ready};

#[trace_weft::tool]
#[inline(never)]
async fn asynchronous(step: u64, node: &str) -> u64 {
    black_box(step) + node.len() as u64
}

#[trace_weft::tool]
async fn parent(burst: &mut Burst<'_>) {
    (burst.0)();
}

/// trace-weft asks every argument to be serializable, captured or not.
struct Burst<'a>(&'a mut dyn FnMut());

impl serde::Serialize for Burst<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

const CASE: Case = Case {
    name: "trace-weft-off",
    sync: None,
    asynchronous: Some(|step, node| ready(asynchronous(step, node))),
    set_up: bare,
};

pub(super) const CASES: [Case; 2] = [
    CASE,
    Case {
        name: "trace-weft",
        set_up: null_store,
        ..CASE
    },
];

struct InParent;

fn null_store() -> Box<dyn Around> {
    trace_weft::init_custom(Arc::new(NullStore)).expect("nothing else was set up");
    Box::new(InParent)
}

impl Around for InParent {
    fn parent(&mut self, burst: &mut dyn FnMut()) {
        ready(parent(&mut Burst(burst)));
    }
}

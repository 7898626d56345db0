//! Nodes of spans that are over, kept for their memory: a few on each thread, none of them large. What is kept belongs
//! to nobody, and holds no bus.

use std::cell::RefCell;

use triomphe::Arc;

use super::Node;

/// More spans than this are rarely open on a thread at once; those beyond are allocated.
const MAX_NODES: usize = 64;
/// A node whose payload grew beyond this is not kept.
const MAX_BYTES: usize = 4 * 1024;

thread_local! {
    static SPARE: RefCell<Vec<Arc<Node>>> = const { RefCell::new(Vec::new()) };
}

/// A blank node that nobody else knows.
#[inline]
pub(super) fn take() -> Arc<Node> {
    let spare = SPARE.try_with(|spare| spare.borrow_mut().pop());
    spare.ok().flatten().unwrap_or_default()
}

/// Keeps a node, unless somebody carries it still.
#[inline]
pub(super) fn keep(mut node: Arc<Node>) {
    let Some(blank) = Arc::get_mut(&mut node) else { return };
    // Before the store is looked at: a bus may end with its last node, which takes its time and other people's code.
    blank.clear();
    if blank.fields.capacity() <= MAX_BYTES {
        // A thread that is going away keeps nothing.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < MAX_NODES {
                spare.push(node);
            }
        });
    }
}

//! Bytes that an attribute adds: to the future of an async function, and to the stack of a recursive one. Nothing is
//! set up, because neither depends on it.

use std::future::pending;
use std::hint::black_box;

use crate::case::{WorkDone, Worked};

/// What one attribute makes of three functions.
pub struct Sizes {
    pub name: &'static str,
    /// A future that borrows its arguments and waits once.
    pub future: usize,
    /// One that takes a `String` and 256 bytes by value, and keeps both while it waits.
    pub future_by_value: usize,
    /// Stack by level of recursion.
    pub stack: usize,
}

/// Levels between the two looks at the stack.
const LEVELS: u64 = 64;

/// The same functions under each attribute, which may name the arguments.
macro_rules! sizes {
    ($name:literal, |$step:ident, $node:ident|, $(#[$small:meta])?, $(#[$by_value:meta])?, $(#[$recursive:meta])?) => {{
        $(#[$small])?
        async fn small($step: u64, $node: &str) -> u64 {
            pending::<()>().await;
            black_box($step) + $node.len() as u64
        }

        $(#[$by_value])?
        async fn by_value($node: String, bytes: [u8; 256]) -> usize {
            pending::<()>().await;
            $node.len() + usize::from(black_box(bytes)[17])
        }

        $(#[$recursive])?
        #[inline(never)]
        fn down($step: u64, $node: &str) -> usize {
            let below = if $step == 0 { here() } else { down($step - 1, $node) };
            black_box(below)
        }

        Sizes {
            name: $name,
            future: size_of_val(&small(1, "node")),
            future_by_value: size_of_val(&by_value(String::new(), [0; 256])),
            stack: (down(0, "node") - down(LEVELS, "node")) / LEVELS as usize,
        }
    }};
}

/// Each attribute, the plain functions first.
pub fn all() -> Vec<Sizes> {
    vec![
        sizes!("plain", |step, node|, , , ),
        #[cfg(feature = "peers")]
        sizes!(
            "tracing",
            |step, node|,
            #[tracing::instrument],
            #[tracing::instrument(skip_all, fields(node))],
            #[tracing::instrument]
        ),
        #[cfg(feature = "peers")]
        sizes!(
        "fastrace", |step, node|,
            #[fastrace::trace],
            #[fastrace::trace],
            #[fastrace::trace]
        ),
        sizes!(
            "emits",
            |step, node|,
            #[event_core::emits(Worked { step, node }, WorkDone)],
            #[event_core::emits(Worked { step: 0, node: &node }, WorkDone)],
            #[event_core::emits(Worked { step, node }, WorkDone)]
        ),
    ]
}

/// Where the stack ends.
#[inline(never)]
fn here() -> usize {
    let local = 0_u8;
    &raw const *black_box(&local) as usize
}

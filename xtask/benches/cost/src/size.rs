//! Bytes that an attribute adds: to the future of an async function, and to the stack of a recursive one. Nothing is
//! set up, because neither depends on it.

use std::future::pending;
use std::hint::black_box;

use crate::case::{WorkDone, Worked};

/// What one attribute makes of four functions.
pub struct Sizes {
    pub name: &'static str,
    /// A future that borrows its arguments and waits once.
    pub future: usize,
    /// One that takes a `String` and 256 bytes by value, and keeps both while it waits.
    pub future_by_value: usize,
    /// Stack by level of the least recursion.
    pub stack: usize,
    /// Stack by level of an ordinary recursive function.
    pub evaluation: usize,
}

/// Levels between the two looks at the stack.
const LEVELS: u64 = 64;

/// What a parser makes of a text.
#[derive(Debug)]
enum Tree {
    Leaf(String),
    Sum(Vec<Tree>),
}

impl Tree {
    /// One branch of this depth.
    fn of(depth: u64) -> Self {
        (0..depth).fold(Self::Leaf("1".to_owned()), |inner, _| {
            Self::Sum(vec![inner, Self::Leaf("2".to_owned())])
        })
    }
}

/// The same functions under each attribute, which may name the arguments.
macro_rules! sizes {
    (
        $name:literal, |$step:ident, $node:ident|,
        $(#[$small:meta])?, $(#[$by_value:meta])?, $(#[$recursive:meta])?, $(#[$evaluates:meta])?
    ) => {{
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

        $(#[$evaluates])?
        #[inline(never)]
        fn evaluate($step: u64, $node: &Tree, lowest: &mut usize) -> Result<i64, String> {
            *lowest = here().min(*lowest);
            match $node {
                Tree::Leaf(text) => text
                    .parse()
                    .map_err(|error| format!("{text:?} at depth {}: {error}", $step)),
                Tree::Sum(items) => {
                    let mut values = Vec::with_capacity(items.len());
                    for (index, item) in items.iter().enumerate() {
                        let value = evaluate($step + 1, item, lowest)
                            .map_err(|error| format!("item {index}: {error}"))?;
                        values.push(value);
                    }
                    let sum: i64 = values.iter().sum();
                    if sum < 0 {
                        return Err(format!("{values:?} are {sum} at depth {}", $step));
                    }
                    Ok(sum)
                }
            }
        }
        let lowest = |depth| {
            let mut lowest = usize::MAX;
            let sum = evaluate(0, &Tree::of(depth), &mut lowest);
            assert!(sum.is_ok_and(|sum| sum > 0), "a tree of ones and twos");
            lowest
        };

        Sizes {
            name: $name,
            future: size_of_val(&small(1, "node")),
            future_by_value: size_of_val(&by_value(String::new(), [0; 256])),
            stack: (down(0, "node") - down(LEVELS, "node")) / LEVELS as usize,
            evaluation: (lowest(1) - lowest(1 + LEVELS)) / LEVELS as usize,
        }
    }};
}

/// Each attribute, the plain functions first.
pub fn all() -> Vec<Sizes> {
    vec![
        sizes!("plain", |step, node|, , , , ),
        #[cfg(feature = "peers")]
        sizes!(
            "tracing",
            |step, node|,
            #[tracing::instrument],
            #[tracing::instrument(skip_all, fields(node))],
            #[tracing::instrument],
            #[tracing::instrument(skip_all, fields(step))]
        ),
        #[cfg(feature = "peers")]
        sizes!(
        "fastrace", |step, node|,
            #[fastrace::trace],
            #[fastrace::trace],
            #[fastrace::trace],
            #[fastrace::trace]
        ),
        sizes!(
            "emits",
            |step, node|,
            #[event_core::emits(Worked { step, node }, WorkDone)],
            #[event_core::emits(Worked { step: 0, node: &node }, WorkDone)],
            #[event_core::emits(Worked { step, node }, WorkDone)],
            #[event_core::emits(Worked { step, node: "tree" }, WorkDone)]
        ),
    ]
}

/// Where the stack ends.
#[inline(never)]
fn here() -> usize {
    let local = 0_u8;
    &raw const *black_box(&local) as usize
}

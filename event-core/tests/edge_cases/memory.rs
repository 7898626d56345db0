//! What the attribute takes of memory: 18 and 36. Bytes of futures and of the stack.

use std::hint::black_box;
use std::mem::size_of_val;

use event_core::testing::Capture;

use super::twin::{Begun, Done, twins};

async fn pause() {
    tokio::task::yield_now().await;
}

/// Bytes that are no `Copy`, a few.
struct Moved([u8; 64]);

/// Name, bytes of the twin, of the attributed future, and of the arguments by value.
type Size = (&'static str, usize, usize, usize);

fn sizes() -> Vec<Size> {
    let mut sizes = Vec::new();
    {
        twins! { async fn() { pause().await; } }
        sizes.push(("no arguments", size_of_val(&plain()), size_of_val(&attributed()), 0));
    }
    {
        twins! {
            [Begun { n: buffer.len() as u64 }, |out| Done { value: Some(*out) }]
            async fn(buffer: [u8; 4096]) -> u64 {
                pause().await;
                u64::from(buffer[0])
            }
        }
        let futures = (plain([0; 4096]), attributed([0; 4096]));
        sizes.push(("a buffer", size_of_val(&futures.0), size_of_val(&futures.1), 4096));
    }
    {
        twins! { async fn(buffer: [u8; 4096]) -> u64 {
            pause().await;
            u64::from(buffer[0])
        } }
        let futures = (plain([0; 4096]), attributed([0; 4096]));
        sizes.push((
            "a buffer that start does not read",
            size_of_val(&futures.0),
            size_of_val(&futures.1),
            4096,
        ));
    }
    {
        twins! { [Begun { n: buffer.0.len() as u64 }, Done] async fn(buffer: Moved) -> u64 {
            pause().await;
            u64::from(buffer.0[0])
        } }
        let futures = (plain(Moved([0; 64])), attributed(Moved([0; 64])));
        sizes.push((
            "a buffer that is not copied",
            size_of_val(&futures.0),
            size_of_val(&futures.1),
            64,
        ));
    }
    {
        twins! {
            [Begun, |out| Done { value: Some(out.len() as u64) }]
            async fn(a: &str, mut b: String, (c, d): (Vec<u8>, u64)) -> Result<String, String> {
                b.push_str(a);
                pause().await;
                if d == 0 {
                    return Err(b);
                }
                b.push_str(std::str::from_utf8(&c).unwrap_or_default());
                Ok(b)
            }
        }
        let futures = (
            plain("", String::new(), (Vec::new(), 1)),
            attributed("", String::new(), (Vec::new(), 1)),
        );
        sizes.push(("a few", size_of_val(&futures.0), size_of_val(&futures.1), 16 + 24 + 32));
    }
    twins! { async fn() -> [u64; 64] {
        let values = [1; 64];
        pause().await;
        values
    } }
    sizes.push(("a large value", size_of_val(&plain()), size_of_val(&attributed()), 0));
    sizes
}

#[test]
fn case_36_a_future_is_little_larger_than_its_twin_and_its_arguments() {
    for (what, plain, attributed, arguments) in sizes() {
        let most = plain + arguments + 128;
        assert!(
            attributed <= most,
            "{what}: {attributed} bytes, where the twin has {plain}: {:?}",
            sizes()
        );
    }
}

/// What a parser makes of a text.
enum Tree {
    Leaf(String),
    Sum(Vec<Tree>),
}

/// A tree with one branch of this depth.
fn tree(depth: usize) -> Tree {
    (0..depth).fold(Tree::Leaf("1".to_owned()), |inner, _| {
        Tree::Sum(vec![inner, Tree::Leaf("2".to_owned())])
    })
}

/// Remembers the lowest address that the stack came to.
fn reach(lowest: &mut usize) {
    let here = 0_u8;
    *lowest = (*lowest).min(std::ptr::from_ref(black_box(&here)).addr());
}

/// The twin that calls itself.
struct Evaluate(fn(&Tree, u32, &mut usize, &Evaluate) -> Result<i64, String>);

impl Evaluate {
    /// Bytes of stack for each level.
    fn frame(&self) -> usize {
        let bytes = |depth: usize| {
            let (mut lowest, here) = (usize::MAX, 0_u8);
            let top = std::ptr::from_ref(black_box(&here)).addr();
            self.0(&tree(depth), 0, &mut lowest, self).unwrap();
            top - lowest
        };
        (bytes(60) - bytes(10)) / 50
    }
}

/// An ordinary recursive function: the evaluation of a tree, with a `Result`, a loop, `?` and errors that are formatted.
mod evaluation {
    use super::{Begun, Done, Evaluate, Tree, reach, twins};

    twins! {
        [Begun { n: u64::from(depth) }, |out| Done { value: u64::try_from(*out).ok() }]
        fn(tree: &Tree, depth: u32, lowest: &mut usize, again: &Evaluate) -> Result<i64, String> {
            reach(lowest);
            match tree {
                Tree::Leaf(text) => text
                    .parse()
                    .map_err(|error| format!("{text:?} at depth {depth}: {error}")),
                Tree::Sum(items) => {
                    let mut values = Vec::with_capacity(items.len());
                    for (index, item) in items.iter().enumerate() {
                        let value = again.0(item, depth + 1, lowest, again)
                            .map_err(|error| format!("item {index}: {error}"))?;
                        values.push(value);
                    }
                    let sum: i64 = values.iter().sum();
                    if sum < 0 {
                        return Err(format!("{values:?} are {sum} at depth {depth}"));
                    }
                    Ok(sum)
                }
            }
        }
    }

    pub(super) const TWINS: [Evaluate; 2] = [Evaluate(plain), Evaluate(attributed)];
}

/// One that has two kilobytes of its own on each level.
mod buffered {
    use std::hint::black_box;

    use super::{Begun, Done, Evaluate, Tree, reach, twins};

    twins! {
        [Begun { n: u64::from(depth) }, |out| Done { value: u64::try_from(*out).ok() }]
        fn(tree: &Tree, depth: u32, lowest: &mut usize, again: &Evaluate) -> Result<i64, String> {
            reach(lowest);
            let mut buffer = [0_u8; 2048];
            let read = black_box(&mut buffer).len();
            match tree {
                Tree::Leaf(_) => i64::try_from(read).map_err(|error| error.to_string()),
                Tree::Sum(items) => {
                    let mut sum = 0;
                    for item in items {
                        sum += again.0(item, depth + 1, lowest, again)?;
                    }
                    Ok(sum)
                }
            }
        }
    }

    pub(super) const TWINS: [Evaluate; 2] = [Evaluate(plain), Evaluate(attributed)];
}

/// Bytes of stack that the attribute takes on each level beside the twin's, and how many levels fit a stack of which the
/// twin fills a hundred. Without a bus it is the same as with one.
#[track_caller]
fn beside([plain, attributed]: &[Evaluate; 2]) -> (usize, usize) {
    let (plain, without) = (plain.frame(), attributed.frame());
    let capture = Capture::start();
    let with = attributed.frame();
    drop(capture);
    assert_eq!(
        with, without,
        "bytes a level with a bus, and without; the twin has {plain}"
    );
    (with - plain, 100 * plain / with)
}

/// More than the twin, in a build that is not optimised: there the frames of function and closure are not merged, and
/// what either names is in memory. (BENCHMARKS.md has the optimised build, where all of this is below a hundred bytes.)
const MOST_BYTES_A_LEVEL: usize = 212;

#[test]
fn case_18_recursion_takes_little_more_of_the_stack_than_its_twin() {
    let (bytes, percent) = beside(&evaluation::TWINS);
    println!("{bytes} bytes a level more than the twin: {percent} % of its depth");
    assert!(
        bytes <= MOST_BYTES_A_LEVEL,
        "{bytes} bytes a level more than the twin, {percent} % of its depth"
    );
}

#[test]
fn case_18_a_function_with_two_kilobytes_of_its_own_goes_nine_tenths_as_deep() {
    let (bytes, percent) = beside(&buffered::TWINS);
    println!("{bytes} bytes a level more than the twin: {percent} % of its depth");
    assert!(
        percent >= 90,
        "{percent} % of the twin's depth, for {bytes} bytes a level"
    );
}

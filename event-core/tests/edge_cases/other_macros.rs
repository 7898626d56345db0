//! Below and above other macros, and made by them: 64, 67 and 68.

use std::sync::Arc;

use async_trait::async_trait;
use event_core::{Context, Event, emits};
use tracing::instrument;

use super::twin::{Begun, Done, Loud, begun, block_on, compare, end};

#[derive(Event, serde::Serialize)]
struct Shown<'a> {
    text: &'a str,
}

#[async_trait]
trait Fetch {
    async fn fetch(&self, url: &str, loud: Loud) -> Result<u64, String>;

    #[emits(Begun { n: 1 }, Done)]
    async fn provided(&self) -> u64 {
        u64::try_from(
            self.fetch("provided", Loud("argument"))
                .await
                .unwrap_or_default()
                .to_string()
                .len(),
        )
        .unwrap()
    }
}

struct Plain;
struct Attributed;

#[async_trait]
impl Fetch for Plain {
    async fn fetch(&self, url: &str, loud: Loud) -> Result<u64, String> {
        tokio::task::yield_now().await;
        let _ = &loud;
        if url.is_empty() {
            return Err("no url".to_owned());
        }
        Ok(url.len() as u64)
    }
}

#[async_trait]
impl Fetch for Attributed {
    #[emits(Shown { text: url }, Done)]
    async fn fetch(&self, url: &str, loud: Loud) -> Result<u64, String> {
        tokio::task::yield_now().await;
        let _ = &loud;
        if url.is_empty() {
            return Err("no url".to_owned());
        }
        Ok(url.len() as u64)
    }
}

#[test]
fn case_64_methods_below_async_trait_do_what_they_did() {
    let fetch = |fetcher: Arc<dyn Fetch + Send + Sync>, url| {
        block_on(async move {
            tokio::spawn(Context::current().wrap(async move { fetcher.fetch(url, Loud("loud")).await }))
                .await
                .unwrap()
        })
    };
    for url in ["", "abc"] {
        let events = compare(
            || block_on(Plain.fetch(url, Loud("loud"))),
            || block_on(Attributed.fetch(url, Loud("loud"))),
        );
        assert_eq!(events[0].text("text"), Some(url));
    }
    assert_eq!(fetch(Arc::new(Attributed), "four"), Ok(4));
    assert_eq!(block_on(Attributed.provided()), 1);
}

#[tokio::test]
#[emits(Begun { n: 1 }, Done)]
async fn case_67_below_tokio_test() {
    tokio::task::yield_now().await;
}

#[emits(Begun { n: 1 }, Done)]
#[tokio::test]
async fn case_67_above_tokio_test() {
    tokio::task::yield_now().await;
}

#[test]
#[emits(Begun { n: 1 }, Done)]
#[should_panic(expected = "as it should")]
fn case_67_a_test_that_should_panic() {
    panic!("as it should");
}

#[emits(Begun { n: 1 }, Done)]
#[test]
fn case_67_a_test_that_returns_a_result() -> Result<(), std::num::ParseIntError> {
    let n: u8 = "1".parse()?;
    assert_eq!(n, 1);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
#[emits(Begun { n: 1 }, |out| Done { value: Some(*out) })]
async fn main_below_tokio() -> u64 {
    tokio::task::yield_now().await;
    5
}

#[emits(Begun { n: 1 }, |out| Done { value: Some(*out) })]
#[tokio::main(flavor = "current_thread")]
async fn main_above_tokio() -> u64 {
    tokio::task::yield_now().await;
    5
}

#[test]
fn case_67_main_functions_of_tokio_in_either_order() {
    assert_eq!(end(&compare(|| 5, main_below_tokio)), ("ok", Some(5)));
    assert_eq!(end(&compare(|| 5, main_above_tokio)), ("ok", Some(5)));
}

mod instrumented {
    use super::*;

    #[emits(Begun { n: *n }, |out| Done { value: Some(*out) })]
    #[instrument(err)]
    pub(super) fn above(n: &u64, loud: String) -> Result<u64, String> {
        if *n == 0 { Err(loud) } else { Ok(*n) }
    }

    #[instrument(skip_all, ret, err(Debug))]
    #[emits(Begun { n: *n }, |out| Done { value: Some(*out) })]
    pub(super) fn below(n: &u64, loud: String) -> Result<u64, String> {
        if *n == 0 { Err(loud) } else { Ok(*n) }
    }

    #[emits(Begun { n }, |out| Done { value: Some(*out) })]
    #[instrument(fields(twice = n * 2), err)]
    pub(super) async fn above_async(n: u64) -> Result<u64, String> {
        tokio::task::yield_now().await;
        if n == 0 { Err("zero".to_owned()) } else { Ok(n) }
    }

    #[instrument(ret, err)]
    #[emits(Begun { n }, |out| Done { value: Some(*out) })]
    pub(super) async fn below_async(n: u64) -> Result<u64, String> {
        tokio::task::yield_now().await;
        if n == 0 { Err("zero".to_owned()) } else { Ok(n) }
    }
}

#[test]
fn case_67_beside_instrument_in_either_order() {
    for above_or_below in [instrumented::above, instrumented::below] {
        let events = compare(|| Ok(2), || above_or_below(&2, String::new()));
        assert_eq!((begun(&events), end(&events)), (Some(2), ("ok", Some(2))));
        let events = compare(|| Err("loud".to_owned()), || above_or_below(&0, "loud".to_owned()));
        assert_eq!(events[1].text("error"), Some("loud"));
    }
    let calls: [fn(u64) -> Result<u64, String>; 2] = [
        |n| block_on(instrumented::above_async(n)),
        |n| block_on(instrumented::below_async(n)),
    ];
    for call in calls {
        let events = compare(|| Ok(2), || call(2));
        assert_eq!((begun(&events), end(&events)), (Some(2), ("ok", Some(2))));
        assert_eq!(compare(|| call(0), || call(0))[1].text("error"), Some("zero"));
    }
}

#[test]
fn case_67_beside_itself() {
    #[emits(Begun { n: 1 }, |out| Done { value: Some(*out) })]
    #[emits(Begun { n: 2 }, |out| Done { value: Some(out + 1) })]
    fn twice(n: u64) -> u64 {
        n
    }
    let events = compare(|| 5, || twice(5));
    let n: Vec<_> = events
        .iter()
        .map(|event| event.payload["n"].as_u64().unwrap())
        .collect();
    // The upper one is expanded first, so it is the inner one.
    assert_eq!(n, [2, 1, 1, 2]);
}

mod case_68 {
    use super::*;

    macro_rules! whole {
        ($(#[$meta:meta])* $visibility:vis fn $name:ident($($arg:ident: $ty:ty),*) -> $out:ty $body:block, $event:expr, $($path:tt)+) => {
            #[emits($event, $($path)+)]
            $(#[$meta])*
            $visibility fn $name($($arg: $ty),*) -> $out $body
        };
    }

    whole!(
        /// Comes from a macro.
        pub(super) fn from_fragments(a: u64, b: Vec<u64>) -> Result<u64, std::num::TryFromIntError> {
            u32::try_from(a)?;
            Ok(a + b.iter().sum::<u64>())
        },
        Begun { n: 1 },
        |out| Done { value: Some(*out) }
    );

    macro_rules! names {
        ($ty:ident :: $method:ident, $receiver:ident, $n:ident: $argument:ty = $value:expr) => {
            impl $ty {
                #[emits(Begun { n: $value + $n }, |out| Done { value: Some(*out) })]
                pub(super) fn $method(&$receiver, $n: $argument) -> u64 {
                    let local = $receiver.0 + $n;
                    local + $value
                }
            }
        };
    }

    pub(super) struct Counter(pub(super) u64);

    names!(Counter::count, self, n: u64 = 3);

    macro_rules! items {
        ($($item:item)*) => {
            $(#[emits($crate::twin::Begun, $crate::twin::Done)] $item)*
        };
    }

    items! {
        pub(super) async fn first(n: u8) -> u8 { n }
        pub(super) fn second<T>(t: &[T]) -> Option<T> where T: Copy { t.first().copied() }
        #[inline] fn third() {}
    }

    macro_rules! local {
        ($value:expr) => {{
            #[emits(Begun { n: 1 }, |out| Done { value: Some(*out) })]
            fn same_name(n: u64) -> u64 {
                let value = n;
                value + $value
            }
            same_name(1)
        }};
    }

    #[test]
    fn case_68_functions_made_by_macros() {
        let events = compare(|| Ok(6), || from_fragments(1, vec![2, 3]));
        assert_eq!((begun(&events), end(&events)), (Some(1), ("ok", Some(6))));
        let events = compare(|| 9, || Counter(1).count(5));
        assert_eq!((begun(&events), end(&events)), (Some(8), ("ok", Some(9))));
        compare(|| 1, || block_on(first(1)));
        compare(|| Some(1), || second(&[1]));
        compare(|| (), third);
        let n = 4;
        assert_eq!(end(&compare(|| 5, || local!(4))), ("ok", Some(5)));
        assert_eq!(n, 4);
    }
}

//! Functions of many kinds: with the attribute they compile without a warning, and do what they did.
#![deny(warnings, clippy::pedantic)]

use std::convert::Infallible;

use event_core::testing::Capture;
use event_core::{Event, emits};

#[derive(Event, serde::Serialize)]
struct Begun {
    n: u32,
}

#[derive(Event, serde::Serialize)]
struct Shown<'a> {
    text: &'a str,
}

#[derive(Event, serde::Serialize, Default)]
struct Done {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<u32>,
}

#[derive(Event, serde::Serialize)]
struct Gen<V> {
    value: V,
}

struct Holder {
    items: Vec<u32>,
}

impl Holder {
    #[emits(Begun { n: 1 }, |out| Done { value: Some(**out) })]
    fn first_mut(&mut self) -> &mut u32 {
        &mut self.items[0]
    }

    #[emits(Begun { n: 2 }, Done)]
    fn both<'a, 'b>(&'a self, other: &'b str) -> (&'a [u32], &'b str) {
        (&self.items, other)
    }

    #[emits(Begun { n: 3 }, |out| Done { value: out.iter().max().copied() })]
    fn into_items(mut self: Box<Self>) -> Vec<u32> {
        self.items.push(9);
        self.items
    }

    #[emits(Begun { n: 4 }, Done)]
    async fn grow(&mut self, by: u32) -> &mut u32 {
        tokio::task::yield_now().await;
        self.items.push(by);
        &mut self.items[0]
    }
}

trait Work {
    #[emits(Begun { n: 5 }, |out| Done { value: Some(*out) })]
    fn work(&self) -> u32 {
        5
    }
}

impl Work for Holder {}

#[emits(Begun { n: u32::try_from(N).unwrap_or_default() }, Done)]
fn generic<T, const N: usize>(value: &T) -> [T; N]
where
    T: Clone + std::fmt::Debug,
{
    std::array::from_fn(|_| value.clone())
}

#[emits(Begun { n: 0 }, Done)]
fn opaque(limit: u32) -> Result<impl Iterator<Item = u32> + Clone, Infallible> {
    Ok(0..limit)
}

#[emits(Begun { n: f(3) }, |out| Done { value: Some(*out) })]
fn takes_impl(f: impl Fn(u32) -> u32) -> u32 {
    f(4)
}

#[emits(Begun { n: *r#type }, Done)]
fn raw_names(r#type: &u32, __call: u32) -> u32 {
    __call + *r#type
}

#[emits(Begun { n }, Done)]
extern "C" fn foreign(n: u32) -> u32 {
    n
}

#[emits(Shown { text: &format!("{a} {b}") }, Done)]
fn inline_format((a, _): (u32, u32), b: u32) {}

#[emits(Begun { n: a + b }, Done)]
fn patterns(&a: &u32, _whole @ (b, _): (u32, u32), [c, ..]: [u32; 3]) -> u32 {
    a + b + c
}

#[emits(Gen::<u32> { value: 1 }, |out| Gen::<u32> { value: *out })]
fn generic_events(_unused: &str, _also: u8) -> u32 {
    2
}

#[emits(Begun, Done)]
async fn for_ever() -> ! {
    loop {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
}

#[emits(Begun { n: depth }, Done)]
fn recursive(depth: u32) -> u32 {
    if depth == 0 { 0 } else { recursive(depth - 1) + 1 }
}

#[emits(Begun { n: depth }, Done)]
async fn recursive_async(depth: u32) -> u32 {
    if depth == 0 {
        return 0;
    }
    Box::pin(recursive_async(depth - 1)).await + 1
}

/// The first `return` does not decide the type.
#[emits(Begun { n: 0 }, Done)]
async fn coerces(early: bool) -> Result<Box<dyn std::fmt::Display + Send>, Box<dyn std::error::Error>> {
    if early {
        return Ok(Box::new(1));
    }
    Ok(Box::new("text"))
}

macro_rules! attributed {
    ($name:ident, $start:ty, $finish:path, $event:expr) => {
        #[emits($start, $finish)]
        fn $name() -> u32 {
            1
        }

        mod literal {
            use super::{Begun, Done, emits};

            #[emits($event, Done)]
            pub(super) fn $name() -> u32 {
                1
            }
        }
    };
}

attributed!(from_a_macro, Begun, Done, Begun { n: 8 });

mod shadowed {
    //! A module whose names are others than one would think.
    use event_core::emits;

    use super::{Begun, Done};

    pub(super) enum Option {
        Some,
    }

    pub(super) mod core {}

    #[emits(Begun { n: 1 }, |out| Done { value: matches!(out, Option::Some).then_some(1) })]
    pub(super) fn shadowed() -> Option {
        Option::Some
    }
}

/// It calls intrinsics without `unsafe`: the closure around the body has the function's features.
#[cfg(target_arch = "x86_64")]
mod target_features {
    use std::arch::x86_64::{_mm256_add_epi32, _mm256_extract_epi32, _mm256_set1_epi32};

    use super::{Begun, Done, emits};

    #[emits(Begun { n: *n }, |out| Done { value: Some(*out) })]
    #[target_feature(enable = "avx2")]
    #[inline]
    fn doubles(n: &u32) -> u32 {
        let n = _mm256_set1_epi32(n.cast_signed());
        _mm256_extract_epi32::<7>(_mm256_add_epi32(n, n)).cast_unsigned()
    }

    pub(super) const DOUBLES: unsafe fn(&u32) -> u32 = doubles;
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn every_kind_of_function_does_what_it_did() {
    let capture = Capture::start();
    let mut holder = Holder { items: vec![7] };
    *holder.first_mut() += 1;
    assert_eq!(holder.both("x"), (&[8][..], "x"));
    *assert_send(holder.grow(2)).await += 1;
    assert_eq!(holder.work(), 5);
    assert_eq!(Box::new(holder).into_items(), [9, 2, 9]);
    assert_eq!(generic::<_, 2>(&"a"), ["a", "a"]);
    assert_eq!(opaque(3).into_iter().flatten().sum::<u32>(), 3);
    assert_eq!(takes_impl(|n| n * 2), 8);
    assert_eq!(raw_names(&1, 5), 6);
    assert_eq!(foreign(3), 3);
    inline_format((1, 2), 3);
    assert_eq!(patterns(&1, (2, 0), [3, 0, 0]), 6);
    assert_eq!(generic_events("", 0), 2);
    assert_eq!((recursive(3), recursive_async(3).await), (3, 3));
    #[cfg(target_arch = "x86_64")]
    let _ = target_features::DOUBLES;
    assert_eq!(coerces(true).await.unwrap().to_string(), "1");
    assert_eq!(from_a_macro() + literal::from_a_macro(), 2);
    assert!(matches!(shadowed::shadowed(), shadowed::Option::Some));
    assert!(
        tokio::time::timeout(std::time::Duration::ZERO, assert_send(for_ever()))
            .await
            .is_err()
    );

    let events = capture.events();
    let is_finished = |event: &&event_core::Envelope| event.payload.contains_key("outcome");
    assert_eq!(events.iter().filter(is_finished).count() * 2, events.len());
    assert_eq!(events.last().unwrap().text("outcome"), Some("cancelled"));
    let format = events.iter().find(|event| event.text("text").is_some()).unwrap();
    assert_eq!(format.text("text"), Some("1 3"));
}

//! Return types: 47, 48 and 52 to 58. Futures and streams that are returned are in `returned_futures`.

use std::error::Error;
use std::fmt::{Debug, Display};
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard};
use std::task::Poll;

use event_core::emits;

use super::twin::{Begun, Done, Loud, begun, block_on, compare, end, same, same_async, twins};

#[test]
fn case_47_opaque_types_stay_opaque_at_any_depth() {
    {
        twins! { [Begun { n: v.len() as u64 }, |out| Done { value: out.clone().next() }] fn<'a>(v: &'a [u64]) -> impl Iterator<Item = u64> + Clone + 'a {
            v.iter().map(|n| n + 1)
        } }
        let v = [1, 2];
        let events = compare(|| plain(&v).collect::<Vec<_>>(), || attributed(&v).collect::<Vec<_>>());
        assert_eq!((begun(&events), end(&events)), (Some(2), ("ok", Some(2))));
    }
    {
        twins! { [Begun, |out| Done { value: Some(out.clone().sum()) }] fn(fails: bool) -> Result<impl Iterator<Item = u64> + Clone, impl Display> {
            if fails {
                return Err("failed");
            }
            Ok([1, 2].into_iter())
        } }
        let events = compare(|| collected(plain(false)), || collected(attributed(false)));
        assert_eq!(end(&events), ("ok", Some(3)));
        let events = compare(|| collected(plain(true)), || collected(attributed(true)));
        assert_eq!(events[1].text("error"), Some("failed"));
    }
    {
        twins! { fn() -> (impl Display, [impl Into<u64>; 2], Option<Box<impl Fn(u8) -> u8 + 'static>>) {
            ("text", [1_u32, 2], Some(Box::new(|n| n + 1)))
        } }
        let call = |is_plain: bool| {
            let told = |text: &dyn Display, n: u64, m: u8| format!("{text} {n} {m}");
            if is_plain {
                let (text, [n, _], f) = plain();
                told(&text, n.into(), f.unwrap()(1))
            } else {
                let (text, [n, _], f) = attributed();
                told(&text, n.into(), f.unwrap()(1))
            }
        };
        compare(|| call(true), || call(false));
    }
    {
        twins! { async fn(n: u64) -> Result<impl Fn(u64) -> u64 + Send, impl Error + Send> {
            if n == 0 {
                return Err(std::fmt::Error);
            }
            Ok(move |m| n + m)
        } }
        let events = compare(
            || block_on(plain(1)).map(|f| f(1)).map_err(|error| error.to_string()),
            || block_on(attributed(1)).map(|f| f(1)).map_err(|error| error.to_string()),
        );
        assert_eq!(end(&events).0, "ok");
        let events = compare(|| block_on(plain(0)).is_ok(), || block_on(attributed(0)).is_ok());
        assert_eq!(end(&events).0, "error");
    }
    twins! { fn<T: Clone + Into<u64> + 'static>(item: T) -> impl Fn() -> Box<dyn Iterator<Item = u64>> {
        move || -> Box<dyn Iterator<Item = u64>> { Box::new(std::iter::repeat_n(item.clone().into(), 3)) }
    } }
    compare(|| plain(2_u8)().sum::<u64>(), || attributed(2_u8)().sum::<u64>());
}

fn collected(result: Result<impl Iterator<Item = u64>, impl Display>) -> Result<Vec<u64>, String> {
    result.map(Iterator::collect).map_err(|error| error.to_string())
}

#[test]
fn case_48_what_an_opaque_type_captures_stays() {
    #[emits(Begun, Done)]
    fn captures_all(text: &str, _n: &u8) -> impl Iterator<Item = char> {
        text.chars()
    }
    #[emits(Begun, Done)]
    fn captures_nothing<'a>(text: &'a str, n: &u8) -> impl Fn() -> usize + use<'a> {
        let n = usize::from(*n);
        move || text.len() + n
    }
    #[emits(Begun, Done)]
    fn captures_a_type<T: Debug>(value: T, _text: &str) -> impl Display + use<T> {
        format!("{value:?}")
    }
    let text = "abc".to_owned();
    let (later, shown) = {
        let n = 4;
        let short = "short".to_owned();
        assert_eq!(captures_all(&text, &n).count(), 3);
        (captures_nothing(&text, &n), captures_a_type(1, &short))
    };
    assert_eq!((later(), shown.to_string()), (7, "1".to_owned()));
}

type Aliased<T> = std::io::Result<T>;
type Both<T> = Result<T, Box<dyn Error>>;
type Nested = Aliased<Result<u64, String>>;

#[test]
fn case_52_a_result_is_one_under_any_name() {
    {
        twins! { [Begun, |out| Done { value: Some(*out) }] fn(fails: bool) -> Aliased<u64> {
            if fails { Err(std::io::Error::other("disk full")) } else { Ok(3) }
        } }
        let call = |result: Aliased<u64>| result.map_err(|error| error.to_string());
        assert_eq!(
            end(&compare(|| call(plain(false)), || call(attributed(false)))),
            ("ok", Some(3))
        );
        let events = compare(|| call(plain(true)), || call(attributed(true)));
        assert_eq!(events[1].text("error"), Some("disk full"));
    }
    {
        twins! { async fn(text: &str) -> Both<u64> {
            Ok(text.parse()?)
        } }
        let call = |result: Both<u64>| result.map_err(|error| error.to_string());
        let events = compare(|| call(block_on(plain("x"))), || call(block_on(attributed("x"))));
        assert_eq!(events[1].text("error"), Some("invalid digit found in string"));
    }
    twins! { [Begun, |out| Done { value: out.as_ref().ok().copied() }] fn(n: u64) -> Nested {
        match n {
            0 => Err(std::io::Error::other("outer")),
            1 => Ok(Err("inner".to_owned())),
            n => Ok(Ok(n)),
        }
    } }
    let call = |result: Nested| result.map_err(|error| error.to_string());
    let outcomes = [0, 1, 2].map(|n| {
        let events = compare(|| call(plain(n)), || call(attributed(n)));
        let (outcome, value) = end(&events);
        (outcome.to_owned(), value)
    });
    assert_eq!(
        outcomes.each_ref().map(|(outcome, value)| (outcome.as_str(), *value)),
        [("error", None), ("ok", None), ("ok", Some(2))]
    );
}

#[derive(PartialEq)]
struct Mute;

impl Debug for Mute {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("not asked for")
    }
}

#[test]
fn case_53_an_error_needs_no_trait() {
    #[emits(Begun, Done)]
    fn mute() -> Result<(), Mute> {
        Err(Mute)
    }
    #[emits(Begun, Done)]
    async fn any<E>(error: E) -> Result<u64, E> {
        tokio::task::yield_now().await;
        Err(error)
    }
    #[emits(Begun, Done)]
    fn displayed<E: Display>(error: E) -> Result<u64, E> {
        Err(error)
    }
    #[emits(Begun, Done)]
    fn borrowed(text: &str) -> Result<u64, &str> {
        Err(text)
    }
    let events = compare(|| true, || mute().is_err());
    assert!(events[1].text("error").unwrap().ends_with("Mute"), "{events:?}");
    let events = compare(|| true, || block_on(any(Mute)).is_err());
    assert!(events[1].text("error").unwrap().ends_with("Mute"), "{events:?}");
    let events = compare(|| "shown", || displayed("shown").unwrap_err());
    assert_eq!(events[1].text("error"), Some("shown"));
    let events = compare(|| "shown", || borrowed("shown").unwrap_err());
    assert_eq!(events[1].text("error"), Some("shown"));
}

#[test]
fn case_54_what_is_no_result_is_a_value() {
    {
        twins! { fn(n: u8) -> Option<u8> { n.checked_sub(1) } }
        assert_eq!([end(&same!(0)).0, end(&same!(1)).0], ["ok", "ok"]);
    }
    {
        twins! { fn(n: u8) -> Poll<Result<u8, String>> {
            if n == 0 { Poll::Ready(Err("none".to_owned())) } else { Poll::Pending }
        } }
        assert_eq!([end(&same!(0)).0, end(&same!(1)).0], ["ok", "ok"]);
    }
    twins! { async fn(n: u8) -> ControlFlow<u8> {
        if n == 0 { ControlFlow::Break(n) } else { ControlFlow::Continue(()) }
    } }
    assert_eq!([end(&same_async!(0)).0, end(&same_async!(1)).0], ["ok", "ok"]);
}

#[test]
fn case_55_a_value_that_borrows_is_lent_to_the_event() {
    {
        twins! { [Begun, |out| Done { value: Some(**out) }] fn(of: &Mutex<u64>) -> MutexGuard<'_, u64> {
            of.lock().unwrap()
        } }
        let of = Mutex::new(1);
        let call = |is_plain: bool| {
            let mut guard = if is_plain { plain(&of) } else { attributed(&of) };
            assert!(of.try_lock().is_err());
            *guard = 1;
        };
        assert_eq!(end(&compare(|| call(true), || call(false))), ("ok", Some(1)));
    }
    {
        twins! { [Begun, |out| Done { value: Some(out.len() as u64) }] async fn<'a>(texts: &'a [&'a str]) -> Result<&'a str, ()> {
            texts.first().copied().ok_or(())
        } }
        assert_eq!(end(&same_async!(&["abc"])), ("ok", Some(3)));
        assert_eq!(end(&same_async!(&[])).0, "error");
    }
    twins! { [Begun, |(first, _)| Done { value: Some(**first) }] fn(v: &mut [u64]) -> (&mut u64, &mut [u64]) {
        v.split_first_mut().unwrap()
    } }
    let call = |is_plain: bool| {
        let mut v = [1, 2];
        let (first, rest) = if is_plain { plain(&mut v) } else { attributed(&mut v) };
        std::mem::swap(first, &mut rest[0]);
        v
    };
    assert_eq!(end(&compare(|| call(true), || call(false))), ("ok", Some(1)));
}

#[test]
fn case_56_units_objects_and_functions() {
    fn stops() -> ! {
        panic!("stopped")
    }
    {
        twins! { [Begun, |()| Done { value: Some(1) }] fn() -> () {} }
        assert_eq!(end(&same!()), ("ok", Some(1)));
    }
    {
        #[rustfmt::skip]
        twins! { #[expect(unused_parens, reason = "expected of both")] fn() -> (()) {} }
        same!();
    }
    {
        twins! { fn() -> fn() -> ! { stops } }
        compare(|| -> () { plain()() }, || -> () { attributed()() });
    }
    twins! { fn<'a>(text: &'a str) -> Box<dyn Fn(&str) -> String + 'a> {
        Box::new(move |other| format!("{text} {other}"))
    } }
    compare(|| plain("a")("b"), || attributed("a")("b"));
}

#[test]
fn case_58_types_that_are_computed() {
    {
        twins! { fn<I: Iterator + Clone>(items: &I) -> Option<<I as Iterator>::Item> {
            items.clone().next()
        } }
        same!(&[1, 2].iter());
    }
    {
        twins! { async fn<I: IntoIterator>(items: I) -> <<I as IntoIterator>::IntoIter as Iterator>::Item where I::Item: Default {
            items.into_iter().next().unwrap_or_default()
        } }
        same_async!([3, 4]);
        same_async!(Vec::<String>::new());
    }
    {
        twins! { fn<const N: usize, T>(of: impl Fn(usize) -> T) -> [T; N] {
            std::array::from_fn(of)
        } }
        compare(|| plain::<3, _>(|n| n * 2), || attributed::<3, _>(|n| n * 2));
    }
    {
        twins! { fn() -> [u8; { const N: usize = 2; N + 1 }] { [0; 3] } }
        same!();
    }
    twins! { fn() -> for<'a> fn(&'a str) -> &'a str { str::trim } }
    compare(|| plain()(" a "), || attributed()(" a "));
}

#[test]
fn values_that_are_returned_move_once() {
    twins! { [Begun { n: 1 }, |out| Done { value: Some(out.0.len() as u64) }] fn(fails: bool) -> Result<Loud, Loud> {
        if fails { Err(Loud("error")) } else { Ok(Loud("value")) }
    } }
    let call = |result: Result<Loud, Loud>| result.map(|_| ()).map_err(|_| ());
    assert_eq!(
        end(&compare(|| call(plain(false)), || call(attributed(false)))),
        ("ok", Some(5))
    );
    assert_eq!(
        end(&compare(|| call(plain(true)), || call(attributed(true)))),
        ("error", None)
    );
}

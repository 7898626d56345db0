//! Bodies: 1 to 17. What the compiler says of a body is compared in `diagnostics`.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Display;
use std::num::ParseIntError;
use std::ops::ControlFlow;
use std::time::Duration;

use event_core::emits;

use super::twin::{Begun, Done, Loud, begun, block_on, compare, end, same, same_async, twins};

#[test]
fn case_01_return_finishes_the_call() {
    twins! { [Begun { n }, |out| Done { value: Some(*out) }] fn(n: u64) -> u64 {
        if n == 0 {
            return 7;
        }
        return n;
    } }
    assert_eq!(end(&same!(0)), ("ok", Some(7)));
    assert_eq!(end(&same!(3)), ("ok", Some(3)));
}

#[test]
fn case_02_a_question_mark_finishes_the_call() {
    {
        twins! { [Begun, |out| Done { value: Some(*out) }] fn(text: &str) -> Result<u64, ParseIntError> {
            let n: u64 = text.parse()?;
            Ok(n + 1)
        } }
        assert_eq!(end(&same!("1")), ("ok", Some(2)));
        assert_eq!(end(&same!("one")), ("error", None));
    }
    twins! { [Begun, |out| Done { value: *out }] fn(texts: &[&str]) -> Option<u64> {
        let first = texts.first()?;
        Some(first.len() as u64)
    } }
    assert_eq!(end(&same!(&["abc"])), ("ok", Some(3)));
    assert_eq!(end(&same!(&[])), ("ok", None));
}

#[test]
fn case_02_a_question_mark_converts_the_error() {
    twins! { async fn(text: &str) -> Result<u64, Box<dyn Error + Send + Sync>> {
        let n: u64 = text.parse()?;
        if n == 0 {
            Err("zero")?;
        }
        Ok(n)
    } }
    let calls = |text| {
        compare(
            || block_on(plain(text)).map_err(|error| error.to_string()),
            || block_on(attributed(text)).map_err(|error| error.to_string()),
        )
    };
    assert_eq!(end(&calls("5")).0, "ok");
    assert_eq!(calls("0")[1].text("error"), Some("zero"));
    assert_eq!(calls("x")[1].text("error"), Some("invalid digit found in string"));
}

type Printable = Result<Box<dyn Display>, Box<dyn Error>>;

fn printed(value: Printable) -> String {
    value.map_or_else(|error| error.to_string(), |value| value.to_string())
}

#[test]
fn case_03_the_first_return_does_not_decide_the_type() {
    for early in [true, false] {
        {
            twins! { fn(early: bool) -> Printable {
                if early {
                    return Ok(Box::new(1));
                }
                Err("text".into())
            } }
            compare(|| printed(plain(early)), || printed(attributed(early)));
        }
        {
            twins! { async fn(early: bool) -> Printable {
                if early {
                    return Ok(Box::new(1));
                }
                Ok(Box::new("text"))
            } }
            compare(
                || printed(block_on(plain(early))),
                || printed(block_on(attributed(early))),
            );
        }
        twins! { async fn(early: bool) -> Vec<Box<dyn Fn() -> u8>> {
            if early {
                return vec![Box::new(|| 1), Box::new(|| 2)];
            }
            Vec::new()
        } }
        let call = |made: Vec<Box<dyn Fn() -> u8>>| made.iter().map(|make| make()).sum::<u8>();
        compare(|| call(block_on(plain(early))), || call(block_on(attributed(early))));
    }
}

#[test]
fn case_04_a_value_has_the_declared_type() {
    {
        twins! { fn(text: &str) -> BTreeSet<char> {
            text.chars().collect()
        } }
        same!("hello");
    }
    {
        twins! { async fn(text: &str) -> Result<Vec<u8>, ParseIntError> {
            text.split(' ').map(str::parse).collect()
        } }
        assert_eq!(end(&same_async!("1 2")).0, "ok");
        assert_eq!(end(&same_async!("1 b")).0, "error");
    }
    {
        twins! { async fn() -> (u8, Vec<String>) {
            Default::default()
        } }
        same_async!();
    }
    twins! { fn(n: u8) -> u64 {
        n.into()
    } }
    same!(3);
}

#[test]
fn case_05_a_function_that_never_returns_is_finished_by_its_panic() {
    twins! { [Begun { n }, Done] fn(n: u64) -> ! {
        let _kept = Loud("kept");
        loop {
            assert!(n != 0, "left");
            if n == 1 {
                std::panic::panic_any(n);
            }
        }
    } }
    for n in [0, 1] {
        let events = compare(|| -> () { plain(n) }, || -> () { attributed(n) });
        assert_eq!(end(&events).0, "panicked");
    }
}

#[test]
fn case_06_a_future_that_never_ends_is_finished_by_a_panic_or_a_drop() {
    twins! { async fn(fails: bool) -> ! {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert!(!fails, "left");
        }
    } }
    let events = compare(
        || -> () { block_on(plain(true)) },
        || -> () { block_on(attributed(true)) },
    );
    assert_eq!(end(&events).0, "panicked");
    let patience = Duration::from_secs(5);
    let events = compare(
        || block_on(async { tokio::time::timeout(patience, plain(false)).await.is_err() }),
        || block_on(async { tokio::time::timeout(patience, attributed(false)).await.is_err() }),
    );
    assert_eq!(end(&events).0, "cancelled");
}

#[test]
fn case_07_a_body_may_say_no_more_than_that_it_is_to_be_written() {
    {
        twins! { [Begun { n: 1 }, |out| Done { value: Some(*out) }] fn(_unused: u64) -> u64 {
            unimplemented!("not yet")
        } }
        assert_eq!(end(&same!(1)).0, "panicked");
    }
    twins! { [Begun { n: 1 }, |out| Done { value: Some(*out) }] async fn() -> u64 {
        unimplemented!("not yet")
    } }
    assert_eq!(end(&same_async!()).0, "panicked");
}

#[test]
fn case_08_labels_are_the_bodys_own() {
    twins! { fn(limit: u32) -> u32 {
        let mut n = 0;
        'a: loop {
            let twice = 'b: {
                if n > limit {
                    break 'a;
                }
                break 'b n * 2;
            };
            n += 1 + twice;
        }
        n
    } }
    same!(50);
}

#[test]
fn case_11_a_body_may_be_one_expression_or_empty() {
    {
        twins! { fn() -> u32 { 1 } }
        same!();
    }
    {
        twins! { async fn() -> u32 { 1 } }
        same_async!();
    }
    {
        twins! { async fn() {} }
        same_async!();
    }
    twins! { fn() {} }
    same!();
}

mod case_12 {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Foo;
    #[derive(Debug, PartialEq)]
    enum Bar {
        Foo(u8),
    }

    const FOO: Foo = Foo;

    #[test]
    fn case_12_names_of_the_body_do_not_change_the_return_type() {
        {
            twins! { fn(n: u8) -> Foo {
                use Bar::*;
                let Foo(_) = Foo(n);
                FOO
            } }
            same!(1);
        }
        twins! { async fn(n: u8) -> Result<Foo, Bar> {
            if n == 0 {
                use Bar::*;
                return Err(Foo(n));
            }
            Ok(FOO)
        } }
        same_async!(0);
        same_async!(1);
    }
}

#[test]
fn case_13_inner_attributes_stay_in_force() {
    {
        twins! { fn() -> u8 {
            #![allow(unused_variables)]
            #![allow(clippy::let_unit_value)]
            let unused = 1;
            2
        } }
        same!();
    }
    twins! { async fn() -> u8 {
        #![allow(unused_variables)]
        let unused = 1;
        2
    } }
    same_async!();
}

#[test]
fn case_14_items_of_the_body_are_seen_by_all_of_it() {
    twins! { fn() -> u8 {
        const M: u8 = 1;
        static N: u8 = 2;
        use std::cmp::max as greatest;
        fn g() -> u8 { M }
        macro_rules! twice { ($n:expr) => { $n + $n } }
        struct Local(u8);
        impl Local { fn get(&self) -> u8 { self.0 } }
        twice!(greatest(g(), Local(N).get()))
    } }
    same!();
}

#[test]
fn case_15_names_of_the_body_are_not_seen_by_the_events() {
    // Written out, since names within a macro of ours would be told apart anyway.
    #[emits(Begun { n }, |out| Done { value: Some(n + *out) })]
    fn shadows(n: u64) -> u64 {
        let n = n + 10;
        let (out, __call, __out) = (0, 0, 0);
        n + out + __call + __out
    }
    #[emits(Begun { n }, |out| Done { value: Some(n + *out) })]
    async fn shadows_later(n: u64) -> u64 {
        let n = n + 10;
        let (out, __call, __out) = (0, 0, 0);
        n + out + __call + __out
    }
    let events = compare(|| 11, || shadows(1));
    assert_eq!((begun(&events), end(&events)), (Some(1), ("ok", Some(12))));
    let events = compare(|| 11, || block_on(shadows_later(1)));
    assert_eq!((begun(&events), end(&events)), (Some(1), ("ok", Some(12))));
}

#[test]
fn case_17_scopes_within_the_body_keep_their_returns() {
    macro_rules! bail {
        ($value:expr) => {
            return Err($value)
        };
    }
    twins! { async fn(n: u8) -> Result<u8, String> {
        let one = async { if n == 9 { return 3; } 1 }.await;
        let two = (|| { if n == 9 { return 4; } 2 })();
        let three: Option<u8> = (|| { None::<u8>?; Some(9) })();
        let four = Some(4).ok_or("none")?;
        if n == 0 {
            bail!(format!("{one} {two} {three:?} {four}"));
        }
        Ok(one + two + four)
    } }
    assert_eq!(same_async!(0)[1].text("error"), Some("1 2 None 4"));
    assert_eq!(end(&same_async!(1)).0, "ok");
}

#[test]
fn any_type_may_be_left_by_a_question_mark() {
    twins! { fn(n: u8) -> ControlFlow<u8, String> {
        if n == 0 {
            ControlFlow::Break(n)?;
        }
        ControlFlow::Continue(n.to_string())
    } }
    assert_eq!(end(&same!(0)).0, "ok");
    assert_eq!(end(&same!(1)).0, "ok");
}

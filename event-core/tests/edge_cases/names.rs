//! Names and lints of the module around: 72 and 73.

use event_core::testing::Capture;

use super::twin::{Begun, Done, Loud, assert_paired, block_on, compare};

mod case_72 {
    //! Names that mean something else here.
    #![no_implicit_prelude]

    use ::event_core::emits;

    use super::{Begun, Done};

    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod event_core {}

    #[derive(Debug, PartialEq)]
    pub(super) enum Option {
        Some(u8),
        None,
    }
    #[derive(Debug, PartialEq)]
    pub(super) enum Result {
        Ok(u8),
        Err,
    }
    #[derive(Debug, PartialEq)]
    pub(super) struct Event;
    #[derive(Debug, PartialEq)]
    pub(super) struct Some(pub(super) u8);
    #[derive(Debug, PartialEq)]
    pub(super) struct Ok(pub(super) u8);
    pub(super) struct None;

    #[derive(::event_core::Event, ::serde::Serialize)]
    pub(super) struct Mine {
        pub(super) n: u8,
    }

    #[emits(Mine { n }, |out| Mine { n: match out { Option::Some(n) => *n, Option::None => 0 } })]
    pub(super) fn option(n: u8) -> Option {
        let None = None;
        if n == 0 {
            return Option::None;
        }
        Option::Some(n)
    }

    #[emits(Begun { n: 1 }, Done)]
    pub(super) async fn result(n: u8) -> Result {
        if n == 0 {
            return Result::Err;
        }
        Result::Ok(n)
    }

    #[emits(Begun { n: 1 }, |Some(n)| Mine { n: *n })]
    pub(super) fn some(n: u8) -> Some {
        Some(n)
    }

    #[emits(Begun { n: 1 })]
    pub(super) fn point(n: u8) -> Ok {
        Ok(n)
    }

    #[emits(_, Done)]
    pub(super) fn silent() -> Event {
        Event
    }

    #[emits(Begun, Done)]
    pub(super) fn never() -> ! {
        ::std::panic!("never")
    }

    #[emits(Mine, Done)]
    pub(super) fn real() -> ::std::result::Result<u8, &'static str> {
        ::std::result::Result::Err("real")
    }
}

#[test]
fn case_72_names_of_the_prelude_may_mean_something_else() {
    let capture = Capture::start();
    assert_eq!(
        [case_72::option(0), case_72::option(3)],
        [case_72::Option::None, case_72::Option::Some(3)]
    );
    assert_eq!(block_on(case_72::result(0)), case_72::Result::Err);
    assert_eq!(block_on(case_72::result(1)), case_72::Result::Ok(1));
    assert_eq!(case_72::some(4), case_72::Some(4));
    assert_eq!(case_72::real(), Err("real"));
    std::panic::catch_unwind(|| case_72::never()).unwrap_err();
    let events = capture.events();
    assert_paired(&events);
    assert_eq!((events.len(), &events[3].payload["n"]), (14, &3.into()));
    assert_eq!(events[11].text("error"), Some("real"));
    assert_eq!((case_72::point(1), case_72::silent()), (case_72::Ok(1), case_72::Event));
    assert_eq!(capture.events().len(), 16);
}

mod case_73 {
    //! Lints that can't be allowed any more.
    #![forbid(
        warnings,
        clippy::all,
        clippy::pedantic,
        missing_docs,
        unused_qualifications,
        unreachable_pub
    )]
    #![forbid(
        unused_results,
        unused_lifetimes,
        single_use_lifetimes,
        let_underscore_drop,
        tail_expr_drop_order
    )]
    #![forbid(
        if_let_rescope,
        clippy::used_underscore_binding,
        clippy::shadow_reuse,
        clippy::unwrap_used
    )]

    use event_core::emits;

    use super::{Begun, Done, Loud};

    #[emits(Begun { n }, |out| Done { value: Some(*out) })]
    pub(super) fn sync(n: u64, _unused: u64) -> Result<u64, String> {
        if n == 0 { Err("zero".to_owned()) } else { Ok(n) }
    }

    #[emits(Begun { n }, |out| Done { value: Some(*out) })]
    pub(super) async fn later(n: u64, loud: &Loud) -> u64 {
        tokio::task::yield_now().await;
        n + loud.0.len() as u64
    }

    #[emits(Begun { n })]
    pub(super) fn point(n: u64) {}

    #[emits(_, Done)]
    pub(super) fn silent(text: &str) -> &str {
        text
    }

    #[emits(Begun, Done)]
    #[track_caller]
    pub(super) fn guarded() {}
}

#[test]
fn case_73_nothing_that_is_forbidden_is_done() {
    compare(|| Ok(1), || case_73::sync(1, 2));
    let four = Loud("four");
    compare(|| 5, || block_on(case_73::later(1, &four)));
    compare(|| (), case_73::guarded);
    case_73::point(1);
    assert_eq!(case_73::silent("text"), "text");
}

//! The expansion means the same wherever it stands: among names that hide the usual ones, without a prelude, and out of
//! macros.
#![deny(warnings, clippy::pedantic)]

use event_core::testing::Capture;

fn types(run: impl FnOnce()) -> Vec<String> {
    let capture = Capture::start();
    run();
    capture.events().into_iter().map(|event| event.event_type).collect()
}

/// Every name that an expansion could mean by accident.
mod hidden_names {
    #![expect(dead_code, unused_macros, reason = "they are there to be in the way")]

    pub(super) mod core {}
    mod std {}
    mod event_core {}
    mod serde {}
    struct Option;
    struct Result;
    struct Some;
    struct None;
    struct Ok;
    struct Err;
    struct Event;
    struct Call;
    struct Span;
    struct Default;
    trait Into {}
    fn drop() {}
    macro_rules! module_path {
        () => {
            compile_error!("not this one")
        };
    }

    #[derive(::event_core::Event, ::serde::Serialize)]
    pub(super) struct Begun<'a> {
        #[event(scope)]
        text: &'a str,
    }

    #[derive(::event_core::Event, ::serde::Serialize)]
    #[event(duration = "took")]
    pub(super) struct Done<T> {
        value: T,
    }

    #[derive(::serde::Serialize)]
    struct Failed {
        code: u8,
    }

    #[::event_core::emits(Begun { text }, |out| Done::<usize> { value: *out }, when = !text.is_empty(), err = |e| Failed { code: *e })]
    pub(super) fn sync(text: &str) -> ::core::result::Result<usize, u8> {
        ::core::result::Result::Ok(text.len())
    }

    #[::event_core::emits(Begun { text: &text }, Done<u8>, err = |e| Failed { code: *e })]
    pub(super) async fn asynchronous(text: ::std::string::String) -> ::core::result::Result<(), u8> {
        ::tokio::task::yield_now().await;
        ::core::result::Result::Err(u8::try_from(text.len()).unwrap_or_default())
    }

    #[::event_core::emits(Begun { text })]
    pub(super) fn point(text: &str) {}

    #[::event_core::emits(_, Done<u8>)]
    pub(super) fn silent() {}

    #[::event_core::emits(Begun { text: "" }, Done<u8>)]
    #[track_caller]
    pub(super) fn guarded() {}
}

#[tokio::test]
async fn names_of_the_users_hide_nothing_of_ours() {
    let capture = Capture::start();
    assert_eq!(hidden_names::sync("a"), Ok(1));
    assert_eq!(hidden_names::asynchronous("a".to_owned()).await, Err(1));
    hidden_names::point("a");
    hidden_names::silent();
    hidden_names::guarded();
    let types: Vec<_> = capture.events().into_iter().map(|event| event.event_type).collect();
    assert_eq!(
        types,
        ["begun", "done", "begun", "done", "begun", "done", "begun", "done"]
    );
}

/// Out of a macro, every part of the attribute and of the function is the macro's or its caller's.
macro_rules! functions {
    ($start:expr, $finish:ty, $condition:expr; $($name:ident($argument:ident: $ty:ty) -> $output:ty $body:block)*) => {
        $(
            #[event_core::emits($start, $finish, when = !$condition)]
            fn $name($argument: $ty) -> $output $body
        )*
    };
}

macro_rules! around {
    ($type:path, $text:literal, $body:expr) => {{
        #[event_core::emits($type { text: $text }, |__out| event_core::StepFinished { truncated: Some(*__out > 1), ..Default::default() })]
        fn inner(__call: u8, __to: u8) -> u8 {
            let __body = __call + __to;
            __body + $body
        }
        inner(1, 2)
    }};
}

#[derive(event_core::Event, serde::Serialize)]
struct Begun {
    text: &'static str,
}

#[derive(event_core::Event, serde::Serialize)]
struct Done;

functions! {
    Begun { text: "by macro" }, Done, false || false;
    doubled(n: u32) -> u32 { n * 2 }
    text(n: Vec<u8>) -> usize { n.len() }
}

#[test]
fn a_macro_makes_functions_of_its_callers_parts() {
    assert_eq!(types(|| assert_eq!(doubled(2), 4)), ["begun", "done"]);
    assert_eq!(types(|| assert_eq!(text(vec![1]), 1)), ["begun", "done"]);
    let run = || assert_eq!(around!(Begun, "inside", 4), 7);
    assert_eq!(types(run), ["begun", "step_finished"]);
}

/// Items of a body are seen by the body, and by nobody else.
#[event_core::emits(Begun { text: NAME }, Done)]
fn items_of_the_body() -> &'static str {
    const NAME: &str = "inner";
    NAME
}

const NAME: &str = "outer";

#[test]
fn an_item_of_the_body_is_not_what_start_means() {
    let capture = Capture::start();
    assert_eq!(items_of_the_body(), "inner");
    assert_eq!(capture.events()[0].payload["text"], "outer");
}

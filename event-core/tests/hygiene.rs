//! The expansion means the same wherever it stands: among names that hide the usual ones, without a prelude, and out of
//! macros.
#![deny(warnings, clippy::pedantic)]

use event_core::testing::Capture;

fn types(run: impl FnOnce()) -> Vec<String> {
    let capture = Capture::start();
    run();
    capture.events().into_iter().map(|event| event.event_type).collect()
}

/// Methods of every type, by the names that an expansion calls.
mod methods_of_every_type {
    use event_core::{StepFinished, StepStarted, emits};

    #[expect(dead_code, clippy::wrong_self_convention, reason = "it is there to be in the way")]
    trait Everything: Sized {
        fn has_bus(self) -> bool {
            false
        }
        fn inside(self) -> Self {
            unreachable!("the user's own method was called")
        }
        fn begin(self) {
            unreachable!("the user's own method was called")
        }
        fn publish<T>(self, _publish: T) {}
        fn watch<F>(self, _body: F) -> F {
            unreachable!("the user's own method was called")
        }
        fn start<T, U>(self, _finish: T, _event: U) {}
        fn start_bare<T, U>(self, _finish: T, _start: U) {}
        fn start_silent<T>(self, _finish: T) {}
        fn event<T>(self, _event: T) {}
        fn bare(self) {}
        fn guard(self) {}
        fn is_on(self) -> bool {
            false
        }
    }

    impl<T> Everything for T {}

    #[emits(StepStarted, |n| StepFinished { truncated: Some(*n > 1), ..Default::default() })]
    pub(super) fn sync(n: u8) -> u8 {
        n
    }

    #[emits(StepStarted { step: u64::from(n), ..Default::default() }, StepFinished)]
    pub(super) async fn asynchronous(n: u8) -> u8 {
        n
    }

    #[emits(StepStarted, StepFinished)]
    #[track_caller]
    pub(super) fn guarded(n: u8) -> u8 {
        n
    }

    #[emits(StepStarted, StepFinished)]
    pub(super) fn future(n: u8) -> impl Future<Output = Result<u8, u8>> {
        async move { Ok(n) }
    }

    #[emits(StepStarted, StepFinished)]
    pub(super) fn boxed(n: u8) -> std::pin::Pin<Box<dyn Future<Output = u8>>> {
        Box::pin(std::future::ready(n))
    }
}

#[tokio::test]
async fn methods_that_a_trait_gives_to_every_type_are_not_called() {
    use methods_of_every_type::{asynchronous, boxed, future, guarded, sync};

    let capture = Capture::start();
    sync(1);
    asynchronous(1).await;
    guarded(1);
    future(1).await.expect("it is ok");
    boxed(1).await;
    assert_eq!(capture.events().len(), 10);
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

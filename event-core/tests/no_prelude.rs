//! A crate without a prelude, and without an import of the library.
#![no_implicit_prelude]
#![deny(warnings, clippy::pedantic)]

#[derive(::event_core::Event, ::serde::Serialize)]
struct Begun<'a, T> {
    text: &'a str,
    value: T,
}

#[derive(::event_core::Event, ::serde::Serialize)]
struct Done;

#[::event_core::emits(Begun::<u8> { text, value: 1 }, Done, when = text.len() < 9, err = |_| Done {})]
fn sync(text: &str) -> ::core::result::Result<usize, u8> {
    ::core::result::Result::Ok(text.len())
}

#[::event_core::emits(Begun::<u8> { text, value: 1 }, |_| Done {})]
async fn asynchronous(text: &str) -> usize {
    ::tokio::task::yield_now().await;
    text.len()
}

#[::event_core::emits(Begun::<u8> { text: "", value: 1 })]
fn point() {}

#[::event_core::emits(Begun<u8>, Done)]
fn never() -> ! {
    ::std::panic!("as ever")
}

#[::core::prelude::v1::test]
fn the_expansion_needs_no_prelude() {
    let capture = ::event_core::testing::Capture::start();
    ::std::assert_eq!(sync("a"), ::core::result::Result::Ok(1));
    point();
    ::std::assert!(::std::panic::catch_unwind(|| never()).is_err());
    let runtime = ::tokio::runtime::Builder::new_current_thread().build();
    if let ::core::result::Result::Ok(runtime) = runtime {
        ::std::assert_eq!(runtime.block_on(asynchronous("ab")), 2);
    }
    ::std::assert_eq!(capture.events().len(), 7);
}

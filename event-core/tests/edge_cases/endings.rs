//! Recursion, panics, and the end of the process: 18 to 20.

use event_core::emits;
use event_core::testing::Capture;

use super::twin::{Begun, Done, Loud, block_on, compare, end, same, seen, twins};

#[test]
fn case_18_recursion_nests_spans() {
    twins! { [Begun { n }, |out| Done { value: Some(*out) }] fn(n: u64) -> u64 {
        if n == 0 { 0 } else { attributed(n - 1) + 1 }
    } }
    let capture = Capture::start();
    assert_eq!(plain(20), 20);
    let events = capture.events();
    assert_eq!(events.len(), 40);
    for pair in events[..20].windows(2) {
        assert_eq!(pair[1].text("parent_id"), pair[0].text("span_id"));
    }
}

#[test]
fn case_18_recursion_of_futures_nests_spans() {
    #[emits(Begun, Done)]
    async fn even(n: u64) -> bool {
        n == 0 || Box::pin(odd(n - 1)).await
    }
    #[emits(Begun, Done)]
    async fn odd(n: u64) -> bool {
        n != 0 && Box::pin(even(n - 1)).await
    }
    {
        twins! { [Begun { n }, |out| Done { value: Some(*out) }] async fn(n: u64) -> u64 {
            if n == 0 { 0 } else { Box::pin(attributed(n - 1)).await + 1 }
        } }
        let capture = Capture::start();
        assert_eq!(block_on(plain(20)), 20);
        assert_eq!(capture.events().len(), 40);
    }
    let capture = Capture::start();
    assert!(block_on(even(6)));
    assert_eq!(capture.events().len(), 14);
}

#[test]
fn case_19_a_panic_passes_through_with_payload_and_place() {
    twins! { [Begun { n }, |out| Done { value: Some(*out) }] fn(n: u64) -> u64 {
        let _local = Loud("local");
        let items = [1, 2, 3];
        items[usize::try_from(n).unwrap()]
    } }
    assert_eq!(end(&same!(2)), ("ok", Some(3)));
    let events = same!(3);
    assert_eq!(end(&events).0, "panicked");
    let error = events[1].text("error").unwrap();
    assert!(
        error.starts_with("index out of bounds") && error.contains("endings.rs"),
        "{error}"
    );
}

#[test]
fn case_19_destructors_that_run_in_a_panic_may_publish() {
    struct Publishes;

    impl Drop for Publishes {
        #[emits(Begun { n: 9 }, Done)]
        fn drop(&mut self) {
            seen("dropped");
        }
    }

    twins! { [Begun { n: 1 }, Done] fn(argument: Publishes) {
        let _local = Publishes;
        let _ = &argument;
        panic!("while they live");
    } }
    let events = compare(|| plain(Publishes), || attributed(Publishes));
    let told = events
        .iter()
        .map(|event| (event.payload["n"].as_u64().unwrap(), event.text("outcome")));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (1, None),
            (9, None),
            (9, Some("ok")),
            (9, None),
            (9, Some("ok")),
            (1, Some("panicked"))
        ]
    );
}

/// Runs one test of this program again in a process of its own, where `EDGE_CASE` is set.
fn in_a_child(test: &str) -> std::process::Output {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args([test, "--exact", "--nocapture", "--test-threads=1"]);
    child.env("EDGE_CASE", "1").output().unwrap()
}

fn is_child() -> bool {
    std::env::var_os("EDGE_CASE").is_some()
}

#[test]
fn case_20_an_exit_within_a_call_has_its_code() {
    #[emits(Begun, Done)]
    fn exits() -> u8 {
        std::process::exit(17)
    }
    if is_child() {
        let _events = event_core::EventBus::memory().install();
        exits();
    }
    let child = in_a_child("endings::case_20_an_exit_within_a_call_has_its_code");
    assert_eq!(child.status.code(), Some(17), "{child:?}");
}

#[cfg(unix)]
#[test]
fn case_20_an_abort_within_a_call_aborts() {
    use std::os::unix::process::ExitStatusExt;

    #[emits(Begun, Done)]
    async fn aborts() {
        std::process::abort();
    }
    if is_child() {
        let _events = event_core::EventBus::memory().install();
        block_on(aborts());
    }
    let child = in_a_child("endings::case_20_an_abort_within_a_call_aborts");
    assert_eq!(child.status.signal(), Some(6), "{child:?}");
}

#[cfg(unix)]
#[test]
fn case_19_a_panic_in_a_destructor_of_a_panic_aborts_as_it_would() {
    use std::os::unix::process::ExitStatusExt;

    struct Panics;

    impl Drop for Panics {
        #[emits(Begun, Done)]
        fn drop(&mut self) {
            panic!("second");
        }
    }

    #[emits(Begun, Done)]
    fn first() {
        let _panics = Panics;
        panic!("first");
    }
    if is_child() {
        let _events = event_core::EventBus::memory().install();
        first();
    }
    let child = in_a_child("endings::case_19_a_panic_in_a_destructor_of_a_panic_aborts_as_it_would");
    assert_eq!(child.status.signal(), Some(6), "{child:?}");
    let said = String::from_utf8_lossy(&child.stderr);
    assert!(said.contains("first") && said.contains("second"), "{said}");
}

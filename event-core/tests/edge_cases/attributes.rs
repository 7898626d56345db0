//! Attributes and qualifiers of a function: 69 to 71. What needs `unsafe` is in `programs`.

use std::panic::Location;

use event_core::emits;
use event_core::testing::Capture;

use super::twin::{Begun, Done, block_on, compare, end, same, twins};

#[test]
fn case_69_attributes_of_the_linker_and_the_optimizer_stay() {
    {
        twins! { #[inline(always)] fn(n: u64) -> u64 { n + 1 } }
        same!(1);
    }
    {
        twins! { #[cold] #[inline(never)] fn(n: u64) -> Result<u64, String> { Err(n.to_string()) } }
        same!(1);
    }
    twins! { extern "C" fn(n: i32) -> i32 { n + 1 } }
    let pointers: [extern "C" fn(i32) -> i32; 2] = [plain, attributed];
    compare(|| pointers[0](1), || pointers[1](1));
}

#[test]
fn case_70_a_tracked_function_knows_its_caller() {
    twins! { #[track_caller] fn(fails: bool) -> u32 {
        assert!(!fails, "tracked");
        Location::caller().line()
    } }
    assert_eq!((plain(false), attributed(false)), (line!(), line!()));
    let capture = Capture::start();
    let (payload, line) = (std::panic::catch_unwind(|| attributed(true)), line!());
    assert_eq!(payload.unwrap_err().downcast_ref(), Some(&"tracked"));
    let events = capture.events();
    assert_eq!(end(&events).0, "panicked");
    let place = format!("{}:{line}:", file!());
    assert!(events[1].text("error").unwrap().contains(&place), "{events:?}");
}

#[test]
fn case_70_a_method_that_is_tracked_knows_its_caller() {
    trait Place {
        #[track_caller]
        fn place(&self) -> u32;
    }
    impl Place for u8 {
        #[emits(Begun, Done)]
        #[track_caller]
        fn place(&self) -> u32 {
            Location::caller().line()
        }
    }
    impl Place for u16 {
        // Inherited from the trait.
        fn place(&self) -> u32 {
            Location::caller().line()
        }
    }
    assert_eq!((1_u8.place(), 1_u16.place()), (line!(), line!()));
}

mod case_71 {
    use super::*;

    mod deep {
        use super::*;

        #[emits(Begun { n: 1 }, Done)]
        pub(in crate::attributes::case_71) fn within() -> u8 {
            1
        }

        #[emits(Begun { n: 1 }, Done)]
        pub(crate) async fn in_the_crate() -> u8 {
            2
        }
    }

    #[test]
    fn case_71_visibility_of_any_reach() {
        compare(|| 1, deep::within);
        compare(|| 2, || block_on(deep::in_the_crate()));
    }
}

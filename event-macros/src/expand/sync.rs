//! A function whose body runs in a closure.

use proc_macro2::TokenStream;
use quote::quote;

use super::{finish, return_type, returned, run, start};
use crate::args::Args;
use crate::item::Function;

// Input:
//
//     #[emits(Started { n: v.len() }, |out| Finished { sum: *out })]
//     fn sum(v: Vec<u32>) -> Result<u32, Overflow> {
//         BODY
//     }
//
// Output:
//
//     fn sum(v: Vec<u32>) -> Result<u32, Overflow> {
//         let mut __call = ::event_core::__private::call(::core::module_path!(), "sum");
//         if (&mut __call).has_bus() {
//             (&mut __call).start(const { named(|Finished { .. }| ()) }, &Started { n: v.len() });
//         }
//         let __inside = (&mut __call).inside();
//         let __out = (move || -> Result<u32, Overflow> {
//             let v = v;
//             __inside.begin();
//             BODY
//         })();
//         ::event_core::__private::finish!(__call, __out)
//             .publish(|out, __to| {
//                 __to.event(&Finished { sum: *out });
//             });
//         __out
//     }
//
// A build that is not optimised keeps every value that is named or passed here on the stack while the body runs, once
// for each level of a recursion. So the closure is called here, and not by a function in between, and the end is made
// elsewhere. START is made here: in a closure it would be moved into that even if there is no bus, and errors about it
// would point elsewhere.
pub(super) fn body(args: &Args, function: &mut Function) -> TokenStream {
    let output = return_type(&function.signature);
    let (start, finish, returned) = (start(args, function), finish(args, function), returned(function));
    let run = run(args, function, Some(&output));
    quote! {
        #start
        #run
        #finish
        #returned
    }
}

//! A function whose body has to stay where it is: it never returns, or a closure would lose its `#[track_caller]`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{hidden, start};
use crate::args::Args;
use crate::item::Function;

// Input:
//
//     #[emits(Started, Finished)]
//     #[track_caller]
//     fn check(n: u32) {
//         BODY
//     }
//
// Output:
//
//     #[track_caller]
//     fn check(n: u32) {
//         let mut __call = ::event_core::__private::call(::core::module_path!(), "check");
//         if (&mut __call).has_bus() {
//             (&mut __call).start_bare(const { named(|Finished { .. }| ()) }, const { named(|Started { .. }| ()) });
//         }
//         let __call = (&mut __call).guard();
//         BODY
//     }
pub(super) fn body(args: &Args, function: &Function) -> TokenStream {
    let call = hidden("__call");
    let start = start(args, function);
    function.body.behind_open(&quote! {
        #start
        let #call = (&mut #call).guard();
    })
}

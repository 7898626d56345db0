//! A function whose body runs in a closure.

use proc_macro2::TokenStream;
use quote::quote;

use super::{closure, finish, hidden, rebind, return_type, start};
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
//         if let Some(__to) = (&mut __call).start(const { named(|Finished { .. }| ()) }) {
//             __to.event(&Started { n: v.len() });
//         }
//         let __out = (&mut __call).run(move || -> Result<u32, Overflow> {
//             let v = v;
//             BODY
//         });
//         let __end = ::event_core::__private::finish!(__call, __out);
//         if let Some((out, __to)) = __end {
//             __to.event(&Finished { sum: *out });
//         }
//         __out
//     }
pub(super) fn body(args: &Args, function: &mut Function) -> TokenStream {
    let (call, out) = (hidden("__call"), hidden("__out"));
    let (start, finish) = (start(args, function), finish(args, function));
    let output = return_type(&function.signature);
    let rebound = rebind(args, function);
    let block = function.body.behind(&rebound);
    let closure = closure(function);
    quote! {
        #start
        let #out = (&mut #call).run(#closure -> #output #block);
        #finish
    }
}

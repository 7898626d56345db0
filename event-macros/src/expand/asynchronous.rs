//! An async function.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse_quote;

use super::{finish, hidden, private, rebind, return_type, start};
use crate::args::Args;
use crate::item::Function;

// Input:
//
//     #[emits(Started { url }, |page| Finished { bytes: page.len() })]
//     async fn fetch(url: &str) -> Result<Page, FetchError> {
//         BODY
//     }
//
// Output:
//
//     async fn fetch(url: &str) -> Result<Page, FetchError> {
//         let mut __call = ::event_core::__private::call(::core::module_path!(), "fetch");
//         if let Some(__to) = __call.start(|Finished { .. }| ()) {
//             __to.event(&Started { url });
//         }
//         let __type = ::event_core::__private::hint::<Result<Page, FetchError>>();
//         let __body = async move {
//             ::event_core::__private::returns!(__type);
//             BODY
//         };
//         let __out = __call.watch(__body).await;
//         let __end = ::event_core::__private::finish!(__call, __out);
//         if let Some((page, __to)) = __end {
//             __to.event(&Finished { bytes: page.len() });
//         }
//         __out
//     }
//
// An `async fn … -> !` has `Infallible` for its type in there, and ends in `match __out {}`.
//
// `returns!` is a `return` of the declared type in a branch that is not taken: an async block can't declare its type,
// and without it the first `return` of the body would decide.
pub(super) fn body(args: &Args, function: &mut Function) -> TokenStream {
    let (private, call, out) = (private(args), hidden("__call"), hidden("__out"));
    let (ty, body) = (hidden("__type"), hidden("__body"));
    let output = &function.signature.output;
    let (output, finish) = if function.is_never() {
        (parse_quote!(::core::convert::Infallible), quote!(match #out {}))
    } else {
        (return_type(output), finish(args))
    };
    let start = start(args, function);
    let rebound = rebind(args, function);
    let block = function.body.behind(&quote!(#private::returns!(#ty); #rebound));
    quote! {
        #start
        let #ty = #private::hint::<#output>();
        let #body = async move #block;
        let #out = #call.watch(#body).await;
        #finish
    }
}

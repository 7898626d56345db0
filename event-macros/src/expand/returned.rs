//! A function without `async` that returns a future or a stream, or a type that may stand for one.

use proc_macro2::TokenStream;
use quote::quote;

use super::{by, ending, erased, finish, hidden, private, return_type, returned, run, start_as};
use crate::args::Args;
use crate::item::Function;
use crate::shape::Output;

pub(super) fn body(args: &Args, function: &mut Function, output: &Output) -> TokenStream {
    let (private, out) = (private(args), hidden("__out"));
    match output {
        Output::Future(output) => {
            let output = erased(output);
            opaque(
                args,
                function,
                &quote!(#private::future::<#output, _>(&#out).__end),
                None,
            )
        }
        Output::Stream(item) => {
            let item = erased(item);
            let by = by(function);
            let judge = quote!(#private::judge!(#by),);
            let end = quote!(#private::stream::<#item, _>(&#out).__end_stream);
            opaque(args, function, &end, Some(&judge))
        }
        Output::Named { may_be_generic: true } => named(args, function, &quote!(#private::hint)),
        Output::Named { may_be_generic: false } => named(args, function, &quote!(#private::concrete)),
    }
}

// Input:
//
//     #[emits(Started { url }, |page| Finished { bytes: page.len() })]
//     fn fetch(url: &str) -> impl Future<Output = Result<Page, FetchError>> {
//         BODY
//     }
//
// Output:
//
//     fn fetch(url: &str) -> impl Future<Output = Result<Page, FetchError>> {
//         let mut __call = ::event_core::__private::deferred(module_path!(), "fetch");
//         if (&mut __call).has_bus() {
//             (&mut __call).start(const { named(|Finished { .. }| ()) }, &Started { url });
//         }
//         let __inside = (&mut __call).inside();
//         let __out = (move || {
//             __inside.begin();
//             BODY
//         })();
//         ::event_core::__private::future::<Result<Page, FetchError>, _>(&__out)
//             .__end(__call, __out, move |mut __call, __out| {
//                 ::event_core::__private::finish!(__call, __out).publish(|page, __to| {
//                     __to.event(&Finished { bytes: page.len() });
//                 });
//                 __out
//             })
//     }
//
// A deferred call keeps its started event until the future is polled. A stream ends in the same way, by
// `stream::<Item, _>(&__out).__end_stream(__call, __out, judge!(), …)`; `judge!` tells an item that is an error.
fn opaque(args: &Args, function: &mut Function, end: &TokenStream, judge: Option<&TokenStream>) -> TokenStream {
    let (private, call, out) = (private(args), hidden("__call"), hidden("__out"));
    let start = start_as(&quote!(#private::deferred), args, function);
    let (finish, returned) = (finish(args, function), returned(function));
    let run = run(args, function, None);
    let head = ending(args, &quote!(mut #call, #out));
    quote! {
        #start
        #run
        #end(#call, #out, #judge move #head { #finish #returned })
    }
}

// Input:
//
//     #[emits(Started { url }, |page| Finished { bytes: page.len() })]
//     fn fetch(url: &str) -> BoxFuture<'_, Result<Page, FetchError>> {
//         BODY
//     }
//
// Output:
//
//     fn fetch(url: &str) -> BoxFuture<'_, Result<Page, FetchError>> {
//         let __type = ::event_core::__private::hint::<BoxFuture<'_, Result<Page, FetchError>>>();
//         let mut __call = __type.__call(module_path!(), "fetch");
//         if (&mut __call).has_bus() {
//             (&mut __call).start(const { named(|Finished { .. }| ()) }, &Started { url });
//         }
//         let __inside = (&mut __call).inside();
//         let __out = (move || -> BoxFuture<'_, Result<Page, FetchError>> {
//             __inside.begin();
//             BODY
//         })();
//         __type.__end(__call, __out, ::event_core::__private::judge!(), move |mut __call, __out| {
//             ::event_core::__private::finish!(__call, __out).publish(|page, __to| {
//                 __to.event(&Finished { bytes: page.len() });
//             });
//             __out
//         })
//     }
//
// The type decides: for a boxed future or stream, `__call` and `__end` are those of a deferred call; for any other, they
// are those of a call that ends here. It is asked by `concrete` where a type parameter in it might not live as long as
// the box.
fn named(args: &Args, function: &mut Function, hint: &TokenStream) -> TokenStream {
    let output = return_type(&function.signature);
    let (private, call, out, ty) = (private(args), hidden("__call"), hidden("__out"), hidden("__type"));
    let start = start_as(&quote!(#ty.__call), args, function);
    let (finish, returned, by) = (finish(args, function), returned(function), by(function));
    let run = run(args, function, Some(&output));
    let head = ending(args, &quote!(mut #call, #out));
    quote! {
        let #ty = #hint::<#output>();
        #start
        #run
        #ty.__end(#call, #out, #private::judge!(#by), move #head { #finish #returned })
    }
}

//! An async function.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse_quote;
use syn::spanned::Spanned;

use super::{ending, finish, hidden, private, rebind, return_type, returned, start};
use crate::args::Args;
use crate::item::Function;
use crate::shape;

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
//         let __call = {
//             let mut __call = ::event_core::__private::call(::core::module_path!(), "fetch");
//             if (&mut __call).has_bus() {
//                 (&mut __call).start(const { named(|Finished { .. }| ()) }, &Started { url });
//             }
//             __call.if_on()
//         };
//         let __type = ::event_core::__private::hint::<Result<Page, FetchError>>();
//         let __body = async move {
//             if false {
//                 return ::event_core::__private::never(__type);
//             }
//             BODY
//         };
//         let Some(__call) = __call else {
//             return __body.await;
//         };
//         let (__out, __call) = __call.watch(__body).await;
//         __call.end(__out, |__out, mut __call| {
//             ::event_core::__private::finish!(__call, __out).publish(|page, __to| {
//                 __to.event(&Finished { bytes: page.len() });
//             });
//             __out
//         })
//     }
//
// An `async fn … -> !` has `Infallible` for its type in there, and ends in `match __out {}`, or `match __body.await {}`.
//
// What is off waits for its body at a place of its own: there the future is the body, and holds nothing of ours.
//
// The branch that is not taken tells the block its type, which an async block can't declare: without it the first
// `return` of the body would decide.
pub(super) fn body(args: &Args, function: &mut Function) -> TokenStream {
    let (private, call, out) = (private(args), hidden("__call"), hidden("__out"));
    let (ty, body) = (hidden("__type"), hidden("__body"));
    let (output, alone, finish) = if function.is_never() {
        let never = parse_quote!(::core::convert::Infallible);
        (never, quote!(match #body.await {}), quote!(match #out {}))
    } else {
        let output = return_type(&function.signature);
        let finish = finish(args, function);
        let (returned, head) = (returned(function), ending(args, &quote!(#out, mut #call)));
        let finish = quote!(#call.end(#out, #head { #finish #returned }));
        (output, quote!(return #body.await;), finish)
    };
    let start = start(args, function);
    let rebound = rebind(args, function);
    // rustc says that the type was inferred there: at its declaration, then.
    let place = output.span();
    let never = args.options.root().path_at(place, &["__private", "never"]);
    let returns = quote_spanned!(place=> if false { return #never(#ty); });
    let block = function.body.behind(&quote!(#returns #rebound));
    // clippy minds an async block, though no async function, whose last expression is a future.
    let block = if shape::may_be_future(&function.signature) {
        quote!({ return #block; })
    } else {
        quote!(#block)
    };
    // The block lies where the function does: what rustc says of it is said of that, and lints look into it.
    let keyword = function
        .signature
        .asyncness
        .map_or_else(Span::call_site, |keyword| keyword.span);
    let asynchronous = quote_spanned!(keyword=> async move);
    quote! {
        let #call = {
            #start
            #call.if_on()
        };
        let #ty = #private::hint::<#output>();
        let #body = #asynchronous #block;
        let ::core::option::Option::Some(#call) = #call else { #alone };
        let (#out, #call) = #call.watch(#body).await;
        #finish
    }
}

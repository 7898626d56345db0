//! A function with an event before its body, and none after it.

use proc_macro2::TokenStream;
use quote::quote;

use super::{name, private};
use crate::args::{Args, Start, witness};
use crate::item::Function;

// Input:
//
//     #[emits(CacheMissed { key })]
//     fn miss(key: &str) {
//         BODY
//     }
//
// Output:
//
//     fn miss(key: &str) {
//         if ::event_core::__private::is_on() {
//             ::event_core::__private::point(module_path!(), "miss", &CacheMissed { key });
//         }
//         BODY
//     }
pub(super) fn body(args: &Args, function: &Function) -> TokenStream {
    let (private, name) = (private(), name(function));
    let event = match &args.start {
        Start::None => TokenStream::new(),
        Start::Bare(path) => {
            let event = witness(path);
            quote!(#private::point_bare(module_path!(), #name, #event);)
        }
        Start::Literal(literal) => quote!(#private::point(module_path!(), #name, &#literal);),
    };
    let statements = function.body.stream();
    quote! {
        if #private::is_on() {
            #event
        }
        #statements
    }
}

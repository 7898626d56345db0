//! A function with an event before its body, and none after it.

use proc_macro2::TokenStream;
use quote::quote;

use super::{hidden, named, private, reference, when};
use crate::args::{Args, Start};
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
//         if let Some(__bus) = ::event_core::__private::here() {
//             ::event_core::__private::point(&__bus, ::core::module_path!(), "miss", &CacheMissed { key });
//         }
//         BODY
//     }
pub(super) fn body(args: &Args, function: &Function) -> TokenStream {
    let (private, bus, name) = (private(args), hidden("__bus"), function.name());
    let event = match &args.start {
        Start::None => TokenStream::new(),
        Start::Bare(path) => {
            let event = named(args, path);
            quote!(#private::point_bare(&#bus, ::core::module_path!(), #name, #event);)
        }
        Start::Literal(literal) => {
            let event = reference(literal);
            quote!(#private::point(&#bus, ::core::module_path!(), #name, #event);)
        }
    };
    let event = when(args, event);
    function.body.behind_open(&quote! {
        if let ::core::option::Option::Some(#bus) = #private::here() {
            #event
        }
    })
}

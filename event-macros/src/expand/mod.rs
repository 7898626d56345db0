//! From a function and its arguments to the function that publishes events. Owns the parts that shapes share: the
//! names, the started and the finished event.

mod asynchronous;
mod guard;
mod point;
mod returned;
mod sync;

use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::visit_mut::VisitMut;
use syn::{Ident, Pat, PatIdent, ReturnType, Type};

use crate::args::{Args, Finish, FinishLiteral, Start, witness};
use crate::item::Function;
use crate::params;
use crate::shape::{self, Shape};

/// The function, with its calls published.
pub(crate) fn expand(args: &Args, mut function: Function) -> syn::Result<TokenStream> {
    let body = match shape::of(&function, args)? {
        Shape::Point => point::body(args, &function),
        Shape::Sync => sync::body(args, &mut function),
        Shape::Async => asynchronous::body(args, &mut function),
        Shape::Returned(output) => returned::body(args, &mut function, &output),
        Shape::Guard => guard::body(args, &function),
    };
    let Function {
        attributes,
        visibility,
        signature,
        inner_attributes,
        ..
    } = function;
    Ok(quote! {
        #(#attributes)*
        #visibility #signature {
            #inner_attributes
            #body
        }
    })
}

/// A name that the user's code can't see, and that can't see the user's.
fn hidden(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// `::event_core::__private`
fn private() -> TokenStream {
    quote!(::event_core::__private)
}

/// The function's own name, as it stands in events.
fn name(function: &Function) -> String {
    let name = function.signature.ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

/// `let mut __call = …;` and the started event, if the call is on.
fn start(args: &Args, function: &Function) -> TokenStream {
    let private = private();
    start_as(&quote!(#private::call), args, function)
}

/// As [`start`], of a call that `new` makes.
fn start_as(new: &TokenStream, args: &Args, function: &Function) -> TokenStream {
    let (call, to, name) = (hidden("__call"), hidden("__to"), name(function));
    let finish = args.finish.witness();
    let event = match &args.start {
        Start::None => None,
        Start::Bare(path) => {
            let start = witness(path);
            Some(quote!(bare(#start)))
        }
        Start::Literal(literal) => Some(quote!(event(&#literal))),
    };
    let start = match event {
        None => quote!(#call.start_silent(#finish);),
        Some(event) => quote!(if let ::core::option::Option::Some(#to) = #call.start(#finish) { #to.#event; }),
    };
    quote! {
        let mut #call = #new(module_path!(), #name);
        #start
    }
}

/// The finished event, if the call is on; `__out` is what the body returned.
fn finish(args: &Args) -> TokenStream {
    let (private, call, out) = (private(), hidden("__call"), hidden("__out"));
    let (end, value, to) = (hidden("__end"), hidden("__value"), hidden("__to"));
    let (value, event) = match &args.finish {
        Finish::None | Finish::Bare(_) => (quote!(_), quote!(#to.bare();)),
        Finish::Literal(finish) => {
            let FinishLiteral { out, literal } = &**finish;
            match out {
                Pat::Ident(PatIdent { subpat: None, .. }) | Pat::Wild(_) => {
                    (quote!(#out), quote!(#to.event(&#literal);))
                }
                // A pattern that may not match is rustc's to refuse.
                out => (quote!(#value), quote!(let #out = #value; #to.event(&#literal);)),
            }
        }
    };
    quote! {
        let #end = #private::finish!(#call, #out);
        if let ::core::option::Option::Some((#value, #to)) = #end {
            #event
        }
        #out
    }
}

/// The body's statements behind `first`, in the user's own braces, so that an error about its end points there.
fn behind(first: &TokenStream, body: &Group) -> Group {
    let statements = body.stream();
    let mut block = Group::new(body.delimiter(), quote!(#first #statements));
    block.set_span(body.span());
    block
}

/// The tokens of START, as far as it reads arguments.
fn start_tokens(args: &Args) -> TokenStream {
    match &args.start {
        Start::Literal(literal) => literal.to_token_stream(),
        _ => TokenStream::new(),
    }
}

/// Binds the arguments again for the body; returns the statements.
fn rebind(args: &Args, function: &mut Function) -> TokenStream {
    params::rebind(&mut function.signature, &start_tokens(args), &function.body.stream())
}

/// The declared return type, where every `impl Trait` is left to inference.
fn return_type(output: &ReturnType) -> Type {
    match output {
        ReturnType::Default => syn::parse_quote!(()),
        ReturnType::Type(_, ty) => erased(ty),
    }
}

/// A type where every `impl Trait` is left to inference.
fn erased(ty: &Type) -> Type {
    let mut ty = ty.clone();
    EraseImpl.visit_type_mut(&mut ty);
    ty
}

struct EraseImpl;

impl VisitMut for EraseImpl {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if matches!(ty, Type::ImplTrait(_)) {
            *ty = syn::parse_quote!(_);
        } else {
            syn::visit_mut::visit_type_mut(self, ty);
        }
    }
}

#[cfg(test)]
mod tests;

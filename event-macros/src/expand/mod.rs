//! From a function and its arguments to the function that publishes events. Owns the parts that shapes share: the
//! names, the started and the finished event.

mod asynchronous;
mod guard;
mod point;
mod returned;
mod sync;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{ExprStruct, Ident, Pat, PatIdent, Path, ReturnType, Signature, Type};

use crate::args::{Args, Failed, Finish, Literal, Start};
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
    Ok(function.with(function.body.around(&body)))
}

/// A name that the user's code can't see, and that can't see the user's.
fn hidden(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// `::event_core::__private`, or that of the crate that the user names.
fn private(args: &Args) -> TokenStream {
    let root = args.options.root();
    quote!(#root::__private)
}

/// `&LITERAL`. The `&` stands where the literal does: that is where rustc points when its type is wrong.
fn reference(literal: &ExprStruct) -> TokenStream {
    let place = literal.path.span().resolved_at(Span::mixed_site());
    let reference = quote_spanned!(place=> &);
    quote!(#reference #literal)
}

/// `statement`, if the user's condition holds.
fn when(args: &Args, statement: TokenStream) -> TokenStream {
    match &args.options.when {
        None => statement,
        Some(when) => {
            let condition = when.condition();
            quote!(if #condition { #statement })
        }
    }
}

/// What names the type of an event without making a value of it.
fn named(args: &Args, path: &Path) -> TokenStream {
    // Placed at the path, so that a type that is no event is reported there.
    let place = path.span().resolved_at(Span::mixed_site());
    let named = args.options.root().path_at(place, &["__private", "named"]);
    quote_spanned!(place=> const { #named(|#path { .. }| ()) })
}

/// `let mut __call = …;` and the started event, if there is a bus.
fn start(args: &Args, function: &Function) -> TokenStream {
    let private = private(args);
    start_as(&quote!(#private::call), args, function)
}

/// As [`start`], of a call that `new` makes.
///
/// Its methods are called on `(&mut __call)`: so they come before those that a trait of the user's gives to every type.
fn start_as(new: &TokenStream, args: &Args, function: &Function) -> TokenStream {
    let (call, name) = (hidden("__call"), function.name());
    let finish = args.finish.path().map(|path| named(args, path));
    let event = match &args.start {
        Start::None => quote!(start_silent(#finish)),
        Start::Bare(path) => {
            let start = named(args, path);
            quote!(start_bare(#finish, #start))
        }
        Start::Literal(literal) => {
            let event = reference(literal);
            quote!(start(#finish, #event))
        }
    };
    let start = when(args, quote!((&mut #call).#event;));
    quote! {
        let mut #call = #new(::core::module_path!(), #name);
        if (&mut #call).has_bus() {
            #start
        }
    }
}

/// `let __out = …;`: the body in a closure, called at once. It uses something up, so rustc takes it for one that is called
/// once: then it may return what it borrows of an argument.
fn run(args: &Args, function: &mut Function, output: Option<&Type>) -> TokenStream {
    let (call, inside, out) = (hidden("__call"), hidden("__inside"), hidden("__out"));
    let rebound = rebind(args, function);
    // It lies where the function does: what rustc says of it is said of that, and lints look into it.
    let place = function.signature.ident.span();
    let closure = quote_spanned!(place=> move ||);
    let begun = Ident::new("__inside", place.resolved_at(Span::mixed_site()));
    let block = function.body.behind(&quote!(#rebound #begun.begin();));
    let output = output.map(|output| quote!(-> #output));
    quote! {
        let #inside = (&mut #call).inside();
        let #out = (#closure #output #block)();
    }
}

/// The finished event, if the call is on; `__out` is what the body returned.
fn finish(args: &Args, function: &Function) -> TokenStream {
    let (private, call) = (private(args), hidden("__call"));
    let publish = match &args.finish {
        Finish::None | Finish::Bare(_) => None,
        Finish::Literal(finish) => Some(publish(finish)),
    };
    let by = by(function).map(|by| quote!(, #by));
    let Some(Failed { key, fields }) = args.options.failed() else {
        let publish = publish.map_or_else(|| quote!(bare()), |publish| quote!(publish(#publish)));
        let out = hidden("__out");
        return quote!(#private::finish!(#call, #out #by).#publish;);
    };
    let (to, error) = (hidden("__to"), hidden("__error"));
    let publish = publish.unwrap_or_else(|| quote!(|_, #to| #to.bare()));
    let publish_error = self::publish(fields);
    // An error that says that this is no `Result` belongs to the option.
    let place = key.span().resolved_at(Span::mixed_site());
    let result = quote_spanned!(place=> &__out);
    let describe = quote!(|#error| #private::described!(#error #by));
    quote!((&mut #call).finish_either(#result, #describe, #publish, #publish_error);)
}

/// The head of a closure that ends a call: `|FIRST, SECOND|`.
fn ending(args: &Args, parameters: &TokenStream) -> TokenStream {
    let [open, close] = bars(match &args.finish {
        Finish::Literal(finish) => Some(finish),
        Finish::None | Finish::Bare(_) => None,
    });
    quote!(#open #parameters #close)
}

/// `__out`. What is wrong with the lifetimes of an async function's value comes out here: it belongs to the declared type.
fn returned(function: &Function) -> Ident {
    let place = return_type(&function.signature).span();
    Ident::new("__out", place.resolved_at(Span::mixed_site()))
}

/// How an error is described, if not by all that is known of it.
fn by(function: &Function) -> Option<TokenStream> {
    (!shape::can_be_told(&function.signature)).then(|| quote!(Display))
}

/// A closure that publishes what is made of a value. It begins and ends where the user's does.
fn publish(literal: &Literal) -> TokenStream {
    let (to, event) = (hidden("__to"), reference(&literal.event));
    let [open, close] = bars(Some(literal));
    match &literal.value {
        // Of ours: clippy would rather see `()` where the function returns that.
        Pat::Wild(_) => quote!(#open _, #to #close { #to.event(#event); }),
        value @ Pat::Ident(PatIdent { subpat: None, .. }) => quote!(#open #value, #to #close { #to.event(#event); }),
        // A pattern that may not match is rustc's to refuse.
        value => {
            let whole = hidden("__value");
            quote!(#open #whole, #to #close { let #value = #whole; #to.event(#event); })
        }
    }
}

/// The bars of a closure that FINISH stands in, at the place of its own: that is where rustc points when it can't take
/// what it names.
fn bars(literal: Option<&Literal>) -> [TokenStream; 2] {
    let bars = literal.map_or([Span::mixed_site(); 2], |literal| literal.bars);
    bars.map(|place| quote_spanned!(place=> |))
}

/// What reads arguments before the body: the tokens of START and of `when`.
fn start_tokens(args: &Args) -> TokenStream {
    let mut tokens = match &args.start {
        Start::Literal(literal) => literal.to_token_stream(),
        _ => TokenStream::new(),
    };
    if let Some(when) = &args.options.when {
        tokens.extend(when.condition());
    }
    tokens
}

/// What reads arguments behind the body: what FINISH and `err` name, but their own values.
fn finish_tokens(args: &Args) -> TokenStream {
    let finish = match &args.finish {
        Finish::Literal(finish) => Some(&**finish),
        _ => None,
    };
    let failed = args.options.failed().map(|failed| &failed.fields);
    let literals = finish.into_iter().chain(failed);
    literals
        .flat_map(|Literal { value, event, .. }| params::read(value, event))
        .collect()
}

/// Binds the arguments again for the body; returns the statements.
fn rebind(args: &Args, function: &mut Function) -> TokenStream {
    let (start, finish) = (start_tokens(args), finish_tokens(args));
    let (private, body) = (private(args), function.body.tokens());
    let never = quote!(#private::never(#private::hint()));
    params::rebind(&mut function.signature, &start, &finish, &body, &never)
}

/// The declared return type, where every `impl Trait` is left to inference. An undeclared one lies at the name.
fn return_type(signature: &Signature) -> Type {
    match &signature.output {
        ReturnType::Default => syn::parse_quote_spanned!(signature.ident.span()=> ()),
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

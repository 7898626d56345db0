//! Arguments on their way into the body. The body runs in a closure or an async block; what it takes by value is
//! bound again in there, so that arguments are dropped when and in the order they would be without us, before the
//! finished event.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};
use quote::quote;
use syn::visit::Visit;
use syn::{
    Attribute, ExprPath, ExprStruct, FnArg, Ident, Macro, Pat, PatIdent, Receiver, ReceiverKind, Signature, Type,
};

/// Prepares the arguments of a signature for `body`, and returns the statements that begin it. `start` and `finish` are
/// the tokens that read arguments before and behind it: behind it, those that can be copied. `never` stands for a value
/// of any type, in a branch that is not taken.
pub(crate) fn rebind(
    signature: &mut Signature,
    start: &TokenStream,
    finish: &TokenStream,
    body: &TokenStream,
    never: &TokenStream,
) -> TokenStream {
    let events = quote!(#start #finish);
    let arguments = signature.inputs.iter_mut().enumerate();
    arguments
        .map(|(index, argument)| rebind_one(index, argument, &events, body, never))
        .collect()
}

/// What a literal of the attribute reads of the function's own names; `value` is bound by the literal's closure.
pub(crate) fn read(value: &Pat, literal: &ExprStruct) -> TokenStream {
    let mut bound = Vec::new();
    bindings(value, &mut bound);
    let mut reads = Reads::default();
    reads.visit_expr_struct(literal);
    let names = reads.names.into_iter();
    let names = names.filter(|name| bound.iter().all(|binding| binding.ident != *name));
    let (names, macros) = (names.collect::<Vec<_>>(), reads.macros);
    quote!(#(#names)* #macros)
}

/// Names that stand for values; not those of fields and methods. In macros, whatever may be one.
#[derive(Default)]
struct Reads {
    names: Vec<Ident>,
    macros: TokenStream,
}

impl<'ast> Visit<'ast> for Reads {
    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        self.names.extend(path.path.get_ident().cloned());
    }

    fn visit_macro(&mut self, inside: &'ast Macro) {
        self.macros.extend(inside.tokens.clone());
    }
}

fn rebind_one(
    index: usize,
    argument: &mut FnArg,
    events: &TokenStream,
    body: &TokenStream,
    never: &TokenStream,
) -> TokenStream {
    let typed = match argument {
        FnArg::Receiver(receiver) => return rebind_self(receiver, body, never),
        FnArg::Typed(typed) => typed,
    };
    let mut bound = Vec::new();
    bindings(&typed.pat, &mut bound);
    let is_read = bound.iter().any(|binding| mentions(events, &binding.ident));
    let cfgs = cfgs(&typed.attrs);
    match &mut *typed.pat {
        Pat::Ident(binding) if is_plain(binding) => {
            if binding.mutability.is_none() && is_trivial(&typed.ty) {
                return TokenStream::new();
            }
            let again = rebind_ident(binding, &cfgs, events);
            binding.mutability = None;
            again
        }
        // The events need the names: the pattern stays where it is.
        _ if is_read => {
            let again = bound
                .iter()
                .filter(|binding| binding.mutability.is_none() && is_plain(binding));
            again.map(|binding| rebind_ident(binding, &cfgs, events)).collect()
        }
        // Of no consequence when and where it is dropped.
        Pat::Ident(_) | Pat::Wild(_) if is_trivial(&typed.ty) => TokenStream::new(),
        pattern => move_in(index, pattern, &cfgs, body),
    }
}

/// Moves a pattern into the body, with all of its value: what it does not bind lives as long as it would without us.
fn move_in(index: usize, pattern: &mut Pat, cfgs: &[&Attribute], body: &TokenStream) -> TokenStream {
    let name = match &*pattern {
        Pat::Ident(binding) => binding.ident.to_string(),
        _ => format!("__arg{index}"),
    };
    // Of that name in the documentation, but nothing that the user's code could mean.
    let argument = Ident::new(&name, Span::mixed_site());
    let bind = match &*pattern {
        Pat::Wild(_) => None,
        // A name like `_guard` that nobody uses needs no second binding, and lints would mind one.
        Pat::Ident(binding) if !mentions(body, &binding.ident) => None,
        pattern => Some(quote!(#(#cfgs)* let #pattern = #argument;)),
    };
    *pattern = Pat::Ident(PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: None,
        ident: argument.clone(),
        subpat: None,
    });
    quote!(#(#cfgs)* let #argument = #argument; #bind)
}

/// A name for a value, and one that is meant to be used.
fn is_plain(binding: &PatIdent) -> bool {
    let is_used = !binding.ident.to_string().starts_with('_');
    is_used && binding.by_ref.is_none() && binding.subpat.is_none()
}

/// `self` keeps its name; mentioning all of it keeps the body from taking only the fields it uses.
fn rebind_self(receiver: &Receiver, body: &TokenStream, never: &TokenStream) -> TokenStream {
    let cfgs = cfgs(&receiver.attrs);
    let this = &receiver.self_token;
    let is_reference = match &receiver.kind {
        ReceiverKind::Reference(..) => true,
        ReceiverKind::Typed(_, ty) => matches!(**ty, Type::Reference(_)),
        _ => false,
    };
    if is_reference {
        TokenStream::new()
    } else {
        // rustc takes a field that is assigned in a closure for one that nobody reads, although a destructor may. One that
        // it sees run there, it spares.
        let dropped = (receiver.mutability.is_some() && assigns_to_self(body))
            .then(|| quote!(#(#cfgs)* if false { #this = #never; }));
        quote!(#dropped #(#cfgs)* let _ = &#this;)
    }
}

/// Whether `self.field = …` or the like stands somewhere in there.
fn assigns_to_self(tokens: &TokenStream) -> bool {
    let mut tokens = tokens.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_found = match token {
            TokenTree::Group(group) => assigns_to_self(&group.stream()),
            TokenTree::Ident(this) => this == "self" && is_assignment(&operator_behind_fields(&mut tokens)),
            _ => false,
        };
        if is_found {
            return true;
        }
    }
    false
}

/// What stands behind `.field[index]`, if that is an operator.
fn operator_behind_fields(tokens: &mut Peekable<impl Iterator<Item = TokenTree>>) -> String {
    let is_of_place = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => punct.as_char() == '.',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
        TokenTree::Ident(_) | TokenTree::Literal(_) => true,
    };
    while tokens.next_if(is_of_place).is_some() {}
    let mut operator = String::new();
    let mut is_joint = true;
    while is_joint && let Some(TokenTree::Punct(punct)) = tokens.next_if(|next| matches!(next, TokenTree::Punct(_))) {
        operator.push(punct.as_char());
        is_joint = punct.spacing() == Spacing::Joint;
    }
    operator
}

fn is_assignment(operator: &str) -> bool {
    let is_comparison = ["==", "!=", "<=", ">=", "=>"]
        .iter()
        .any(|other| operator.starts_with(other));
    !is_comparison && operator.contains('=')
}

fn rebind_ident(binding: &PatIdent, cfgs: &[&Attribute], events: &TokenStream) -> TokenStream {
    let PatIdent { mutability, ident, .. } = binding;
    // Used by the events alone, the new binding would be reported as unused.
    let read = mentions(events, ident).then(|| quote!(#(#cfgs)* let _ = &#ident;));
    quote!(#(#cfgs)* let #mutability #ident = #ident; #read)
}

/// Dropping it does nothing, whenever it happens.
fn is_trivial(ty: &Type) -> bool {
    const PRIMITIVES: [&str; 17] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
        "usize", "str",
    ];
    match ty {
        Type::Reference(_) | Type::Ptr(_) | Type::Never(_) => true,
        Type::Array(array) => is_trivial(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_trivial),
        Type::Path(path) => path
            .path
            .get_ident()
            .is_some_and(|ident| PRIMITIVES.iter().any(|name| ident == name)),
        _ => false,
    }
}

/// The names that a pattern binds.
fn bindings(pattern: &Pat, bound: &mut Vec<PatIdent>) {
    match pattern {
        Pat::Ident(binding) => {
            // An upper-case name is a constant or a unit variant.
            if binding
                .ident
                .to_string()
                .starts_with(|first: char| first.is_lowercase() || first == '_')
            {
                bound.push(binding.clone());
            }
            if let Some((_, inner)) = &binding.subpat {
                bindings(inner, bound);
            }
        }
        Pat::Tuple(tuple) => tuple.elems.iter().for_each(|pattern| bindings(pattern, bound)),
        Pat::TupleStruct(tuple) => tuple.elems.iter().for_each(|pattern| bindings(pattern, bound)),
        Pat::Struct(fields) => fields.fields.iter().for_each(|field| bindings(&field.pat, bound)),
        Pat::Slice(slice) => slice.elems.iter().for_each(|pattern| bindings(pattern, bound)),
        Pat::Reference(inner) => bindings(&inner.pat, bound),
        Pat::Paren(inner) => bindings(&inner.pat, bound),
        // All alternatives bind the same names.
        Pat::Or(alternatives) => alternatives
            .cases
            .iter()
            .take(1)
            .for_each(|pattern| bindings(pattern, bound)),
        _ => {}
    }
}

fn cfgs(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .collect()
}

fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        // Format strings name variables in braces.
        TokenTree::Literal(text) => text.to_string().contains(&format!("{{{name}")),
        TokenTree::Punct(_) => false,
    })
}

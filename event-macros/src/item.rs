//! The function as it was written.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, ReturnType, Signature, Token, Type, Visibility};

use crate::body::Body;

#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    /// `default`, where a specialised implementation may take its place.
    defaultness: Option<Token![default]>,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
    /// The type whose method it is, by its short name, where that is known.
    pub(crate) owner: Option<String>,
}

impl Function {
    /// It is declared never to return.
    pub(crate) fn is_never(&self) -> bool {
        matches!(&self.signature.output, ReturnType::Type(_, output) if matches!(**output, Type::Never(_)))
    }

    /// Its name as it stands in events, behind its type's.
    pub(crate) fn name(&self) -> String {
        let name = self.signature.ident.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        self.owner
            .as_ref()
            .map_or_else(|| name.to_owned(), |owner| format!("{owner}::{name}"))
    }

    /// The function with another body.
    pub(crate) fn with(&self, block: impl ToTokens) -> TokenStream {
        let Self {
            attributes,
            visibility,
            defaultness,
            signature,
            ..
        } = self;
        quote!(#(#attributes)* #visibility #defaultness #signature #block)
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        if let Some(what) = other_item(input) {
            return Err(input.error(format!(
                "#[emits] goes on a function, whose call it follows; this is {what}"
            )));
        }
        let defaultness = input.parse()?;
        let signature: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(input.error(
                "#[emits] needs a body to follow; put it on the implementation, or on the code that calls this",
            ));
        }
        Ok(Self {
            attributes,
            visibility,
            defaultness,
            signature,
            body: input.parse()?,
            owner: None,
        })
    }
}

/// As it was written.
impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.with(&self.body).to_tokens(tokens);
    }
}

/// What stands there if it is no function.
fn other_item(input: ParseStream<'_>) -> Option<&'static str> {
    let is_named_constant = input.peek(Token![const]) && (input.peek2(syn::Ident) || input.peek2(Token![_]));
    let kinds = [
        (input.peek(Token![struct]), "a struct"),
        (input.peek(Token![enum]), "an enum"),
        (input.peek(Token![union]), "a union"),
        (is_trait(input), "a trait, whose methods can carry it each"),
        (input.peek(Token![mod]), "a module"),
        (input.peek(Token![use]), "an import"),
        (input.peek(Token![type]), "a type alias"),
        (input.peek(Token![static]), "a static"),
        (input.peek(Token![let]), "a `let`"),
        (is_named_constant, "a constant"),
    ];
    kinds.into_iter().find_map(|(is_it, what)| is_it.then_some(what))
}

fn is_trait(input: ParseStream<'_>) -> bool {
    input.peek(Token![trait]) || input.peek(Token![unsafe]) && input.peek2(Token![trait])
}

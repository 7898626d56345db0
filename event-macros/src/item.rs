//! The function as it was written. The body stays a list of tokens: it may be half typed, and nobody here reads it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, ReturnType, Signature, Token, Type, Visibility};

pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// The inner attributes of the body, which must stay first.
    pub(crate) inner_attributes: TokenStream,
    /// The body, with the user's own braces.
    pub(crate) body: Group,
}

impl Function {
    /// It is declared never to return.
    pub(crate) fn is_never(&self) -> bool {
        matches!(&self.signature.output, ReturnType::Type(_, output) if matches!(**output, Type::Never(_)))
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
        let signature: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(input.error(
                "#[emits] needs a body to follow; put it on the implementation, or on the code that calls this",
            ));
        }
        let body = braced(input.parse()?)?;
        let (inner_attributes, statements) = split_inner_attributes(body.stream());
        let mut bare = Group::new(Delimiter::Brace, statements);
        bare.set_span(body.span());
        Ok(Self {
            attributes,
            visibility,
            signature,
            inner_attributes,
            body: bare,
        })
    }
}

/// The body, which a `macro_rules!` hands over in an invisible group.
fn braced(token: TokenTree) -> syn::Result<Group> {
    let span = token.span();
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return Ok(group),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let mut inside = group.stream().into_iter();
            if let (Some(inner), None) = (inside.next(), inside.next()) {
                return braced(inner);
            }
        }
        _ => {}
    }
    Err(syn::Error::new(span, "expected the function's body: `{ … }`"))
}

/// What stands there if it is no function.
fn other_item(input: ParseStream<'_>) -> Option<&'static str> {
    let kinds: [(bool, &str); 9] = [
        (input.peek(Token![struct]), "a struct"),
        (input.peek(Token![enum]), "an enum"),
        (input.peek(Token![union]), "a union"),
        (input.peek(Token![trait]), "a trait"),
        (input.peek(Token![impl]), "an impl block"),
        (input.peek(Token![mod]), "a module"),
        (input.peek(Token![type]), "a type alias"),
        (input.peek(Token![static]), "a static"),
        (
            input.peek(Token![const]) && !input.peek2(Token![fn]) && !input.peek2(Token![unsafe]),
            "a constant",
        ),
    ];
    kinds.into_iter().find_map(|(is_it, what)| is_it.then_some(what))
}

/// Splits the leading `#![…]` off.
fn split_inner_attributes(body: TokenStream) -> (TokenStream, TokenStream) {
    let mut attributes = Vec::new();
    let mut rest: Vec<TokenTree> = body.into_iter().collect();
    while let [TokenTree::Punct(hash), TokenTree::Punct(bang), TokenTree::Group(_), ..] = rest.as_slice() {
        if hash.as_char() != '#' || bang.as_char() != '!' {
            break;
        }
        attributes.extend(rest.drain(..3));
    }
    (attributes.into_iter().collect(), rest.into_iter().collect())
}

//! A function's body: inner attributes, leading items, and statements, which nobody here reads. They may be half typed.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, Item, Token};

#[derive(Clone)]
pub(crate) struct Body {
    /// `#![…]`, which must stay first.
    inner_attributes: TokenStream,
    /// The items it begins with. Our statements come behind them, as clippy's `items_after_statements` wants it.
    items: TokenStream,
    statements: TokenStream,
    /// The place of the user's own braces.
    braces: Span,
}

impl Body {
    /// All of it but the inner attributes: what may mention an argument.
    pub(crate) fn tokens(&self) -> TokenStream {
        let Self { items, statements, .. } = self;
        quote!(#items #statements)
    }

    /// The statements with `first` in front, in the user's own braces, so that an error about its end points there.
    pub(crate) fn behind(&self, first: &TokenStream) -> Group {
        let mut block = Group::new(Delimiter::Brace, self.behind_open(first));
        block.set_span(self.braces);
        block
    }

    /// The same without braces.
    pub(crate) fn behind_open(&self, first: &TokenStream) -> TokenStream {
        let Self { items, statements, .. } = self;
        quote!(#items #first #statements)
    }

    /// The function's own block around the expansion, in the user's own braces as well: a function that ended in braces of
    /// ours would be a macro's to rustc and clippy, which spare those most of their lints.
    pub(crate) fn around(&self, expansion: &TokenStream) -> Group {
        let attributes = &self.inner_attributes;
        let mut block = Group::new(Delimiter::Brace, quote!(#attributes #expansion));
        block.set_span(self.braces);
        block
    }
}

/// As it was written.
impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (attributes, rest) = (&self.inner_attributes, self.tokens());
        let mut block = Group::new(Delimiter::Brace, quote!(#attributes #rest));
        block.set_span(self.braces);
        block.to_tokens(tokens);
    }
}

impl Parse for Body {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let block = braced(input.parse()?)?;
        let (inner_attributes, rest) = split_inner_attributes(block.stream());
        let split = |input: ParseStream<'_>| Ok((leading_items(input), input.parse::<TokenStream>()?));
        let (items, statements) = syn::parse::Parser::parse2(split, rest)?;
        Ok(Self {
            inner_attributes,
            items,
            statements,
            braces: block.span(),
        })
    }
}

/// The block, which a `macro_rules!` hands over in an invisible group.
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

/// Splits the leading `#![…]` off.
pub(crate) fn split_inner_attributes(body: TokenStream) -> (TokenStream, TokenStream) {
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

/// Takes the items off the front, up to the first that is none, or is half typed.
fn leading_items(input: ParseStream<'_>) -> TokenStream {
    let mut items = TokenStream::new();
    loop {
        let ahead = input.fork();
        if !is_item(input) || ahead.parse::<Item>().is_err() {
            return items;
        }
        items.extend(tokens_up_to(input, &ahead));
    }
}

/// The tokens between here and `ahead`, as they were written: what syn prints of them need not be the same.
pub(crate) fn tokens_up_to(input: ParseStream<'_>, ahead: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while input.cursor() != ahead.cursor() {
        let Ok(token) = input.parse::<TokenTree>() else {
            break;
        };
        tokens.extend([token]);
    }
    tokens
}

/// Whether an item begins here, and no expression that begins as one does.
fn is_item(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if ahead.call(Attribute::parse_outer).is_err() {
        return false;
    }
    let is_function = |input: ParseStream<'_>| {
        let ahead = input.fork();
        while ahead.peek(Token![const]) || ahead.peek(Token![async]) || ahead.peek(Token![unsafe]) {
            let _: syn::Result<TokenTree> = ahead.parse();
        }
        ahead.peek(Token![fn]) || ahead.peek(Token![extern]) || ahead.peek(Token![impl]) || ahead.peek(Token![trait])
    };
    // `const { … }`, `const || …` and `static || …` are expressions.
    let is_constant = ahead.peek(Token![const]) && (ahead.peek2(Ident) || ahead.peek2(Token![_]));
    let is_static = ahead.peek(Token![static]) && (ahead.peek2(Ident) || ahead.peek2(Token![mut]));
    // `union` and `macro_rules` are names as well.
    let is_union = ahead.peek(Token![union]) && ahead.peek2(Ident);
    let is_macro = ahead.fork().parse::<Ident>().is_ok_and(|name| name == "macro_rules") && ahead.peek3(Ident);
    is_function(&ahead)
        || is_constant
        || is_static
        || is_union
        || is_macro
        || ahead.peek(Token![use]) && !ahead.peek2(Token![|]) && !ahead.peek2(Token![||])
        || ahead.peek(Token![struct])
        || ahead.peek(Token![enum])
        || ahead.peek(Token![type])
        || ahead.peek(Token![mod])
        || ahead.peek(Token![pub])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items_of(body: &str) -> String {
        let body: Body = syn::parse_str(&format!("{{ {body} }}")).unwrap();
        body.items.to_string()
    }

    #[test]
    fn items_are_taken_from_the_front_only() {
        let leading = "use a :: b ; # [inline] fn f () { } const M : u8 = 1 ; macro_rules ! m { () => { } }";
        assert_eq!(items_of(&format!("{leading} let x = 1; fn g() {{}}")), leading);
    }

    #[test]
    fn expressions_that_begin_like_items_stay() {
        for body in [
            "const { 1 };",
            "const || 1;",
            "unsafe { f() };",
            "async { 1 };",
            "async move { 1 };",
            "union + 1",
            "macro_rules + 1",
            "println!(\"\");",
            "#[cfg(x)] let y = 1;",
            "static || 1;",
        ] {
            assert_eq!(items_of(body), "", "{body}");
        }
    }

    #[test]
    fn a_half_typed_item_ends_them() {
        assert_eq!(items_of("use a; fn f() { let x = y. }"), "use a ;");
    }
}

//! `#[emits]` on an impl block: the block's options for the methods that carry the attribute themselves, and the type's
//! name before theirs. The methods are expanded here, before an attribute below the block's sees them, such as
//! `#[async_trait]`. It leaves everything else as it was written.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Error, ImplItem, ItemImpl, Meta, ReturnType, Token};

use crate::args::{Args, Finish, Options, parsed};
use crate::body::{split_inner_attributes, tokens_up_to};
use crate::error::{error_at, with_item};
use crate::expand::expand;
use crate::item::Function;
use crate::owner::short_name;
use crate::shape;

/// Whether this is an impl block.
pub(crate) fn is_block(item: &TokenStream) -> bool {
    let look = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        while input.peek(Token![unsafe]) || input.peek(Token![default]) {
            input.parse::<TokenTree>()?;
        }
        let is_block = input.peek(Token![impl]);
        input.parse::<TokenStream>()?;
        Ok(is_block)
    };
    look.parse2(item.clone()).unwrap_or(false)
}

// Input:
//
//     #[emits(when = self.is_loud)]
//     impl Engine {
//         #[emits(Started, Finished)]
//         fn run(&self) {
//             BODY
//         }
//     }
//
// Output: the block with `run` as it is below `#[emits(Started, Finished, when = self.is_loud)]`, and the name
// `"Engine::run"` in it.
pub(crate) fn expand_block(args: TokenStream, item: &TokenStream) -> syn::Result<TokenStream> {
    let options = parsed(args, block_options)?;
    let mut head: Vec<TokenTree> = item.clone().into_iter().collect();
    let block = match head.pop() {
        Some(TokenTree::Group(block)) if block.delimiter() == Delimiter::Brace => block,
        _ => return Err(error_at!(item, "expected the block of the `impl`: `{{ … }}`")),
    };
    let head: TokenStream = head.into_iter().collect();
    let empty: ItemImpl = syn::parse2(quote!(#head {}))?;
    let block_of = Block {
        options,
        owner: short_name(&empty.self_ty),
    };
    let (inner_attributes, items) = split_inner_attributes(block.stream());
    let (items, is_any_watched) = (|input: ParseStream<'_>| block_of.items(input)).parse2(items)?;
    if !is_any_watched {
        return Err(error_at!(
            empty.impl_token,
            "no method in here carries #[emits(START, FINISH)], to which the block's #[emits] would give its options and \
             the name of the type: put it on those to watch"
        ));
    }
    let mut expanded = Group::new(Delimiter::Brace, quote!(#inner_attributes #items));
    expanded.set_span(block.span());
    Ok(quote!(#head #expanded))
}

fn block_options(input: ParseStream<'_>) -> syn::Result<Options> {
    if !input.is_empty() && !Options::is_next(input) {
        return Err(input.error(
            "an impl block has no call to follow: put #[emits(START, FINISH)] on its methods, and here only options for \
             all of them",
        ));
    }
    input.parse()
}

/// What the methods get from their block.
struct Block {
    options: Options,
    owner: String,
}

impl Block {
    /// The items, with the methods expanded, and whether there was one to expand.
    fn items(&self, input: ParseStream<'_>) -> syn::Result<(TokenStream, bool)> {
        let mut items = TokenStream::new();
        let mut is_any_watched = false;
        while !input.is_empty() {
            let ahead = input.fork();
            if let Ok(method) = ahead.parse::<Function>() {
                let written = tokens_up_to(input, &ahead);
                let is_watched = method.attributes.iter().any(is_emits_or_cfg_of_it);
                is_any_watched |= is_watched;
                items.extend(if is_watched { self.method(method) } else { written });
                continue;
            }
            let ahead = input.fork();
            let Ok(item) = ahead.parse::<ImplItem>() else {
                // Half typed: the rest expands by itself, as rustc comes by.
                items.extend(input.parse::<TokenStream>()?);
                return Ok((items, true));
            };
            // What a macro makes may carry the attribute.
            is_any_watched |= matches!(item, ImplItem::Macro(_));
            items.extend(tokens_up_to(input, &ahead));
        }
        Ok((items, is_any_watched))
    }

    fn method(&self, mut method: Function) -> TokenStream {
        let Some(index) = method.attributes.iter().position(is_emits_or_cfg_of_it) else {
            return method.to_token_stream();
        };
        let attribute = method.attributes.remove(index);
        if attribute.path().is_ident("cfg_attr") {
            return self.method_by_cfg(&method, index, &attribute);
        }
        let output = method.to_token_stream();
        let expanded = args_of(&attribute).and_then(|mut args| {
            args.options = args.options.or(&self.options, result(&args.finish, &method));
            method.owner = Some(self.owner.clone());
            expand(&args, method)
        });
        match expanded {
            // Another `#[emits]` may stand below.
            Ok(expanded) => match syn::parse2(expanded.clone()) {
                Ok(method) => self.method(method),
                Err(_) => expanded,
            },
            Err(error) => with_item(&error, &output),
        }
    }

    /// `#[cfg_attr(x, emits(…))]` is not decided yet: the method once with the attribute below `#[cfg(x)]`, and once
    /// without it below `#[cfg(not(x))]`.
    fn method_by_cfg(&self, method: &Function, index: usize, attribute: &Attribute) -> TokenStream {
        let Some((condition, metas)) = cfg_attr(attribute) else {
            return quote!(#attribute #method);
        };
        let with = |attributes: Vec<Attribute>| {
            let mut method = method.clone();
            method.attributes.splice(index..index, attributes);
            self.method(method)
        };
        let mut on = vec![syn::parse_quote!(#[cfg(#condition)])];
        on.extend(metas.into_iter().map(|meta| syn::parse_quote!(#[#meta])));
        let (on, off) = (with(on), with(vec![syn::parse_quote!(#[cfg(not(#condition))])]));
        quote!(#on #off)
    }
}

/// Where a method declares to return what may be a `Result`, as far as its form says.
fn result(finish: &Finish, method: &Function) -> Option<Span> {
    match &method.signature.output {
        ReturnType::Type(_, ty) if !matches!(finish, Finish::None) && shape::is_seen(method) => Some(ty.span()),
        _ => None,
    }
}

fn args_of(attribute: &Attribute) -> syn::Result<Args> {
    match &attribute.meta {
        Meta::Path(path) => Err(Error::new(path.span(), crate::args::NO_EVENT)),
        Meta::List(list) => parsed(list.tokens.clone(), Args::parse),
        Meta::NameValue(pair) => Err(error_at!(pair.eq_token, "expected #[emits(START, FINISH)]")),
    }
}

fn is_emits(meta: &Meta) -> bool {
    meta.path().segments.last().is_some_and(|last| last.ident == "emits")
}

fn is_emits_or_cfg_of_it(attribute: &Attribute) -> bool {
    is_emits(&attribute.meta) || cfg_attr(attribute).is_some_and(|(_, metas)| metas.iter().any(is_emits))
}

/// The condition and the attributes of a `#[cfg_attr(…)]`.
fn cfg_attr(attribute: &Attribute) -> Option<(TokenStream, Vec<Meta>)> {
    if !attribute.path().is_ident("cfg_attr") {
        return None;
    }
    let split = |input: ParseStream<'_>| {
        let mut condition = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            condition.extend([input.parse::<TokenTree>()?]);
        }
        input.parse::<Token![,]>()?;
        let metas = Punctuated::<Meta, Token![,]>::parse_terminated(input)?;
        Ok((condition, metas.into_iter().collect()))
    };
    attribute.parse_args_with(split).ok()
}

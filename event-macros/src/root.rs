//! Where the paths of an expansion begin: at `::event_core`, or where `crate = …` says.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Path, Token};

use crate::error::error_at;

/// `::event_core`, or another crate's re-export of it.
#[derive(Clone, Default)]
pub(crate) struct Root(Option<Path>);

impl Parse for Root {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let path = Path::parse_mod_style(input).map_err(|error| {
            let text = "`crate` takes the path to event_core: `crate = ::agent_kit::event_core`, or `crate::…`";
            syn::Error::new(error.span(), text)
        })?;
        let is_absolute = path.leading_colon.is_some()
            || path
                .segments
                .first()
                .is_some_and(|first| first.ident == "crate" || first.ident == "$crate");
        if !is_absolute {
            let shown: String = path
                .to_token_stream()
                .into_iter()
                .map(|token| token.to_string())
                .collect();
            return Err(error_at!(
                path,
                "`crate` takes a path that means the same everywhere: `::{shown}` for a crate, `crate::…` for a module"
            ));
        }
        if input.peek(Token![<]) {
            return Err(input.error("`crate` takes the path of a module, without arguments"));
        }
        Ok(Self(Some(path)))
    }
}

impl Root {
    /// A path of the library's that is reported at `place`, as if the user had written it there. Behind a path that the
    /// user did write it stays an expansion's: lints would give advice about the whole.
    pub(crate) fn path_at(&self, place: Span, rest: &[&str]) -> TokenStream {
        let (root, place) = match &self.0 {
            Some(path) => (path.to_token_stream(), Span::call_site()),
            None => (quote_spanned!(place=> ::event_core), place),
        };
        let rest = rest.iter().map(|segment| Ident::new(segment, place));
        quote_spanned!(place=> #root #(:: #rest)*)
    }
}

impl ToTokens for Root {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.path_at(Span::call_site(), &[]).to_tokens(tokens);
    }
}

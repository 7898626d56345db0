//! Which code is compiled: `#[cfg(…)]`, evaluated as the compiler does.
//!
//! Owns the set of what holds and the grammar of predicates
//! (<https://doc.rust-lang.org/reference/conditional-compilation.html>). A crate is built both for its tests and
//! without them: what one of the two compiles is compiled.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token};

/// What holds in a build, as `rustc --print cfg` writes it: `unix`, `target_os="linux"`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Configuration(BTreeSet<String>);

impl Configuration {
    /// Takes lines of `rustc --print cfg`.
    pub(crate) fn new(lines: &str) -> Self {
        Self(lines.lines().map(str::to_owned).collect())
    }

    /// Adds what cargo and a build script set.
    pub(crate) fn extend(&mut self, more: impl IntoIterator<Item = String>) {
        self.0.extend(more);
    }

    /// Whether an item with this attribute is compiled as far as the attribute has a say.
    pub(crate) fn holds(&self, attribute: &Attribute) -> bool {
        let is_compiled = |predicate: Meta| self.is(&predicate, true) || self.is(&predicate, false);
        !attribute.path().is_ident("cfg") || attribute.parse_args::<Meta>().is_ok_and(is_compiled)
    }

    fn is(&self, predicate: &Meta, is_test: bool) -> bool {
        let Some(name) = predicate.path().get_ident().map(ToString::to_string) else {
            return false;
        };
        match predicate {
            Meta::Path(_) if name == "test" => is_test,
            Meta::Path(_) => self.0.contains(&name),
            Meta::NameValue(pair) => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(value), ..
                }) => self.0.contains(&format!("{name}={:?}", value.value())),
                _ => false,
            },
            Meta::List(list) => {
                let Ok(inner) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
                    return false;
                };
                match name.as_str() {
                    "all" => inner.iter().all(|predicate| self.is(predicate, is_test)),
                    "any" => inner.iter().any(|predicate| self.is(predicate, is_test)),
                    "not" => inner.first().is_some_and(|predicate| !self.is(predicate, is_test)),
                    _ => false,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn configuration() -> Configuration {
        let mut configuration = Configuration::new("unix\ntarget_os=\"linux\"");
        configuration.extend(["feature=\"std\"".to_owned()]);
        configuration
    }

    fn quoted(attribute: &Attribute) -> String {
        attribute
            .meta
            .require_list()
            .map(|list| list.tokens.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn names_values_and_their_combinations_are_evaluated() {
        let configuration = configuration();
        for holds in [
            parse_quote!(#[cfg(unix)]),
            parse_quote!(#[cfg(feature = "std")]),
            parse_quote!(#[cfg(all(test, not(windows)))]),
            parse_quote!(#[cfg(any(windows, target_os = "linux"))]),
            parse_quote!(#[cfg(not(test))]),
            parse_quote!(#[inline]),
        ] {
            assert!(configuration.holds(&holds), "{}", quoted(&holds));
        }
        for fails in [
            parse_quote!(#[cfg(windows)]),
            parse_quote!(#[cfg(feature = "alloc")]),
            parse_quote!(#[cfg(all(unix, target_os = "macos"))]),
        ] {
            assert!(!configuration.holds(&fails), "{}", quoted(&fails));
        }
    }
}

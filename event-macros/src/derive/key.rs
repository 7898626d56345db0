//! The key under which serde writes a field. serde's attributes are read here only to know that; whether they are right
//! is serde's to say.

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Field, Ident, Lit, Meta, Token};

/// Where a field ends up.
#[derive(Debug, PartialEq)]
pub(super) enum Key {
    Named(String),
    /// In keys of its own, by `flatten`.
    Flattened,
    /// Nowhere.
    Skipped,
}

impl Key {
    /// The key of a field of a type on which `rename_all` stands.
    pub(super) fn of(field: &Field, rename_all: Option<&str>) -> Self {
        let metas = serde_metas(&field.attrs);
        let has = |word: &str| metas.iter().any(|meta| meta.path().is_ident(word));
        if has("skip") || has("skip_serializing") {
            return Self::Skipped;
        }
        if has("flatten") {
            return Self::Flattened;
        }
        let name = field.ident.as_ref().map(Ident::to_string).unwrap_or_default();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        let renamed = text(&metas, "rename");
        Self::Named(
            renamed.unwrap_or_else(|| rename_all.map_or_else(|| name.to_owned(), |rule| renamed_by(rule, name))),
        )
    }
}

/// The text of `#[serde(option = "text")]`, or of `#[serde(option(serialize = "text"))]`, on a type.
pub(super) fn serde_text(attributes: &[Attribute], option: &str) -> Option<String> {
    text(&serde_metas(attributes), option)
}

fn text(metas: &[Meta], option: &str) -> Option<String> {
    metas
        .iter()
        .filter(|meta| meta.path().is_ident(option))
        .find_map(|meta| match meta {
            Meta::NameValue(pair) => text_of(&pair.value),
            Meta::List(list) => {
                let inner = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
                text(&inner.ok()?.into_iter().collect::<Vec<_>>(), "serialize")
            }
            Meta::Path(_) => None,
        })
}

fn serde_metas(attributes: &[Attribute]) -> Vec<Meta> {
    let serde = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    serde
        .filter_map(|attribute| {
            attribute
                .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
                .ok()
        })
        .flatten()
        .collect()
}

fn text_of(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// A field's name by one of serde's rules; an unknown rule is serde's to report.
fn renamed_by(rule: &str, name: &str) -> String {
    let words = || name.split('_').filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            .unwrap_or_default()
    };
    match rule {
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => name.to_ascii_uppercase(),
        "PascalCase" => words().map(capital).collect(),
        "camelCase" => {
            let pascal: String = words().map(capital).collect();
            let mut letters = pascal.chars();
            let first = letters.next().map(|first| first.to_ascii_lowercase());
            first.into_iter().chain(letters).collect()
        }
        "kebab-case" => name.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => name.to_ascii_uppercase().replace('_', "-"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(field: &str, rename_all: Option<&str>) -> Key {
        let item: syn::ItemStruct = syn::parse_str(&format!("struct A {{ {field} }}")).unwrap();
        Key::of(item.fields.iter().next().unwrap(), rename_all)
    }

    fn named(key: &str) -> Key {
        Key::Named(key.to_owned())
    }

    #[test]
    fn fields_are_renamed_as_serde_does() {
        for (rule, key) in [
            ("lowercase", "page_count"),
            ("UPPERCASE", "PAGE_COUNT"),
            ("camelCase", "pageCount"),
            ("PascalCase", "PageCount"),
            ("kebab-case", "page-count"),
            ("SCREAMING_SNAKE_CASE", "PAGE_COUNT"),
            ("SCREAMING-KEBAB-CASE", "PAGE-COUNT"),
            ("snake_case", "page_count"),
        ] {
            assert_eq!(key_of("page_count: u8", Some(rule)), named(key), "{rule}");
        }
    }

    #[test]
    fn a_fields_own_name_is_stronger_than_the_rule_of_its_type() {
        let rule = Some("camelCase");
        assert_eq!(key_of("#[serde(rename = \"x_y\")] a_b: u8", rule), named("x_y"));
        let both = "#[serde(default, rename(deserialize = \"d\", serialize = \"s\"))] a_b: u8";
        assert_eq!(key_of(both, rule), named("s"));
        assert_eq!(
            key_of("#[serde(rename(deserialize = \"d\"))] a_b: u8", rule),
            named("aB")
        );
        assert_eq!(key_of("r#type: u8", None), named("type"));
    }

    #[test]
    fn a_field_may_have_no_key_of_its_own() {
        assert_eq!(key_of("#[serde(flatten)] a: B", None), Key::Flattened);
        assert_eq!(key_of("#[serde(skip)] a: B", None), Key::Skipped);
        assert_eq!(key_of("#[serde(skip_serializing)] a: B", None), Key::Skipped);
        assert_eq!(
            key_of("#[serde(skip_serializing_if = \"Option::is_none\")] a: B", None),
            named("a")
        );
    }
}

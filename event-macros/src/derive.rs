//! `#[derive(Event)]`: the wire type, the scope keys and the name of the duration. How the fields are written is
//! serde's business, whose attributes are read here only to know the keys.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Field, Fields, Ident, LitStr, Meta, Token};

use crate::error::error_at;

/// Keys that tell who an event belongs to; the library writes them.
const IDENTITY: [&str; 4] = ["run_id", "span_id", "parent_id", "function"];

/// What `#[event(…)]` on the type says.
#[derive(Default)]
struct Options {
    name: Option<LitStr>,
    duration: Option<LitStr>,
}

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let fields = named_fields(input)?;
    let Options { name, duration } = options(&input.attrs)?;
    let rename_all = rename_all(&input.attrs)?;
    let ident = &input.ident;
    let event_type = name.map_or_else(|| snake_case(&ident.to_string()), |name| name.value());
    let mut scope = Vec::new();
    for field in fields {
        let key = key(field, rename_all.as_deref())?;
        if IDENTITY.contains(&key.as_str()) && !is_flattened(field)? {
            return Err(error_at!(
                field.ident,
                "`{key}` is written by the library, to say whom an event belongs to: choose another name"
            ));
        }
        if is_scope(field)? {
            scope.push(key);
        }
    }
    let duration = duration.map(
        |key| quote!(const DURATION_KEY: ::core::option::Option<&'static str> = ::core::option::Option::Some(#key);),
    );
    let scope = (!scope.is_empty()).then(|| quote!(const SCOPE: &'static [&'static str] = &[#(#scope),*];));
    let mut generics = input.generics.clone();
    if generics.type_params().next().is_some() {
        // serde's derive puts bounds on type parameters, which are its own business.
        let bound = syn::parse_quote!(Self: ::event_core::__private::Serialize);
        generics.make_where_clause().predicates.push(bound);
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    Ok(quote! {
        impl #impl_generics ::event_core::Event for #ident #type_generics #where_clause {
            const TYPE: &'static str = #event_type;
            #scope
            #duration
        }
    })
}

fn named_fields(input: &DeriveInput) -> syn::Result<Vec<&Field>> {
    let what = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Ok(fields.named.iter().collect()),
            Fields::Unit => return Ok(Vec::new()),
            Fields::Unnamed(_) => "a tuple struct, whose fields have no names to show",
        },
        Data::Enum(_) => "an enum; write one struct for each type of event",
        Data::Union(_) => "a union",
    };
    Err(error_at!(
        input.ident,
        "an event is a struct with named fields, or without any; `{}` is {what}",
        input.ident
    ))
}

fn options(attributes: &[Attribute]) -> syn::Result<Options> {
    let mut options = Options::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("event")) {
        attribute.parse_nested_meta(|meta| {
            let slot = if meta.path.is_ident("name") {
                &mut options.name
            } else if meta.path.is_ident("duration") {
                &mut options.duration
            } else {
                return Err(meta.error("expected `name = \"wire_type\"` or `duration = \"key\"`"));
            };
            *slot = Some(meta.value()?.parse()?);
            Ok(())
        })?;
    }
    Ok(options)
}

fn is_scope(field: &Field) -> syn::Result<bool> {
    let mut is_scope = false;
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("event"))
    {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("scope") {
                return Err(meta.error("expected `scope`: the field is inherited by everything inside the span"));
            }
            is_scope = true;
            Ok(())
        })?;
    }
    Ok(is_scope)
}

/// The key under which serde writes a field.
fn key(field: &Field, rename_all: Option<&str>) -> syn::Result<String> {
    let name = field.ident.as_ref().map(Ident::to_string).unwrap_or_default();
    let name = name.strip_prefix("r#").unwrap_or(&name);
    let renamed = serde_text(&field.attrs, "rename")?;
    Ok(renamed.unwrap_or_else(|| rename_all.map_or_else(|| name.to_owned(), |rule| renamed_by(rule, name))))
}

fn rename_all(attributes: &[Attribute]) -> syn::Result<Option<String>> {
    serde_text(attributes, "rename_all")
}

fn is_flattened(field: &Field) -> syn::Result<bool> {
    Ok(serde_metas(&field.attrs)?
        .iter()
        .any(|meta| meta.path().is_ident("flatten")))
}

/// The text of `#[serde(option = "text")]`, or of `#[serde(option(serialize = "text"))]`.
fn serde_text(attributes: &[Attribute], option: &str) -> syn::Result<Option<String>> {
    for meta in serde_metas(attributes)? {
        match meta {
            Meta::NameValue(pair) if pair.path.is_ident(option) => return Ok(text_of(&pair.value)),
            Meta::List(list) if list.path.is_ident(option) => {
                let inner = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
                let written = inner.iter().find(|meta| meta.path().is_ident("serialize"));
                if let Some(Meta::NameValue(pair)) = written {
                    return Ok(text_of(&pair.value));
                }
            }
            _ => {}
        }
    }
    Ok(None)
}

fn serde_metas(attributes: &[Attribute]) -> syn::Result<Vec<Meta>> {
    let mut metas = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        metas.extend(attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?);
    }
    Ok(metas)
}

fn text_of(value: &syn::Expr) -> Option<String> {
    match value {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
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
            pascal
                .chars()
                .take(1)
                .map(|first| first.to_ascii_lowercase())
                .chain(pascal.chars().skip(1))
                .collect()
        }
        "kebab-case" => name.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => name.to_ascii_uppercase().replace('_', "-"),
        _ => name.to_owned(),
    }
}

/// `LlmCallStarted` becomes `llm_call_started`, `LLMCallStarted` as well.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 8);
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let is_next_lower = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        let begins_word = before
            .is_some_and(|before| letter.is_uppercase() && (!before.is_uppercase() || is_next_lower) && before != '_');
        if begins_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_snake_case() {
        for (name, snake) in [
            ("StepStarted", "step_started"),
            ("LlmCallStarted", "llm_call_started"),
            ("LLMCallStarted", "llm_call_started"),
            ("Http2Request", "http2_request"),
            ("Done", "done"),
        ] {
            assert_eq!(snake_case(name), snake);
        }
    }

    #[test]
    fn fields_are_renamed_as_serde_does() {
        for (rule, key) in [
            ("camelCase", "pageCount"),
            ("PascalCase", "PageCount"),
            ("kebab-case", "page-count"),
            ("SCREAMING_SNAKE_CASE", "PAGE_COUNT"),
            ("snake_case", "page_count"),
        ] {
            assert_eq!(renamed_by(rule, "page_count"), key);
        }
    }

    #[test]
    fn an_identity_key_is_refused_at_the_field() {
        for input in [
            "struct A { run_id: u8 }",
            "struct A { parent_id: u8 }",
            "struct A { #[serde(rename = \"span_id\")] x: u8 }",
            "#[serde(rename_all = \"kebab-case\")] struct A { function: u8 }",
        ] {
            let error = expand(&syn::parse_str(input).unwrap()).unwrap_err();
            assert!(error.to_string().contains("choose another name"), "{error}");
        }
    }
}

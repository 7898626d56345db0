//! `#[derive(Event)]`: the wire type, the scope keys and the name of the duration. How the fields are written is
//! serde's business.

mod key;

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Data, DeriveInput, Error, Field, Fields, LitStr};

use self::key::{Key, serde_text};
use crate::error::error_at;
use crate::root::Root;

/// Keys that tell who an event belongs to; the library writes them.
const IDENTITY: [&str; 4] = ["run_id", "span_id", "parent_id", "function"];

/// Keys that tell how a call ended; another name for the duration can't be one of them.
const RESULT: [&str; 5] = ["outcome", "duration", "error", "error_type", "error_chain"];

/// What `#[event(…)]` on the type says.
#[derive(Default)]
struct Options {
    name: Option<LitStr>,
    duration: Option<LitStr>,
    root: Option<Root>,
}

/// What there is to complain about: all of it is told at once.
#[derive(Default)]
struct Complaints(Option<Error>);

impl Complaints {
    fn add(&mut self, error: Error) {
        match &mut self.0 {
            Some(known) => known.combine(error),
            None => self.0 = Some(error),
        }
    }
}

/// The implementation; with what is wrong in front of it, so that nobody is told that this is no event as well.
pub(crate) fn expand(input: &DeriveInput) -> TokenStream {
    let mut complaints = Complaints::default();
    let Options { name, duration, root } = options(&input.attrs, &mut complaints);
    let root = root.unwrap_or_default();
    let event_type = name.map_or_else(|| snake_case(&input.ident.to_string()), |name| name.value());
    let scope = scope(input, &mut complaints);
    let duration = duration.map(
        |key| quote!(const DURATION_KEY: ::core::option::Option<&'static str> = ::core::option::Option::Some(#key);),
    );
    let scope = (!scope.is_empty()).then(|| quote!(const SCOPE: &'static [&'static str] = &[#(#scope),*];));
    let mut generics = input.generics.clone();
    if generics.type_params().next().is_some() {
        // serde's derive puts bounds on type parameters, which are its own business.
        let bound = syn::parse_quote!(Self: #root::__private::Serialize);
        generics.make_where_clause().predicates.push(bound);
    }
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let complaint = complaints.0.map(Error::into_compile_error);
    quote! {
        #complaint
        impl #impl_generics #root::Event for #ident #type_generics #where_clause {
            const TYPE: &'static str = #event_type;
            #scope
            #duration
        }
    }
}

/// The keys of the fields that are inherited.
fn scope(input: &DeriveInput, complaints: &mut Complaints) -> Vec<String> {
    let rename_all = serde_text(&input.attrs, "rename_all");
    let mut scope = Vec::new();
    for field in named_fields(input, complaints) {
        let key = Key::of(field, rename_all.as_deref());
        let is_scope = is_scope(field, complaints);
        match key {
            Key::Named(key) if IDENTITY.contains(&key.as_str()) => complaints.add(error_at!(
                field.ident,
                "`{key}` is written by the library, to say whom an event belongs to: choose another name"
            )),
            Key::Named(key) => scope.extend(is_scope.then_some(key)),
            Key::Flattened if is_scope => complaints.add(error_at!(
                field.ident,
                "a flattened field has no key of its own to pass on: put `scope` on a field beside it"
            )),
            Key::Skipped if is_scope => complaints.add(error_at!(
                field.ident,
                "this field is never written, so there is nothing to pass on: remove `scope` or the `skip`"
            )),
            Key::Flattened | Key::Skipped => {}
        }
    }
    scope
}

fn named_fields<'a>(input: &'a DeriveInput, complaints: &mut Complaints) -> Vec<&'a Field> {
    let what = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return fields.named.iter().collect(),
            Fields::Unit => return Vec::new(),
            Fields::Unnamed(_) => "a tuple struct, whose fields have no names to show; name them: `{ value: … }`",
        },
        Data::Enum(_) => "an enum; write one struct for each type of event",
        Data::Union(_) => "a union; write a struct",
    };
    complaints.add(error_at!(
        input.ident,
        "an event is a struct with named fields, or without any; `{}` is {what}",
        input.ident
    ));
    Vec::new()
}

fn options(attributes: &[Attribute], complaints: &mut Complaints) -> Options {
    let mut options = Options::default();
    each_meta(attributes, complaints, |meta| {
        if meta.path.is_ident("name") {
            return set_text(&mut options.name, meta, &[]);
        }
        if meta.path.is_ident("duration") {
            return set_text(&mut options.duration, meta, &[&IDENTITY[..], &RESULT]);
        }
        if meta.path.is_ident("crate") {
            return set(&mut options.root, meta);
        }
        if meta.path.is_ident("scope") {
            return Err(meta.error("`scope` stands on the field that is inherited by everything inside the span"));
        }
        Err(meta.error("expected `name = \"wire_type\"`, `duration = \"key\"` or `crate = ::path`"))
    });
    options
}

fn is_scope(field: &Field, complaints: &mut Complaints) -> bool {
    let mut is_scope = false;
    each_meta(&field.attrs, complaints, |meta| {
        if meta.path.is_ident("scope") && !meta.input.peek(syn::Token![=]) {
            is_scope = true;
            return Ok(());
        }
        let text = "expected `scope`: the field is inherited by everything inside the span; its name is serde's \
                    (`#[serde(rename = \"…\")]`)";
        Err(meta.error(text))
    });
    is_scope
}

/// Goes through all that `#[event(…)]` says.
fn each_meta(
    attributes: &[Attribute],
    complaints: &mut Complaints,
    mut heed: impl FnMut(&ParseNestedMeta<'_>) -> syn::Result<()>,
) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("event")) {
        if let Err(error) = attribute.parse_nested_meta(|meta| heed(&meta)) {
            complaints.add(error);
        }
    }
}

fn set<T: syn::parse::Parse>(slot: &mut Option<T>, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    let is_repeated = slot.is_some();
    *slot = Some(meta.value()?.parse()?);
    if is_repeated {
        return Err(meta.error("given twice: remove one"));
    }
    Ok(())
}

/// A text that is not empty, and none of the `reserved` keys.
fn set_text(slot: &mut Option<LitStr>, meta: &ParseNestedMeta<'_>, reserved: &[&[&str]]) -> syn::Result<()> {
    set(slot, meta)?;
    let Some(text) = slot else { return Ok(()) };
    let value = text.value();
    if value.is_empty() {
        return Err(error_at!(text, "a name has at least one letter"));
    }
    if reserved.concat().contains(&value.as_str()) {
        return Err(error_at!(
            text,
            "`{value}` is written by the library: choose another name"
        ));
    }
    Ok(())
}

/// `LlmCallStarted` becomes `llm_call_started`, `LLMCallStarted` as well.
fn snake_case(name: &str) -> String {
    let name = name.strip_prefix("r#").unwrap_or(name);
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
mod tests;

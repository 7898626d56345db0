//! The short name of a type, as it stands before its methods' names in events.

use quote::ToTokens;
use syn::{Expr, Type, TypeParamBound};

/// `Engine` for `engine::Engine<T>` as for `&mut Engine<T>`; `[u8; 4]`, `(A, B)` or `dyn Tool` for what has no name.
pub(crate) fn short_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => {
            let last = path.path.segments.last().map(|segment| segment.ident.to_string());
            let last = last.unwrap_or_default();
            last.strip_prefix("r#").map_or(last.clone(), str::to_owned)
        }
        Type::Reference(reference) => short_name(&reference.elem),
        Type::Ptr(pointer) => short_name(&pointer.elem),
        Type::Paren(paren) => short_name(&paren.elem),
        Type::Group(group) => short_name(&group.elem),
        Type::Slice(slice) => format!("[{}]", short_name(&slice.elem)),
        Type::Array(array) => format!("[{}; {}]", short_name(&array.elem), length(&array.len)),
        Type::Tuple(tuple) => {
            let names: Vec<_> = tuple.elems.iter().map(short_name).collect();
            format!("({})", names.join(", "))
        }
        Type::TraitObject(object) => {
            let first = object.bounds.iter().find_map(|bound| match bound {
                TypeParamBound::Trait(bound) => bound.path.segments.last(),
                _ => None,
            });
            first.map_or_else(|| "dyn".to_owned(), |first| format!("dyn {}", first.ident))
        }
        other => other
            .to_token_stream()
            .into_iter()
            .map(|token| token.to_string())
            .collect(),
    }
}

/// A number or a name; nothing longer.
fn length(length: &Expr) -> String {
    match length {
        Expr::Lit(literal) => literal.to_token_stream().to_string(),
        Expr::Path(path) => {
            let last = path.path.segments.last().map(|segment| segment.ident.to_string());
            last.unwrap_or_default()
        }
        _ => "_".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_called_by_its_last_name() {
        for (ty, name) in [
            ("Engine", "Engine"),
            ("crate::engine::Engine<T>", "Engine"),
            ("&'a mut Engine<'a, T>", "Engine"),
            ("Vec<Vec<u8>>", "Vec"),
            ("<T as Iterator>::Item", "Item"),
            ("T", "T"),
            ("r#type", "type"),
            ("[T]", "[T]"),
            ("[a::T<u8>; N]", "[T; N]"),
            ("[u8; 4]", "[u8; 4]"),
            ("[u8; { 1 + 2 }]", "[u8; _]"),
            ("(A<u8>, &B)", "(A, B)"),
            ("()", "()"),
            ("dyn tools::Tool<u8> + Send + 'a", "dyn Tool"),
            ("*const u8", "u8"),
            ("fn(u8) -> u8", "fn(u8)->u8"),
        ] {
            assert_eq!(short_name(&syn::parse_str(ty).unwrap()), name);
        }
    }
}

//! Whether all that a named return type mentions lives as long as a future of that type. A wrapper has to prove it, where
//! a future that is only handed on has not. Owns the answer as far as a signature gives it.

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    GenericArgument, GenericParam, Ident, Lifetime, Path, PathArguments, PathSegment, ReceiverKind, Signature, Type,
    TypeParamBound, TypePath, TypeReference, WherePredicate,
};

/// What is said of how long things live: `T: 'a`, `Self: 'a`, `'b: 'a`.
type Bounds = Vec<(String, Lifetime)>;

/// What a signature says of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outlives {
    Yes,
    /// Unless there are type parameters in it, of the function or of the impl around.
    WithoutParameters,
    /// A lifetime may be too short.
    No,
}

pub(super) fn of(signature: &Signature, output: &TypePath) -> Outlives {
    let bounds = bounds(signature);
    let lifetime = lifetime_of(&output.path);
    let outlives = |name: &str| bounds.iter().any(|(of, bound)| of == name && Some(bound) == lifetime);
    let mut mentioned = Mentioned::default();
    mentioned.visit_type_path(output);
    let mut lifetimes = mentioned.lifetimes.into_iter();
    if !lifetimes.all(|other| Some(other) == lifetime || other.ident == "static" || outlives(&other.to_string())) {
        return Outlives::No;
    }
    let own = signature.generics.type_params().map(|parameter| &parameter.ident);
    let mut mentioned_own = own.filter(|own| mentioned.names.contains(own));
    let is_own_bounded = mentioned_own.all(|own| bounds.iter().any(|(of, _)| own == of));
    // The parameters of an impl or a trait are not seen here; but a reference to `self` lives no longer than they do.
    if is_own_bounded && (outlives("Self") || is_of_receiver(signature, lifetime)) {
        Outlives::Yes
    } else {
        Outlives::WithoutParameters
    }
}

/// How long a future of the type lives, if not for ever: `Pin<Box<dyn Future + 'a>>` says it there, an alias in front.
fn lifetime_of(path: &Path) -> Option<&Lifetime> {
    let last = path.segments.last()?;
    let lifetime = match first_argument(last)? {
        GenericArgument::Lifetime(lifetime) => lifetime,
        GenericArgument::Type(Type::Path(pointer)) if last.ident == "Pin" => {
            let GenericArgument::Type(Type::TraitObject(object)) = first_argument(pointer.path.segments.last()?)?
            else {
                return None;
            };
            object.bounds.iter().find_map(as_lifetime)?
        }
        _ => return None,
    };
    (lifetime.ident != "static").then_some(lifetime)
}

fn first_argument(segment: &PathSegment) -> Option<&GenericArgument> {
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.first(),
        _ => None,
    }
}

fn as_lifetime(bound: &TypeParamBound) -> Option<&Lifetime> {
    match bound {
        TypeParamBound::Lifetime(lifetime) => Some(lifetime),
        _ => None,
    }
}

fn bounds(signature: &Signature) -> Bounds {
    let mut bounds = Bounds::new();
    let mut add = |of: String, by: &mut dyn Iterator<Item = &Lifetime>| {
        bounds.extend(by.map(|lifetime| (of.clone(), lifetime.clone())));
    };
    for parameter in &signature.generics.params {
        match parameter {
            GenericParam::Lifetime(it) => add(it.lifetime.to_string(), &mut it.bounds.iter()),
            GenericParam::Type(it) => add(it.ident.to_string(), &mut it.bounds.iter().filter_map(as_lifetime)),
            GenericParam::Const(_) => {}
        }
    }
    let clause = &signature.generics.where_clause;
    for predicate in clause.iter().flat_map(|clause| &clause.predicates) {
        match predicate {
            WherePredicate::Lifetime(it) => add(it.lifetime.to_string(), &mut it.bounds.iter()),
            WherePredicate::Type(it) => {
                let of = it.bounded_ty.to_token_stream().to_string();
                add(of, &mut it.bounds.iter().filter_map(as_lifetime));
            }
            _ => {}
        }
    }
    bounds
}

/// The lifetime is that of a reference to `self`.
fn is_of_receiver(signature: &Signature, lifetime: Option<&Lifetime>) -> bool {
    let (Some(receiver), Some(lifetime)) = (signature.receiver(), lifetime) else {
        return false;
    };
    let named = match &receiver.kind {
        ReceiverKind::Reference(_, named, _) => named.as_ref(),
        ReceiverKind::Typed(_, ty) => {
            let mut first = FirstReference::default();
            first.visit_type(ty);
            let Some(reference) = first.0 else { return false };
            reference.lifetime.as_ref()
        }
        _ => return false,
    };
    lifetime.ident == "_" || named == Some(lifetime)
}

/// The lifetimes and the names in a type.
#[derive(Default)]
struct Mentioned<'a> {
    lifetimes: Vec<&'a Lifetime>,
    names: Vec<&'a Ident>,
}

impl<'a> Visit<'a> for Mentioned<'a> {
    fn visit_lifetime(&mut self, lifetime: &'a Lifetime) {
        self.lifetimes.push(lifetime);
    }

    fn visit_path(&mut self, path: &'a Path) {
        // Only a path's first name can be a parameter.
        self.names.extend(path.segments.first().map(|first| &first.ident));
        visit::visit_path(self, path);
    }
}

/// The first reference in a type, such as that of `Pin<&mut Self>`.
#[derive(Default)]
struct FirstReference<'a>(Option<&'a TypeReference>);

impl<'a> Visit<'a> for FirstReference<'a> {
    fn visit_type_reference(&mut self, reference: &'a TypeReference) {
        self.0.get_or_insert(reference);
    }
}

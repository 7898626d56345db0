//! What the declared return type of a function without `async` says about futures and streams. Owns what can be said
//! by form; what has to be asked of the type itself, it leaves open.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    AngleBracketedGenericArguments, GenericArgument, Path, PathArguments, PathSegment, ReturnType, Signature,
    TraitBound, Type, TypeImplTrait, TypeParamBound,
};

use super::outlives::{self, Outlives};

pub(crate) enum Output {
    /// `impl Future<Output = T>`, of which only the body knows the type.
    Future(Box<Type>),
    /// `impl Stream<Item = T>`
    Stream(Box<Type>),
    /// A named type, which may stand for a boxed future or stream, also of a type parameter if that is known to live as
    /// long.
    Named { may_be_generic: bool },
}

/// None for a type that is surely an ordinary one, or that can't be wrapped for sure.
pub(super) fn of(signature: &Signature) -> Option<Output> {
    let ReturnType::Type(_, output) = &signature.output else {
        return None;
    };
    match bare(output) {
        Type::ImplTrait(opaque) => of_opaque(opaque),
        Type::Path(path) if path.qself.is_none() && is_surely_plain(&path.path) => None,
        // What `impl Trait` stands for would be another type in a wrapper.
        Type::Path(path) if mentions(path.to_token_stream(), "impl") => None,
        Type::Path(path) => match outlives::of(signature, path) {
            Outlives::Yes => Some(Output::Named { may_be_generic: true }),
            Outlives::WithoutParameters => Some(Output::Named { may_be_generic: false }),
            Outlives::No => None,
        },
        _ => None,
    }
}

/// What it returns may be a future, of any kind.
pub(crate) fn may_be_future(signature: &Signature) -> bool {
    let ReturnType::Type(_, output) = &signature.output else {
        return false;
    };
    match bare(output) {
        Type::ImplTrait(_) => true,
        Type::Path(path) => {
            let last = path.path.segments.last();
            path.qself.is_some() || !is_surely_plain(&path.path) || last.is_some_and(|last| last.ident == "JoinHandle")
        }
        _ => false,
    }
}

/// It returns a closure. That takes its signature from the declared type only as the function's own value, not as that
/// of a closure around the body.
pub(super) fn is_closure(signature: &Signature) -> bool {
    fn has_closure(ty: &Type) -> bool {
        match ty {
            Type::ImplTrait(opaque) => opaque.bounds.iter().any(is_fn),
            Type::Tuple(tuple) => tuple.elems.iter().any(has_closure),
            Type::Array(array) => has_closure(&array.elem),
            Type::Path(path) => path.path.segments.iter().any(|segment| match &segment.arguments {
                PathArguments::AngleBracketed(arguments) => arguments.args.iter().any(|argument| match argument {
                    GenericArgument::Type(ty) => has_closure(ty),
                    _ => false,
                }),
                _ => false,
            }),
            ty @ (Type::Paren(_) | Type::Group(_)) => has_closure(bare(ty)),
            _ => false,
        }
    }
    fn is_fn(bound: &TypeParamBound) -> bool {
        let TypeParamBound::Trait(bound) = bound else {
            return false;
        };
        let last = bound.path.segments.last();
        last.is_some_and(|last| matches!(last.arguments, PathArguments::Parenthesized(_)))
    }
    matches!(&signature.output, ReturnType::Type(_, output) if has_closure(output))
}

/// Without the parentheses and invisible groups around it.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Paren(inner) => bare(&inner.elem),
        Type::Group(inner) => bare(&inner.elem),
        ty => ty,
    }
}

/// A future or stream whose other bounds a wrapper has as well.
fn of_opaque(opaque: &TypeImplTrait) -> Option<Output> {
    let mut found = None;
    for bound in &opaque.bounds {
        match bound {
            TypeParamBound::Lifetime(_) | TypeParamBound::PreciseCapture(_) => {}
            TypeParamBound::Trait(bound) if is_auto(bound) => {}
            TypeParamBound::Trait(bound) if found.is_none() => found = Some(of_trait(&bound.path)?),
            _ => return None,
        }
    }
    found
}

fn is_auto(bound: &TraitBound) -> bool {
    const AUTO: [&str; 6] = ["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe", "Sized"];
    let name = bound.path.segments.last().map(|last| &last.ident);
    name.is_some_and(|name| AUTO.iter().any(|auto| name == auto))
}

fn of_trait(path: &Path) -> Option<Output> {
    let last = path.segments.last()?;
    if last.ident == "Future" {
        Some(Output::Future(Box::new(associated(last, "Output")?)))
    } else if last.ident == "Stream" {
        Some(Output::Stream(Box::new(associated(last, "Item")?)))
    } else {
        None
    }
}

/// The type that the only associated type of a trait is bound to; `_` if nothing is said of it.
fn associated(segment: &PathSegment, name: &str) -> Option<Type> {
    let arguments = match &segment.arguments {
        PathArguments::None => return Some(syn::parse_quote!(_)),
        PathArguments::AngleBracketed(AngleBracketedGenericArguments { args, .. }) => args,
        PathArguments::Parenthesized(_) => return None,
    };
    let mut arguments = arguments.iter();
    match (arguments.next(), arguments.next()) {
        (Some(GenericArgument::AssocType(bound)), None) if bound.ident == name => Some(bound.ty.clone()),
        (Some(GenericArgument::Constraint(bound)), None) if bound.ident == name => Some(syn::parse_quote!(_)),
        _ => None,
    }
}

/// A type of these names is no pinned box, unless somebody means mischief.
fn is_surely_plain(path: &Path) -> bool {
    const PLAIN: [&str; 44] = [
        "bool",
        "char",
        "f32",
        "f64",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "Self",
        "String",
        "Vec",
        "VecDeque",
        "Option",
        "Result",
        "Box",
        "Rc",
        "Arc",
        "Cow",
        "Cell",
        "RefCell",
        "Mutex",
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "PathBuf",
        "OsString",
        "Duration",
        "Instant",
        "SystemTime",
        "Ordering",
        "Range",
        "Poll",
        "ControlFlow",
        "PhantomData",
        "JoinHandle",
    ];
    let last = path.segments.last();
    last.is_some_and(|last| PLAIN.iter().any(|plain| last.ident == plain))
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

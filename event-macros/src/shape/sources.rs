//! Whether the sources of a returned error can be told. Only an `Error` has sources, and some types are one only if all
//! in them is `'static`: the expansion finds the implementation without a look at lifetimes, and rustc would then demand
//! them of the user's function. So an error type in which something may live shorter is shown by its text alone. Owns
//! the answer as far as a signature gives it.

use syn::visit::{self, Visit};
use syn::{GenericArgument, Ident, Lifetime, PathArguments, PathSegment, ReturnType, Signature, Type, TypePath};

/// True where the declared type names no error: behind an alias there is rarely anything that is not `'static`.
pub(crate) fn can_be_told(signature: &Signature) -> bool {
    let ReturnType::Type(_, output) = &signature.output else {
        return true;
    };
    let own = signature.generics.type_params().map(|parameter| &parameter.ident);
    let mut errors = Errors {
        own: own.collect(),
        are_static: true,
    };
    errors.visit_type(output);
    errors.are_static
}

/// Looks for the errors of `Result`s at any depth.
struct Errors<'a> {
    own: Vec<&'a Ident>,
    are_static: bool,
}

impl<'ast> Visit<'ast> for Errors<'_> {
    fn visit_path_segment(&mut self, segment: &'ast PathSegment) {
        if segment.ident == "Result"
            && let PathArguments::AngleBracketed(arguments) = &segment.arguments
            && let Some(GenericArgument::Type(error)) = arguments.args.iter().nth(1)
        {
            self.are_static &= self.is_static(error);
        }
        visit::visit_path_segment(self, segment);
    }
}

impl Errors<'_> {
    fn is_static(&self, error: &Type) -> bool {
        // A parameter that is the error has its bounds in sight.
        if let Type::Path(error) = error
            && error.qself.is_none()
            && error.path.get_ident().is_some_and(|ident| ident != "Self")
        {
            return true;
        }
        let mut short = Short {
            own: &self.own,
            is_found: false,
        };
        short.visit_type(error);
        !short.is_found
    }
}

/// Looks for what may not be `'static`.
struct Short<'a> {
    own: &'a [&'a Ident],
    is_found: bool,
}

impl<'ast> Visit<'ast> for Short<'_> {
    fn visit_type(&mut self, ty: &'ast Type) {
        let is_elided = matches!(ty, Type::Reference(reference) if reference.lifetime.is_none());
        self.is_found |= is_elided || matches!(ty, Type::Macro(_));
        visit::visit_type(self, ty);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        self.is_found |= lifetime.ident != "static";
    }

    fn visit_type_path(&mut self, ty: &'ast TypePath) {
        let first = ty.path.segments.first().map(|segment| &segment.ident);
        self.is_found |= ty.qself.is_some() || first.is_some_and(|first| self.is_parameter(first));
        visit::visit_type_path(self, ty);
    }
}

impl Short<'_> {
    /// The function's own ones are known; those of an impl around have to be told by their looks.
    fn is_parameter(&self, name: &Ident) -> bool {
        let is_shouted = |name: &str| name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        name == "Self" || self.own.contains(&name) || is_shouted(&name.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_told(output: &str) -> bool {
        can_be_told(&syn::parse_str(&format!("fn f<'a, Item, E>() -> {output}")).unwrap())
    }

    #[test]
    fn errors_that_are_static_by_form_are_told() {
        for output in [
            "u8",
            "io::Result<Vec<T>>",
            "Result<T, E>",
            "Result<T, io::Error>",
            "Result<&'a str, Box<dyn Error + Send + Sync>>",
            "Result<T, Arc<FetchError>>",
            "Result<T, Full<&'static str>>",
            "BoxFuture<'a, Result<T, FetchError>>",
        ] {
            assert!(are_told(output), "{output}");
        }
    }

    #[test]
    fn an_error_with_something_in_it_that_may_live_shorter_is_not() {
        for output in [
            "Result<(), Full<T>>",
            "Result<(), Full<Item>>",
            "Result<(), Full<&str>>",
            "Result<(), Cow<'a, str>>",
            "Result<(), Parse<'_>>",
            "Result<(), Self>",
            "Result<(), Self::Error>",
            "Result<(), <u8 as Part>::Error>",
            "Option<Result<(), Full<T>>>",
            "impl Future<Output = Result<(), Full<T>>>",
        ] {
            assert!(!are_told(output), "{output}");
        }
    }
}

//! Where the functions of a source file are, and which of them an attribute can go on.
//!
//! Owns the walk through the syntax tree. It only reports positions: the text of a file is never printed anew from the
//! tree, so that it stays as its author wrote it. Functions inside macro calls and `macro_rules!` are no part of the tree.

use std::collections::BTreeSet;
use std::ops::Range;

use anyhow::{Result, anyhow};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, Ident, ImplItemFn, ItemFn, ItemImpl, ItemMod, ReturnType, Signature, TraitItemFn, Type,
    Visibility,
};

use super::cfg::Configuration;

/// A function with a body.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The byte of the file at which an attribute would stand: behind all others.
    pub(crate) position: usize,
    /// The lines from there to the closing brace, counted from one.
    pub(crate) lines: Range<usize>,
    /// Its return type is named `Result`.
    pub(crate) returns_result: bool,
    /// Why it can't carry an attribute that follows calls.
    pub(crate) excluded: Option<Exclusion>,
}

/// Why a function is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exclusion {
    Const,
    Variadic,
    Naked,
    ProcMacro,
    Allocator,
    Lang,
}

impl Exclusion {
    /// For the report.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Const => "const fn: may run at compile time",
            Self::Variadic => "C-variadic",
            Self::Naked => "#[naked]: its body is assembly alone",
            Self::ProcMacro => "entry of a procedural macro: runs in the compiler",
            Self::Allocator => "of a global allocator: whatever follows a call allocates, and would call it again",
            Self::Lang => "#[panic_handler] and the like: no std around it",
        }
    }
}

/// The functions of a file that are compiled under `configuration`.
pub(crate) fn find(text: &str, configuration: &Configuration) -> Result<Vec<Function>> {
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: syn::File =
        syn::parse_str(bare).map_err(|error| anyhow!("line {}: {error}", error.span().start().line))?;
    let mut finder = Finder {
        configuration,
        skipped: text.len() - bare.len(),
        allocators: Allocators::of(&file),
        is_of_allocator: false,
        found: Vec::new(),
    };
    finder.visit_file(&file);
    // The tree's memory of positions, which would otherwise keep every file.
    proc_macro2::extra::invalidate_current_thread_spans();
    Ok(finder.found)
}

struct Finder<'a> {
    configuration: &'a Configuration,
    /// Bytes in front of what was parsed.
    skipped: usize,
    allocators: Allocators,
    is_of_allocator: bool,
    found: Vec<Function>,
}

impl Finder<'_> {
    fn is_compiled(&self, attributes: &[Attribute]) -> bool {
        attributes.iter().all(|attribute| self.configuration.holds(attribute))
    }

    fn add(&mut self, attributes: &[Attribute], visibility: &Visibility, signature: &Signature, block: &Block) {
        let first = match visibility {
            Visibility::Inherited => signature.span(),
            visibility => visibility.span(),
        };
        self.found.push(Function {
            name: signature.ident.to_string(),
            position: self.skipped + first.byte_range().start,
            lines: first.start().line..block.brace_token.span.close().end().line + 1,
            returns_result: returns_result(&signature.output),
            excluded: self.exclusion(attributes, signature),
        });
    }

    fn exclusion(&self, attributes: &[Attribute], signature: &Signature) -> Option<Exclusion> {
        let has = |names: &[&str]| attributes.iter().any(|attribute| is_any_of(attribute, names));
        if signature.constness.is_some() {
            Some(Exclusion::Const)
        } else if signature.variadic.is_some() {
            Some(Exclusion::Variadic)
        } else if has(&["naked"]) {
            Some(Exclusion::Naked)
        } else if has(&["proc_macro", "proc_macro_attribute", "proc_macro_derive"]) {
            Some(Exclusion::ProcMacro)
        } else if has(&["panic_handler", "alloc_error_handler"]) {
            Some(Exclusion::Lang)
        } else {
            let is_called = self.allocators.mentioned.contains(&signature.ident.to_string());
            (self.is_of_allocator || is_called).then_some(Exclusion::Allocator)
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if self.is_compiled(&item.attrs) {
            self.add(&item.attrs, &item.vis, &item.sig, &item.block);
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if self.is_compiled(&item.attrs) {
            self.add(&item.attrs, &item.vis, &item.sig, &item.block);
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(block) = item.default.as_ref().filter(|_| self.is_compiled(&item.attrs)) {
            self.add(&item.attrs, &Visibility::Inherited, &item.sig, block);
            visit::visit_trait_item_fn(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if self.is_compiled(&item.attrs) {
            let around = self.is_of_allocator;
            self.is_of_allocator |= self.allocators.has(&item.self_ty);
            visit::visit_item_impl(self, item);
            self.is_of_allocator = around;
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if self.is_compiled(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }
}

/// What is of the global allocators in a file: the types that implement `GlobalAlloc`, and the names that they mention.
#[derive(Default)]
struct Allocators {
    types: Vec<String>,
    mentioned: BTreeSet<String>,
}

impl Allocators {
    fn of(file: &syn::File) -> Self {
        let mut allocators = Self::default();
        // Types first: an `impl` of their own methods may stand before.
        allocators.visit_file(file);
        let types = allocators.types.len();
        if types > 0 {
            allocators.visit_file(file);
            allocators.types.truncate(types);
        }
        allocators
    }

    fn has(&self, ty: &Type) -> bool {
        name_of(ty).is_some_and(|name| self.types.contains(&name))
    }
}

impl<'ast> Visit<'ast> for Allocators {
    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if self.has(&item.self_ty) {
            Mentioned(&mut self.mentioned).visit_item_impl(item);
        }
        let implemented = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
        if implemented.is_some_and(|name| name.ident == "GlobalAlloc") {
            self.types.extend(name_of(&item.self_ty));
        }
    }
}

struct Mentioned<'a>(&'a mut BTreeSet<String>);

impl<'ast> Visit<'ast> for Mentioned<'_> {
    fn visit_ident(&mut self, name: &'ast Ident) {
        self.0.insert(name.to_string());
    }
}

/// `#[name]`, also as `#[unsafe(name)]`.
fn is_any_of(attribute: &Attribute, names: &[&str]) -> bool {
    let is_one = |path: &syn::Path| names.iter().any(|name| path.is_ident(name));
    is_one(attribute.path())
        || (attribute.path().is_ident("unsafe") && attribute.parse_args::<syn::Path>().is_ok_and(|path| is_one(&path)))
}

fn returns_result(output: &ReturnType) -> bool {
    match output {
        ReturnType::Type(_, ty) => name_of(ty).is_some_and(|name| name == "Result"),
        ReturnType::Default => false,
    }
}

/// The name of a type without its path and arguments.
fn name_of(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Function> {
        find(text, &Configuration::default()).unwrap()
    }

    #[test]
    fn an_attribute_stands_behind_all_others_and_before_the_function() {
        let text = "\u{feff}/// Ümläut.\n#[inline]\npub(crate) async fn one() -> io::Result<()> {\n    Ok(())\n}\n";
        let functions = found(text);
        let [one] = functions.as_slice() else {
            panic!("{functions:?}")
        };
        assert!(text[one.position..].starts_with("pub(crate) async fn one"));
        assert_eq!(one.lines, 3..6);
        assert!(one.returns_result && one.excluded.is_none());
    }

    #[test]
    fn every_body_is_found_but_those_that_are_not_compiled() {
        let text = "fn outer() { fn inner() {} } trait T { fn required(); fn provided() {} }\n\
            impl T for () { unsafe fn required() {} } #[cfg(windows)] mod w { fn never() {} }\n\
            macro_rules! m { () => { fn made() {} } } extern \"C\" { fn foreign(); }";
        let names: Vec<_> = found(text).into_iter().map(|function| function.name).collect();
        assert_eq!(names, ["outer", "inner", "provided", "required"]);
    }

    #[test]
    fn what_no_attribute_can_follow_is_excluded_with_a_reason() {
        let excluded = |text: &str| found(text)[0].excluded;
        assert_eq!(excluded("pub const unsafe fn f() {}"), Some(Exclusion::Const));
        assert_eq!(
            excluded("unsafe extern \"C\" fn f(n: u8, ...) {}"),
            Some(Exclusion::Variadic)
        );
        assert_eq!(excluded("#[unsafe(naked)] fn f() {}"), Some(Exclusion::Naked));
        assert_eq!(
            excluded("#[proc_macro_derive(X)] pub fn f() {}"),
            Some(Exclusion::ProcMacro)
        );
        let allocator =
            "impl Ledger { fn note() { called() } } unsafe impl GlobalAlloc for Ledger {} fn called() {} fn free() {}";
        let of_allocator: Vec<_> = found(allocator).into_iter().map(|function| function.excluded).collect();
        assert_eq!(
            of_allocator,
            [Some(Exclusion::Allocator), Some(Exclusion::Allocator), None]
        );
        assert_eq!(excluded("#[no_mangle] pub extern \"C\" fn f() {}"), None);
    }
}

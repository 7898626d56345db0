//! What the attribute becomes, as a reader of `cargo expand` sees it.

use std::path::Path;

use proc_macro2::TokenStream;

use super::*;

/// The expansion, printed as `cargo expand` prints it.
fn printed(args: &str, item: &str) -> String {
    let args = syn::parse_str(args).unwrap();
    let tokens: TokenStream = expand(&args, syn::parse_str(item).unwrap()).unwrap();
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

/// Compares with the file of that name; `UPDATE_SNAPSHOTS=1` writes it instead.
fn assert_snapshot(name: &str, actual: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/expansions")
        .join(name)
        .with_extension("rs");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        actual,
        expected,
        "{} differs; UPDATE_SNAPSHOTS=1 writes it anew",
        file.display()
    );
}

#[test]
fn a_sync_function() {
    let item = "fn sum(v: Vec<u32>, mut limit: u64) -> Result<u32, Overflow> { v.iter().try_sum() }";
    assert_snapshot(
        "sync",
        &printed("Started { n: v.len() }, |out| Finished { sum: *out }", item),
    );
}

#[test]
fn an_async_function() {
    let item = "async fn fetch(url: &str) -> Result<Page, FetchError> { get(url).await?.page() }";
    assert_snapshot(
        "async",
        &printed("Started { url }, |page| Finished { bytes: page.len() }", item),
    );
}

#[test]
fn a_function_that_returns_a_future() {
    let item = "fn fetch<'a>(&self, url: &'a str) -> impl Future<Output = Result<Page<'a>, FetchError>> + Send + use<'a> { get(url) }";
    assert_snapshot(
        "returned_future",
        &printed("Started { url }, |page| Finished { bytes: page.len() }", item),
    );
}

#[test]
fn a_function_that_returns_a_stream() {
    let item = "fn answer(question: &str) -> impl Stream<Item = Token> { ask(question) }";
    assert_snapshot(
        "returned_stream",
        &printed("Started { question }, |out| Finished { tokens: out.items }", item),
    );
}

#[test]
fn a_function_that_may_return_a_future() {
    let item = "fn fetch(url: &str) -> BoxFuture<'_, Result<Page, FetchError>> { Box::pin(get(url)) }";
    assert_snapshot(
        "returned_named",
        &printed("Started { url }, |page| Finished { bytes: page.len() }", item),
    );
}

#[test]
fn a_closure_keeps_target_features() {
    let item = "#[target_feature(enable = \"avx2\")] fn sum(v: &[i32; 8]) -> i32 { add(v) }";
    assert!(printed("A, |out| B { sum: *out }", item).contains("(move || -> i32"));
}

/// How a function that returns this is expanded: by the function that asks for its type, if it is asked for.
fn asked(returns: &str) -> Option<&'static str> {
    let item = format!("fn f<'a, 'b: 'a, T, U: 'a, V>(&'a self) -> {returns} where V: 'a {{ g() }}");
    let printed = printed("A, B", &item);
    let asks = ["future::<", "stream::<", "hint::<", "concrete::<"];
    asks.into_iter()
        .find(|asks| printed.contains(&format!("__private::{asks}")))
}

#[test]
fn opaque_futures_and_streams_are_known_by_their_bounds() {
    for future in [
        "impl Future<Output = T>",
        "impl ::core::future::Future<Output = u8> + Send + 'a + use<'a>",
        "(impl Future + Unpin + std::panic::UnwindSafe)",
        "impl Future<Output: Send>",
    ] {
        assert_eq!(asked(future), Some("future::<"), "{future}");
    }
    for stream in ["impl Stream<Item = u8> + Send", "impl Stream"] {
        assert_eq!(asked(stream), Some("stream::<"), "{stream}");
    }
    for other in [
        "impl Future<Output = u8> + Clone",
        "impl Future<Item = u8, Error = u8>",
        "impl Iterator<Item = u8>",
    ] {
        assert_eq!(asked(other), None, "{other}");
    }
}

#[test]
fn named_types_are_asked_whether_they_are_futures_or_streams() {
    for known in [
        "Pin<Box<dyn Future<Output = U> + Send + 'a>>",
        "BoxFuture<'a, Vec<V>>",
        "BoxFuture<'_, Result<E, Self::Error>>",
        "BoxFuture<'a, &'b str>",
        "BoxFuture<'a, &'static str>",
        "Self::Future<'a>",
    ] {
        assert_eq!(asked(known), Some("hint::<"), "{known}");
    }
    for in_doubt in [
        "Mine",
        "BoxFuture<E>",
        "BoxFuture<'a, T>",
        "BoxFuture<'b, E>",
        "Pin<Box<dyn Future<Output = Self::Item> + Send>>",
        "Self::Future",
        "<Self as Service<u8>>::Future",
        "<T as Iterator>::Item",
    ] {
        assert_eq!(asked(in_doubt), Some("concrete::<"), "{in_doubt}");
    }
    for plain in [
        "u8",
        "io::Result<T>",
        "Self",
        "&'a BoxFuture<'a, u8>",
        "(Mine, Mine)",
        "Box<dyn Future<Output = u8>>",
        "Pin<Box<impl Future<Output = u8>>>",
        "BoxFuture<'b, &'a str>",
        "BoxFuture<'static, &'a str>",
    ] {
        assert_eq!(asked(plain), None, "{plain}");
    }
}

#[test]
fn types_alone() {
    let item = "pub fn step(&self) { self.work(); }";
    assert_snapshot("bare", &printed("StepStarted, Generic<u8>", item));
}

#[test]
fn only_a_finished_event() {
    let item = "async fn search(self: Box<Self>) -> Round { self.run().await }";
    assert_snapshot("silent", &printed("_, |round| Searched { pages: round.pages }", item));
}

#[test]
fn a_point() {
    assert_snapshot(
        "point",
        &printed("Missed { key }", "fn miss(key: &str) { #![allow(unused)] count(key) }"),
    );
}

#[test]
fn a_function_that_keeps_its_body() {
    let item = "#[track_caller] fn check(n: u32) -> u32 { assert!(n > 0); n }";
    assert_snapshot("guard", &printed("Checked, Done", item));
}

#[test]
fn every_option() {
    let item = "fn ask(n: u32) -> Result<u32, Refusal> { if n == 0 { refuse() } else { Ok(n) } }";
    let args = "Asked { n }, |out| Answered { value: *out }, crate = ::kit::watch, when = n > 2, err = |e| Refused { status: e.status }";
    assert_snapshot("options", &printed(args, item));
}

#[test]
fn a_condition_with_braces_is_kept_from_the_block_behind_it() {
    let printed = printed(
        "A, B, when = (Odd { n }).holds() || Even { n }.holds()",
        "fn f(n: u32) {}",
    );
    assert!(
        printed.contains("if ((Odd { n }).holds() || Even { n }.holds())"),
        "{printed}"
    );
}

#[test]
fn nothing_else_names_the_library_where_it_has_another_path() {
    for item in [
        "fn f() -> R {}",
        "async fn f() -> R {}",
        "fn f() -> ! {}",
        "#[track_caller] fn f() {}",
    ] {
        for args in ["A, B", "_, B", "A { a }, B"] {
            let printed = printed(&format!("{args}, crate = ::kit"), item);
            assert!(!printed.contains("event_core"), "{printed}");
            assert!(printed.contains("::kit::__private"), "{printed}");
        }
    }
    let point = printed("A { a }, crate = ::kit", "fn f() {}");
    assert!(!point.contains("event_core"), "{point}");
}

#[test]
fn statements_of_ours_come_behind_the_items_that_a_body_begins_with() {
    let item = "fn f(v: V) -> u8 { #![allow(x)] use a::b; fn g() {} const N: u8 = 1; v.len() }";
    for (args, ours) in [("A, B", "let v = v;"), ("A", "::here()")] {
        let printed = printed(args, item);
        let at = |text: &str| printed.find(text).unwrap_or_else(|| panic!("{text} in\n{printed}"));
        assert!(at("use a::b;") < at("const N") && at("const N") < at(ours), "{printed}");
        assert!(at("#![allow(x)]") < at("::event_core"), "{printed}");
    }
}

#[test]
fn a_field_of_self_that_is_assigned_is_one_that_the_destructor_may_read() {
    let is_seen = |receiver: &str, statement: &str| {
        let item = format!("fn f({receiver}) {{ g(); if a {{ {statement} }} }}");
        printed("A, B", &item).contains("if false {")
    };
    for assignment in [
        "self.on = false;",
        "self.0.1 += 1;",
        "self.list[0] = 1;",
        "self.n <<= 1;",
        "self.n =-1;",
    ] {
        assert!(is_seen("mut self", assignment), "{assignment}");
        assert!(!is_seen("&mut self", assignment), "{assignment}");
    }
    for other in [
        "self.n == 1;",
        "self.n <= 1;",
        "let a = self.n;",
        "match self.n { n => n }",
        "self.set(1);",
    ] {
        assert!(!is_seen("mut self", other), "{other}");
    }
}

#[test]
fn impl_trait_is_left_to_inference_at_any_depth() {
    let item = "fn f() -> Result<Box<impl Iterator<Item = impl Clone>>, E> { g() }";
    assert!(printed("A, B", item).contains("move || -> Result<Box<_>, E>"));
}

#[test]
fn arguments_are_bound_again_with_their_cfg_and_mut() {
    let item = "fn f(#[cfg(x)] mut a: String, (b, _): (D, D), &c: &u8, _: D, d: u8) {}";
    let printed = printed("A { a: &a }, B", item);
    for line in [
        "a: String",
        "#[cfg(x)]\n        let mut a = a;",
        "let mut a = a;",
        "let _ = &a;",
        "__arg1: (D, D)",
        "let (b, _) = __arg1;",
        "let &c = __arg2;",
        "let __arg3 = __arg3;",
    ] {
        assert!(printed.contains(line), "{line} in\n{printed}");
    }
    assert!(!printed.contains("let d"), "a number needs no binding\n{printed}");
}

/// The two functions of the quickstart: what the attribute adds, without the user's own lines.
#[test]
fn the_quickstart_gains_at_most_fifteen_lines_a_function() {
    let source = include_str!("../../../examples/src/bin/quickstart.rs");
    let file: syn::File = syn::parse_str(source).unwrap();
    let mut count = 0;
    for item in file.items {
        let syn::Item::Fn(mut function) = item else { continue };
        let Some(index) = function
            .attrs
            .iter()
            .position(|attribute| attribute.path().is_ident("emits"))
        else {
            continue;
        };
        let attribute = function.attrs.remove(index);
        let args = attribute.meta.require_list().unwrap().tokens.clone();
        let before = prettyplease::unparse(&syn::parse_quote!(#function));
        let after = printed(&args.to_string(), &quote!(#function).to_string());
        assert_snapshot(&format!("quickstart_{}", function.sig.ident), &after);
        let events: Args = syn::parse2(args).unwrap();
        let added = after.lines().count() - before.lines().count() - own_lines(&events);
        assert!(added <= 15, "{added} lines added:\n{after}");
        count += 1;
    }
    assert_eq!(count, 2, "annotated functions in the quickstart");
}

#[test]
fn the_readme_shows_the_quickstart_and_its_true_expansion() {
    let readme = include_str!("../../../README.md");
    let quickstart = include_str!("../../../examples/src/bin/quickstart.rs");
    let (_, program) = quickstart.split_once("\n\n").unwrap();
    assert!(
        readme.contains(program.trim_end()),
        "the README's example is not the quickstart"
    );
    let expansion = include_str!("../../tests/expansions/quickstart_ask_model.rs");
    assert!(
        readme.contains(expansion.trim_end()),
        "the README's expansion is not what the attribute makes"
    );
}

/// How many lines more than one the user's START and FINISH take, as they are laid out.
fn own_lines(args: &Args) -> usize {
    let start = match &args.start {
        Start::Literal(literal) => Some(literal),
        _ => None,
    };
    let finish = match &args.finish {
        Finish::Literal(finish) => Some(&finish.event),
        _ => None,
    };
    let lines = |literal: &ExprStruct| {
        let alone: syn::File = syn::parse_quote!(fn f() { if x { __to.event(&#literal); } });
        prettyplease::unparse(&alone).lines().count() - 5
    };
    start.into_iter().chain(finish).map(lines).sum()
}

//! How deep types nest: 18. What a call takes of memory is in `memory`.

use super::compiler;

/// Async functions that wait for each other, so many deep, of which the outermost has to be `Send`.
fn nested(depth: usize, attribute: &str) -> String {
    let level = |level: usize| {
        let inner = level + 1;
        format!("{attribute}\npub async fn f{level}() -> u8 {{ f{inner}().await }}\n")
    };
    let levels: String = (0..depth).map(level).collect();
    format!(
        "pub fn check() -> impl Send {{ f0() }}\n{levels}pub async fn f{depth}() -> u8 {{ std::future::ready(1).await }}\n"
    )
}

/// How deep async functions may nest before the compiler's recursion limit ends it.
fn deepest(attribute: &str) -> usize {
    let compiles = |depth: usize| compiler::says("rustc", &nested(depth, attribute)).is_empty();
    // Halved until it is found.
    let (mut works, mut fails) = (0, 128);
    while fails - works > 1 {
        let middle = usize::midpoint(works, fails);
        if compiles(middle) {
            works = middle;
        } else {
            fails = middle;
        }
    }
    works
}

#[test]
fn case_18_async_functions_nest_as_deep_as_any_program_needs() {
    const EMITS: &str = "#[event_core::emits(event_core::StepStarted, event_core::StepFinished)]";
    let (plain, attributed) = (deepest(""), deepest(EMITS));
    // A future is one type; with the attribute it has two more around it.
    assert!(
        attributed * 3 >= plain,
        "{attributed} levels, where the twin has {plain}"
    );
}

//! What the compiler and clippy say of a function: 7, 9 to 11, 22, 33 and 57. The same as of the twin, at the
//! same place, with the same suggestions.

use super::compiler;

/// What is not said any more, since it is true no more or can't be seen: a body that runs in a closure or in a future is
/// not the function's own. Nothing may be said that was not said before.
const UNSAID: [&str; 8] = [
    "clippy::missing_const_for_fn",
    "clippy::unused_async",
    "clippy::boxed_local",
    "clippy::needless_lifetimes",
    "clippy::needless_pass_by_value",
    "clippy::needless_return",
    "clippy::unnecessary_wraps",
    "unconditional_recursion",
];

/// Compares what a tool says of functions with and without the attribute. In the source stands `#[twin]`.
#[track_caller]
pub(crate) fn same(tool: &str, source: &str, expected: &[&str]) {
    const EMITS: &str = "#[event_core::emits(event_core::StepStarted, event_core::StepFinished)]";
    let source = format!("#![warn(clippy::pedantic, clippy::nursery, unused)]\n#![allow(dead_code)]\n{source}");
    // On lines of their own, so that places stay.
    let plain = compiler::says(tool, &source.replace("#[twin]", ""));
    let attributed = compiler::says(tool, &source.replace("#[twin]", EMITS));
    for code in expected {
        assert!(
            plain.iter().any(|said| said.contains(code)),
            "{code} is not in {plain:#?}"
        );
    }
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|said| !those.contains(said)).cloned().collect()
    };
    let (more, mut less) = (only(&attributed, &plain), only(&plain, &attributed));
    less.retain(|said| !UNSAID.iter().any(|unsaid| said.contains(unsaid)));
    assert!(
        more.is_empty() && less.is_empty(),
        "with the attribute\nmore {more:#?}\nless {less:#?}"
    );
}

#[test]
fn case_07_a_body_that_is_only_to_be_written_is_reported_as_it_would() {
    same(
        "rustc",
        r"
#[twin]
pub fn todo() -> u32 {
    todo!()
}
#[twin]
pub async fn todo_later() -> u32 {
    todo!()
}",
        &[],
    );
}

#[test]
fn case_09_a_missing_value_is_reported_as_it_would() {
    same(
        "rustc",
        r"
#[twin]
pub fn missing() -> i32 {
    1;
}
#[twin]
pub async fn missing_later() -> Vec<u8> {
    vec![1];
}
#[twin]
pub fn empty() -> i32 {
}",
        &["E0308", "[] at 6:6:6:7"],
    );
}

#[test]
fn case_10_a_value_of_another_type_is_reported_as_it_would() {
    same(
        "rustc",
        r#"
#[twin]
pub fn text() -> String {
    ""
}
#[twin]
pub async fn text_later() -> String {
    ""
}
#[twin]
pub async fn early(n: u8) -> Result<u8, String> {
    if n == 0 {
        return Err("zero");
    }
    Ok("n")
}"#,
        &["E0308", ".to_string()"],
    );
}

#[test]
fn case_11_braces_and_parentheses_is_reported_as_it_would() {
    same(
        "rustc",
        r"
#[twin]
pub fn braces() -> u8 {
    { 1 }
}
#[twin]
pub fn one_line() -> u8 { 1 }
#[twin]
pub async fn parentheses() -> u8 {
    (1)
}",
        &["unused_parens"],
    );
}

#[test]
fn case_22_mut_that_is_not_needed_is_reported_as_it_would() {
    same(
        "rustc",
        r"
#[twin]
pub fn unchanged(mut v: Vec<u8>, mut n: u8, (mut a, b): (u8, u8)) -> usize {
    v.len() + usize::from(n) + usize::from(a) + usize::from(b)
}
#[twin]
pub async fn unchanged_later(mut v: Vec<u8>) -> usize {
    v.len()
}
#[twin]
pub fn changed(v: Vec<u8>) {
    v.push(1);
}
pub struct S(u8);
impl S {
    #[twin]
    pub fn unchanged(mut self) -> u8 {
        self.0
    }
}",
        &["unused_mut"],
    );
}

#[test]
fn case_33_arguments_that_nobody_uses_is_reported_as_it_would() {
    same(
        "rustc",
        r"
#[twin]
pub fn unused(a: u8, b: String, (c, _d): (u8, u8), &e: &u8, mut f: u8, _g: u8) {}
#[twin]
pub async fn unused_later(a: u8, b: String, [c, ..]: [u8; 4]) {}
#[twin]
pub fn assigned(mut a: u8) {
    a = 1;
}
#[twin]
pub fn local() {
    let unused = 1;
}",
        &["unused_variables", "unused_assignments"],
    );
}

#[test]
fn case_33_fields_that_a_destructor_reads_are_no_unused_assignments() {
    same(
        "clippy-driver",
        r"
pub struct Guard<'a> {
    is_armed: bool,
    fired: &'a mut [u32; 2],
}
impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.fired[0] += u32::from(self.is_armed);
    }
}
impl Guard<'_> {
    #[twin]
    pub fn disarm(mut self) {
        self.is_armed = false;
    }
    #[twin]
    pub async fn disarm_later(mut self) {
        if self.fired[1] == 0 {
            self.is_armed &= false;
        }
    }
    #[twin]
    pub fn boxed(mut self: Box<Self>) {
        self.is_armed = false;
    }
    #[twin]
    pub fn compared(mut self) -> bool {
        self.is_armed == false
    }
    #[twin]
    pub fn built(mut self, is_armed: bool) -> Self {
        self.is_armed = is_armed;
        self
    }
}
#[twin]
pub fn free(mut guard: Guard<'_>) {
    guard.is_armed = false;
}",
        &["unused_mut"],
    );
}

// One that nothing reads, since its type has no destructor: said of the closure's copy, and true.
#[test]
fn case_33_fields_that_nothing_reads_are_unused_assignments() {
    let said = compiler::says(
        "rustc",
        r"
#![warn(unused)]
pub struct Switch(pub bool);
impl Switch {
    #[event_core::emits(event_core::StepStarted, event_core::StepFinished)]
    pub fn turn_off(mut self) {
        self.0 = false;
    }
}",
    );
    let expected = "\"warning\" unused_assignments: \"value assigned to `self` is never read\" at 7:9:7:23";
    assert_eq!(said, [expected]);
}

#[test]
fn case_57_must_use_is_reported_as_it_would() {
    same(
        "rustc",
        r#"
#[twin]
#[must_use]
pub fn value() -> u8 {
    1
}
#[twin]
#[must_use = "it is needed"]
pub async fn later() -> u8 {
    1
}
#[twin]
pub async fn result() -> Result<(), ()> {
    Ok(())
}
#[twin]
pub async fn uses() {
    value();
    later();
    later().await;
    result();
    result().await;
}"#,
        &["unused_must_use"],
    );
}

#[test]
fn case_33_names_and_paths_is_reported_as_it_would() {
    same(
        "rustc",
        r#"
#[twin]
pub fn NotSnake(Arg: u8) -> u8 {
    Arg
}
#[deprecated]
pub fn old() {}
#[twin]
#[deprecated = "use another"]
pub fn older() {
    old();
}
#[twin]
pub fn newer() {
    older();
}"#,
        &["non_snake_case", "deprecated"],
    );
}

#[test]
fn case_18_recursion_without_an_end_is_reported_as_it_would() {
    same(
        "rustc",
        r"
#[twin]
pub fn for_ever(n: u8) -> u8 {
    for_ever(n)
}",
        &["unconditional_recursion"],
    );
}

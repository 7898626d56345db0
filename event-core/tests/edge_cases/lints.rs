//! What lints say of a function: 7, 14, 16 and 32. The same as of the twin, at the same place, with the same suggestions.

use super::diagnostics::same;

#[test]
fn case_07_code_that_is_not_reached_is_reported_as_it_would() {
    same(
        "rustc",
        r#"
#[twin]
pub fn unreached() -> u32 {
    return 1;
    2
}
#[twin]
pub async fn unreached_later() -> u32 {
    return 1;
    2
}
#[twin]
pub fn panics(n: String) -> String {
    panic!("now");
    n
}"#,
        &["unreachable_code"],
    );
}

#[test]
fn case_16_unsafe_operations_is_reported_as_it_would() {
    same(
        "rustc",
        r"
#[twin]
pub unsafe fn reads(p: *const u8) -> u8 {
    *p
}
#[twin]
pub fn needless() -> u8 {
    unsafe { 1 }
}
#[twin]
pub fn missing(p: *const u8) -> u8 {
    *p
}",
        &["unused_unsafe", "E0133"],
    );
}

#[test]
fn clippy_speaks_of_returns_as_it_would() {
    same(
        "clippy-driver",
        r"
#[twin]
pub fn needless() -> u8 {
    return 1;
}
#[twin]
pub fn bound() -> u8 {
    let x = 1;
    x
}
#[twin]
pub async fn needless_later() -> u8 {
    return 1;
}
#[twin]
pub async fn bound_later() -> u8 {
    let x = 1;
    x
}",
        &["clippy::needless_return", "clippy::let_and_return"],
    );
}

#[test]
fn clippy_speaks_of_arguments_as_it_would() {
    same(
        "clippy-driver",
        r"
#[twin]
pub fn by_value(v: Vec<u8>, text: String) -> usize {
    v.len() + text.len()
}
#[twin]
pub fn by_reference(n: &u8, v: &Vec<u8>, text: &String) -> usize {
    usize::from(*n) + v.len() + text.len()
}
#[twin]
pub fn many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> u8 {
    a + b + c + d + e + f + g + h
}
#[twin]
pub fn underscored(_x: u8) -> u8 {
    _x
}
#[twin]
pub fn map<V>(m: &std::collections::HashMap<u8, V>) -> usize {
    m.len()
}
#[twin]
pub async fn by_value_later(v: Vec<u8>) -> usize {
    v.len()
}",
        &[
            "clippy::needless_pass_by_value",
            "clippy::ptr_arg",
            "clippy::too_many_arguments",
            "clippy::used_underscore_binding",
        ],
    );
}

#[test]
fn clippy_speaks_of_items_as_it_would() {
    same(
        "clippy-driver",
        r"
#[twin]
pub fn first(v: Vec<u8>) -> Vec<u8> {
    use std::mem::take as taken;
    const M: u8 = 1;
    let mut v = v;
    v.push(M);
    taken(&mut v)
}
#[twin]
pub async fn first_later(v: Vec<u8>) -> Vec<u8> {
    const M: u8 = 1;
    let mut v = v;
    v.push(M);
    v
}
#[twin]
pub fn after() -> u8 {
    let n = 1;
    const M: u8 = 1;
    n + M
}",
        &["clippy::items_after_statements"],
    );
}

#[test]
fn clippy_speaks_of_methods_as_it_would() {
    same(
        "clippy-driver",
        r"
pub struct S(u8);
impl S {
    #[twin]
    pub fn new() -> Self {
        S(1)
    }
    #[twin]
    pub fn unused(&self, n: u8) -> u8 {
        n
    }
    #[twin]
    pub fn to_owned_thing(self) -> u8 {
        self.0
    }
    #[twin]
    pub fn into_thing(&self) -> u8 {
        self.0
    }
    #[twin]
    pub fn next(&mut self) -> Option<u8> {
        Some(self.0)
    }
    #[twin]
    pub fn boxed(self: Box<Self>) -> u8 {
        self.0
    }
}",
        &["clippy::new_without_default", "clippy::should_implement_trait"],
    );
}

#[test]
fn clippy_speaks_of_futures_as_it_would() {
    same(
        "clippy-driver",
        r"
#[twin]
pub async fn needless() -> u8 {
    1
}
#[twin]
pub async fn locked(m: &std::sync::Mutex<u8>) -> u8 {
    let guard = m.lock().unwrap();
    needless().await;
    *guard
}",
        &["clippy::await_holding_lock"],
    );
}

#[test]
fn clippy_speaks_of_expressions_as_it_would() {
    same(
        "clippy-driver",
        r"
#[twin]
pub fn closure() -> u8 {
    (|| 1)()
}
#[twin]
pub fn borrows(text: &str) -> usize {
    closure_of(&text)
}
fn closure_of(text: &str) -> usize {
    text.len()
}
#[twin]
pub fn question(o: Option<u8>) -> Option<u8> {
    if o.is_none() {
        return None;
    }
    let n = o?;
    Some(n)
}
#[twin]
pub fn unit() {
    let x = println!();
    x
}
#[twin]
pub fn semicolon() {
    println!()
}
#[twin]
pub fn clones(text: String) -> String {
    text.clone()
}
#[twin]
pub fn casts(n: u64) -> u8 {
    n as u8
}",
        &[
            "clippy::redundant_closure_call",
            "clippy::needless_borrow",
            "clippy::question_mark",
            "clippy::cast_possible_truncation",
        ],
    );
}

#[test]
fn clippy_speaks_of_signatures_as_it_would() {
    same(
        "clippy-driver",
        r"
#[twin]
pub fn wrapped() -> Result<u8, String> {
    Ok(1)
}
fn private_wrapped(n: u8) -> Option<u8> {
    Some(n)
}
#[twin]
fn attributed_wrapped(n: u8) -> Option<u8> {
    Some(n)
}
#[twin]
pub fn lifetimes<'a>(text: &'a str) -> &'a str {
    text
}
#[twin]
pub fn errors() -> Result<u8, ()> {
    Err(())
}
#[twin]
pub fn panics(o: Option<u8>) -> u8 {
    o.unwrap()
}
#[twin]
pub fn boxed() -> Box<u8> {
    Box::new(1)
}
#[twin]
fn recursive(n: u8, only: u8) -> u8 {
    if n == 0 { 0 } else { recursive(n - 1, only) }
}",
        &[
            "clippy::unnecessary_wraps",
            "clippy::needless_lifetimes",
            "clippy::missing_errors_doc",
        ],
    );
}

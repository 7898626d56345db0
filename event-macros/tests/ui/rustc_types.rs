use event_core::{StepFinished, StepStarted, emits};

struct Engine {
    steps: Vec<u8>,
}

fn takes_two(_: u8, _: u8) {}

fn needs_display(_: impl std::fmt::Display) {}

#[emits(StepStarted, StepFinished)]
fn mismatched() -> String {
    "text"
}

#[emits(StepStarted, StepFinished)]
async fn later_mismatched() -> String {
    "text"
}

#[emits(StepStarted, StepFinished)]
fn mismatched_early(stop: bool) -> u32 {
    if stop {
        return "early";
    }
    1
}

#[emits(StepStarted, StepFinished)]
async fn later_mismatched_early(stop: bool) -> u32 {
    if stop {
        return "early";
    }
    1
}

#[emits(StepStarted, StepFinished)]
fn missing_tail(n: i32) -> i32 {
    n + 1;
}

#[emits(StepStarted, StepFinished)]
async fn later_missing_tail(n: i32) -> i32 {
    n + 1;
}

#[emits(StepStarted, StepFinished)]
fn missing_else(n: i32) -> i32 {
    if n > 0 {
        n
    }
}

#[emits(StepStarted, StepFinished)]
async fn later_missing_else(n: i32) -> i32 {
    if n > 0 {
        n
    }
}

#[emits(StepStarted, StepFinished)]
fn mismatched_ok(text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse::<u32>()?
}

#[emits(StepStarted, StepFinished)]
async fn later_mismatched_ok(text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse::<u32>()?
}

#[emits(StepStarted, StepFinished)]
fn question_mark_of_another_error(text: &str) -> Result<u32, std::fmt::Error> {
    let n: u32 = text.parse()?;
    Ok(n)
}

#[emits(StepStarted, StepFinished)]
async fn later_question_mark_of_another_error(text: &str) -> Result<u32, std::fmt::Error> {
    let n: u32 = text.parse()?;
    Ok(n)
}

#[emits(StepStarted, StepFinished)]
fn question_mark_without_result(text: &str) -> u32 {
    text.parse::<u32>()?
}

#[emits(StepStarted, StepFinished)]
async fn later_question_mark_without_result(text: &str) -> u32 {
    text.parse::<u32>()?
}

#[emits(StepStarted, StepFinished)]
fn no_bound(engine: Engine) {
    needs_display(engine)
}

#[emits(StepStarted, StepFinished)]
async fn later_no_bound(engine: Engine) {
    needs_display(engine)
}

#[emits(StepStarted, StepFinished)]
fn no_bound_on_parameter<T>(value: T) -> T {
    value.clone()
}

#[emits(StepStarted, StepFinished)]
async fn later_no_bound_on_parameter<T>(value: T) -> T {
    value.clone()
}

#[emits(StepStarted, StepFinished)]
fn no_method(engine: &Engine) -> usize {
    engine.stepz() + engine.stepss.len()
}

#[emits(StepStarted, StepFinished)]
async fn later_no_method(engine: &Engine) -> usize {
    engine.stepz() + engine.stepss.len()
}

#[emits(StepStarted, StepFinished)]
fn wrong_arguments() {
    takes_two(1)
}

#[emits(StepStarted, StepFinished)]
async fn later_wrong_arguments() {
    takes_two(1)
}

#[emits(StepStarted, StepFinished)]
fn unknown_type() {
    let _ = Vec::new();
}

#[emits(StepStarted, StepFinished)]
async fn later_unknown_type() {
    let _ = Vec::new();
}

#[emits(StepStarted, StepFinished)]
fn not_awaited() -> u32 {
    let n: u32 = std::future::ready(1u32);
    n
}

#[emits(StepStarted, StepFinished)]
async fn later_not_awaited() -> u32 {
    let n: u32 = std::future::ready(1u32);
    n
}

fn must_send<T: Send>(_: T) {}

#[emits(StepStarted, StepFinished)]
async fn not_send() {
    let held = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(held);
}

fn main() {
    must_send(not_send());
}

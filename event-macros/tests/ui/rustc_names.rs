use event_core::{StepFinished, StepStarted, emits};

#[emits(StepStarted, StepFinished)]
fn unresolved_name(step: u64) -> u64 {
    stepp
}

#[emits(StepStarted, StepFinished)]
async fn later_unresolved_name(step: u64) -> u64 {
    stepp
}

#[emits(StepStarted, StepFinished)]
fn unresolved_import() {
    use std::colections::HashMap;
}

#[emits(StepStarted, StepFinished)]
async fn later_unresolved_import() {
    use std::colections::HashMap;
}

#[emits(StepStarted, StepFinished)]
fn unresolved_path() {
    let _ = HashMapp::<u8, u8>::new();
    let _ = colections::new();
}

#[emits(StepStarted, StepFinished)]
async fn later_unresolved_path() {
    let _ = HashMapp::<u8, u8>::new();
    let _ = colections::new();
}

#[emits(StepStarted, StepFinished)]
fn unresolved_type(value: Strin) -> Optoin<u8> {
    None
}

#[emits(StepStarted, StepFinished)]
async fn later_unresolved_type(value: Strin) -> Optoin<u8> {
    None
}

#[emits(StepStarted, StepFinished)]
fn missing_lifetime(a: &str, b: &str) -> &str {
    a
}

#[emits(StepStarted, StepFinished)]
async fn later_missing_lifetime(a: &str, b: &str) -> &str {
    a
}

#[emits(StepStarted, StepFinished)]
fn unresolved_macro() {
    prinln!("text");
}

#[emits(StepStarted, StepFinished)]
async fn later_unresolved_macro() {
    prinln!("text");
}

#[emits(StepStarted, StepFinished)]
fn break_outside() {
    break;
}

#[emits(StepStarted, StepFinished)]
async fn later_break_outside() {
    break;
}

fn main() {}

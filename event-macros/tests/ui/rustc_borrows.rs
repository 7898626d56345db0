use event_core::{StepFinished, StepStarted, emits};

#[emits(StepStarted, StepFinished)]
fn used_after_move(text: String) -> usize {
    drop(text);
    text.len()
}

#[emits(StepStarted, StepFinished)]
async fn later_used_after_move(text: String) -> usize {
    drop(text);
    text.len()
}

#[emits(StepStarted, StepFinished)]
fn moved_out_of_borrow(text: &String) -> String {
    *text
}

#[emits(StepStarted, StepFinished)]
async fn later_moved_out_of_borrow(text: &String) -> String {
    *text
}

#[emits(StepStarted, StepFinished)]
fn borrowed_twice(mut values: Vec<u8>) {
    let first = &mut values;
    let second = &mut values;
    first.push(1);
    second.push(2);
}

#[emits(StepStarted, StepFinished)]
async fn later_borrowed_twice(mut values: Vec<u8>) {
    let first = &mut values;
    let second = &mut values;
    first.push(1);
    second.push(2);
}

#[emits(StepStarted, StepFinished)]
fn changed_while_borrowed(values: &mut Vec<u8>) {
    for value in values.iter() {
        values.push(*value);
    }
}

#[emits(StepStarted, StepFinished)]
async fn later_changed_while_borrowed(values: &mut Vec<u8>) {
    for value in values.iter() {
        values.push(*value);
    }
}

#[emits(StepStarted, StepFinished)]
fn not_declared_mut(values: Vec<u8>) {
    values.push(1);
}

#[emits(StepStarted, StepFinished)]
async fn later_not_declared_mut(values: Vec<u8>) {
    values.push(1);
}

#[emits(StepStarted, StepFinished)]
fn changed_through_shared(values: &Vec<u8>) {
    values.push(1);
}

#[emits(StepStarted, StepFinished)]
async fn later_changed_through_shared(values: &Vec<u8>) {
    values.push(1);
}

#[emits(StepStarted, StepFinished)]
fn lives_too_short() -> usize {
    let longest;
    {
        let text = String::from("text");
        longest = &text;
    }
    longest.len()
}

#[emits(StepStarted, StepFinished)]
async fn later_lives_too_short() -> usize {
    let longest;
    {
        let text = String::from("text");
        longest = &text;
    }
    longest.len()
}

#[emits(StepStarted, StepFinished)]
fn returns_local<'a>() -> &'a str {
    let text = String::from("text");
    &text
}

#[emits(StepStarted, StepFinished)]
async fn later_returns_local<'a>() -> &'a str {
    let text = String::from("text");
    &text
}

#[emits(StepStarted, StepFinished)]
fn returns_argument<'a>(text: String) -> &'a str {
    text.as_str()
}

#[emits(StepStarted, StepFinished)]
async fn later_returns_argument<'a>(text: String) -> &'a str {
    text.as_str()
}

#[emits(StepStarted, StepFinished)]
fn lifetime_too_short<'a>(a: &'a str, b: &str) -> &'a str {
    if a.is_empty() { b } else { a }
}

#[emits(StepStarted, StepFinished)]
async fn later_lifetime_too_short<'a>(a: &'a str, b: &str) -> &'a str {
    if a.is_empty() { b } else { a }
}

#[emits(StepStarted, StepFinished)]
fn uninitialised() -> u8 {
    let n: u8;
    n
}

#[emits(StepStarted, StepFinished)]
async fn later_uninitialised() -> u8 {
    let n: u8;
    n
}

#[emits(StepStarted, StepFinished)]
fn not_static(text: &str) {
    std::thread::spawn(move || text.len());
}

#[emits(StepStarted, StepFinished)]
async fn later_not_static(text: &str) {
    std::thread::spawn(move || text.len());
}

fn main() {}

use event_core::{StepFinished, StepStarted, emits};

struct Plain {
    code: u8,
}

#[derive(serde::Serialize)]
struct Failed {
    code: u8,
}

#[emits(StepStarted, StepFinished, when = 1)]
fn number() {}

#[emits(StepStarted, when = "yes")]
fn text() {}

#[emits(StepStarted, StepFinished, err = |e| Failed { code: *e })]
fn no_result() -> u8 {
    1
}

#[emits(StepStarted, StepFinished, err = |e| Plain { code: *e })]
fn no_fields() -> Result<(), u8> {
    Ok(())
}

#[emits(StepStarted, StepFinished, err = |e| Failed { codes: *e })]
fn misspelt() -> Result<(), u8> {
    Ok(())
}

#[emits(StepStarted, StepFinished, err = |e| Failed { code: e.errno() })]
fn no_such_method() -> Result<(), u8> {
    Ok(())
}

#[emits(StepStarted, StepFinished, err = |e| Failed { code: *e })]
async fn wrong_value() -> Result<(), u16> {
    Ok(())
}

fn main() {}

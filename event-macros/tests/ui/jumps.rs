use event_core::{StepFinished, StepStarted, emits};

#[emits(StepStarted { step: "1".parse()?, ..Default::default() }, StepFinished)]
fn question_mark() -> Result<(), std::num::ParseIntError> {
    Ok(())
}

#[emits(StepStarted { step: return, ..Default::default() }, StepFinished)]
fn returning() {}

#[emits(StepStarted { step: std::future::ready(1).await, ..Default::default() }, StepFinished)]
async fn waiting() {}

fn main() {
    let _ = question_mark();
    returning();
    let _ = waiting();
}

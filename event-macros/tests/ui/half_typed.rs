use event_core::{StepFinished, StepStarted, emits};

#[emits(StepStarted, StepFinished)]
fn half_typed(values: &[u8]) -> usize {
    let length = values.
}

fn main() {}

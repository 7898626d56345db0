use event_core::{StepStarted, emits};

#[emits(StepStarted, StepFinishd)]
fn run() {}

fn main() {
    run();
}

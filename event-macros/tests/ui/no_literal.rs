use event_core::{StepFinished, StepStarted, emits};

#[emits(make_start(), StepFinished)]
fn call_as_start() {}

#[emits(|out| StepStarted { step: 1 }, StepFinished)]
fn closure_as_start() {}

#[emits(StepStarted, StepFinished { result_summary: None })]
fn literal_as_finish() {}

#[emits(StepStarted, |out| { StepFinished { result_summary: None } })]
fn block_in_finish() {}

#[emits(StepStarted, |out, more| StepFinished { result_summary: None })]
fn two_parameters() {}

#[emits(StepStarted, move |out| StepFinished { result_summary: None })]
fn moved() {}

#[emits(StepStarted, async |out| StepFinished { result_summary: None })]
fn asynchronous() {}

fn main() {
    call_as_start();
    closure_as_start();
    literal_as_finish();
    block_in_finish();
    two_parameters();
    moved();
    asynchronous();
}

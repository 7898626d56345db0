use event_core::{StepFinished, StepStarted, emits};

#[emits(StepStarted { step: }, StepFinished)]
fn half_typed_field() {}

#[emits(StepStarted { step: text. }, StepFinished)]
fn half_typed_expression(text: &str) {}

#[emits(StepStarted, |out| )]
fn half_typed_finish() {}

#[emits(StepStarted, |out| StepFinished { result_summary: Some(out.) , ..Default::default() })]
fn half_typed_value() {}

#[emits(StepStarted, StepFinished, )]
fn trailing_comma_is_fine() {}

fn main() {
    half_typed_field();
    half_typed_expression("");
    half_typed_finish();
    half_typed_value();
    trailing_comma_is_fine();
}

use event_core::{Event, StepStarted, emits};

#[derive(Event, serde::Serialize)]
struct Measured<T> {
    value: T,
}

// The type of a finished event is known before there is a value of it: `Measured::<u32> { … }`.
#[emits(StepStarted, |out| Measured { value: *out })]
fn without_arguments() -> u32 {
    1
}

// A started event's is inferred.
#[emits(Measured { value: 1 }, |out| Measured::<u32> { value: *out })]
fn with_arguments() -> u32 {
    1
}

fn main() {
    without_arguments();
    with_arguments();
}

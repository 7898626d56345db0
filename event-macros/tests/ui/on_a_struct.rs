use event_core::emits;

#[emits(StepStarted, StepFinished)]
struct NotAFunction {
    step: u64,
}

fn main() {
    // The item is still there.
    let _ = NotAFunction { step: 1 }.step;
}

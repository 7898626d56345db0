//! Built with `panic=abort`, 20: a panic ends the process. What was published before is in the log, a finished event is
//! not.

use event_core::{StepFinished, StepStarted, emits};

#[emits(StepStarted, StepFinished)]
fn panics() {
    panic!("the end");
}

fn main() {
    let _events = event_core::EventBus::memory().install();
    panics();
}

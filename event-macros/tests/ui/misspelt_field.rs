use event_core::{StepFinished, StepStarted, emits};

#[emits(StepStarted { stepp: 1, ..Default::default() }, |out| StepFinished { summary: Some(out), ..Default::default() })]
fn run() -> String {
    String::new()
}

fn main() {
    run();
}

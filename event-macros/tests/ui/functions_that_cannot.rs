use event_core::{StepFinished, StepStarted, emits};

#[emits(StepStarted, StepFinished)]
const fn constant() -> u8 {
    1
}

trait Work {
    #[emits(StepStarted, StepFinished)]
    fn without_body();
}

#[emits(StepStarted, |out| StepFinished { result_summary: None, truncated: Some(*out) })]
#[track_caller]
fn tracked() -> bool {
    true
}

fn main() {
    constant();
    tracked();
}

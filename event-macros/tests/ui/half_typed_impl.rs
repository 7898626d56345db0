use event_core::{StepFinished, StepStarted, emits};

struct Engine {
    steps: Vec<u8>,
}

#[emits]
impl Engine {
    #[emits(StepStarted, StepFinished)]
    fn half_typed(&self) -> usize {
        self.steps.
    }

    #[emits(StepStarted { step: self. }, StepFinished)]
    fn half_typed_start(&self) {}

    #[emits(StepStarted, StepFinished)]
    fn whole(&self) {}
}

fn main() {
    let engine = Engine { steps: Vec::new() };
    engine.half_typed();
    engine.half_typed_start();
    engine.whole();
}

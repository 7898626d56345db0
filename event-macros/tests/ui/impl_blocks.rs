use event_core::{StepFinished, StepStarted, emits};

struct Engine;

#[emits(StepStarted, StepFinished)]
impl Engine {
    fn call_to_follow(&self) {}
}

#[emits(when = true)]
impl Engine {
    fn nobody_watched(&self) {}
}

#[emits(wehn = true)]
impl Engine {
    #[emits(StepStarted, StepFinished)]
    fn still_there(&self) {}
}

#[emits]
impl Engine {
    #[emits]
    fn without_event(&self) {}

    #[emits(StepStarted, StepFinished)]
    const fn constant(&self) {}

    #[emits = "StepStarted"]
    fn named(&self) {}
}

fn main() {
    Engine.call_to_follow();
    Engine.nobody_watched();
    Engine.still_there();
    Engine.without_event();
    Engine.constant();
    Engine.named();
}

use event_core::{StepFinished, StepStarted, emits};

struct Engine;

#[derive(serde::Serialize)]
struct Failed {
    code: u8,
}

#[emits(err = |e| Failed { code: *e })]
impl Engine {
    #[emits(StepStarted, StepFinished)]
    fn has_no_error(&self) -> u8 {
        1
    }

    #[emits(StepStarted, StepFinished)]
    fn has_another_error(&self) -> Result<(), u16> {
        Ok(())
    }

    #[emits(StepStarted, StepFinished)]
    fn surely_has_none(&self) {}
}

#[emits(when = self.loud)]
impl Engine {
    #[emits(StepStarted, StepFinished)]
    fn without_self() {}
}

fn main() {}

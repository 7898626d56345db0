use event_core::{StepFinished, StepStarted, emits};

#[derive(serde::Serialize)]
struct Failed {
    code: u8,
}

#[emits(StepStarted, StepFinished, wehn = true)]
fn misspelt() {}

#[emits(StepStarted, StepFinished, fields = true)]
fn of_another_library() {}

#[emits(StepStarted, StepFinished, StepStarted)]
fn third_event() {}

#[emits(when = true, StepStarted)]
fn in_front() {}

#[emits(StepStarted, when = true, when = false)]
fn repeated() {}

#[emits(StepStarted, when)]
fn without_value() {}

#[emits(StepStarted, when = )]
fn half_typed() {}

#[emits(StepStarted, when = true StepFinished)]
fn without_comma() {}

#[emits(StepStarted, err = |e| Failed { code: 1 })]
fn err_without_finish() -> Result<(), u8> {
    Ok(())
}

#[emits(StepStarted, StepFinished, err = Failed { code: 1 })]
fn err_without_closure() -> Result<(), u8> {
    Ok(())
}

#[emits(StepStarted, StepFinished, err = |a, b| Failed { code: 1 })]
fn err_of_two() -> Result<(), u8> {
    Ok(())
}

#[emits(StepStarted, StepFinished, err = move |e| Failed { code: 1 })]
fn err_that_moves() -> Result<(), u8> {
    Ok(())
}

#[emits(StepStarted, StepFinished, err = async |e| Failed { code: 1 })]
fn err_that_waits() -> Result<(), u8> {
    Ok(())
}

#[emits(StepStarted, StepFinished, err = |e| Failed { code: (*e)? })]
fn err_that_leaves() -> Result<(), u8> {
    Ok(())
}

#[emits(StepStarted, StepFinished, err = |_| Failed { code: 1 })]
#[track_caller]
fn err_unseen() -> Result<(), u8> {
    Ok(())
}

#[emits(StepStarted, StepFinished, when = |step| step > 0)]
fn when_as_closure() {}

#[emits(StepStarted, StepFinished, when = { return; })]
fn when_that_leaves() {}

#[emits(StepStarted, StepFinished, when = { loop { if true { break } continue } 'a: { break 'a } true })]
fn when_that_stays() {}

#[emits(StepStarted, StepFinished, when = let Some(_) = None::<u8>)]
fn when_let() {}

#[emits(StepStarted, StepFinished, crate = event_core)]
fn relative() {}

#[emits(StepStarted, StepFinished, crate = "event_core")]
fn quoted() {}

fn main() {
    misspelt();
    when_that_stays();
}

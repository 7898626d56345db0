//! The smallest agent to watch: two annotated functions in one run, and the bridge in one line. Start it with
//! `cargo run -p examples --bin quickstart` and open the address it prints.

use std::{error::Error, thread, time::Duration};

use event_core::{
    LlmCallCompleted, LlmCallStarted, RunFinished, RunStarted, Span, StepFinished, StepStarted, emits, hash,
};

#[emits(
    LlmCallStarted { agent_class: "Greeter", model: "echo", prompt_hash: &hash(prompt), ..Default::default() },
    |answer| LlmCallCompleted { truncated_result: Some(answer), ..Default::default() }
)]
fn ask_model(prompt: &str) -> String {
    thread::sleep(Duration::from_millis(400));
    format!("You said: {prompt}")
}

#[emits(
    StepStarted { step, node_id: "greeting", root_id: "greeting", ..Default::default() },
    |answer| StepFinished { result_summary: Some(answer), ..Default::default() }
)]
fn run_step(step: u64) -> Result<String, std::num::ParseIntError> {
    if step % 5 == 4 {
        "five".parse::<u8>()?; // every fifth step fails, to be seen
    }
    Ok(ask_model(&format!("hello number {step}")))
}

fn main() -> Result<(), Box<dyn Error>> {
    let bridge = event_bridge::spawn()?;
    println!("watch at {} (Ctrl-C ends)", bridge.url());
    let run = RunStarted {
        name: "quickstart",
        ..Default::default()
    };
    Span::start::<RunFinished>(&run).run(|| (0..1000).for_each(|step| drop(run_step(step))));
    Ok(())
}

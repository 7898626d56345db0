//! The smallest agent to watch, by `cargo run -p examples --bin quickstart`.

use std::{thread, time::Duration};

use event_core::{LlmCallCompleted, LlmCallStarted, RunFinished, RunStarted, emits, hash};

#[emits(
    LlmCallStarted { agent_class: "Greeter", model: "echo", prompt_hash: &hash(prompt), ..Default::default() },
    |answer| LlmCallCompleted { truncated_result: Some(answer), ..Default::default() }
)]
fn ask_model(prompt: &str) -> Result<String, String> {
    thread::sleep(Duration::from_millis(400));
    match prompt.strip_prefix("hello") {
        Some(name) => Ok(format!("hello yourself,{name}")),
        None => Err(format!("{prompt:?} is no greeting")),
    }
}

#[emits(RunStarted { name: "quickstart", ..Default::default() }, RunFinished)]
fn run(people: u32) {
    for n in 0..people {
        let greeting = if n % 5 == 4 { "go away" } else { "hello" };
        drop(ask_model(&format!("{greeting} number {n}")));
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bridge = event_bridge::spawn()?; // on Redis if REDIS_URL is set, else in memory
    println!("watch at {} (Ctrl-C ends)", bridge.url());
    run(1000);
    Ok(())
}

//! An answer that comes piece by piece. The attribute on a function that returns a stream follows it to its end, with
//! `items` and `time_to_first`; a reader that has enough and drops the stream is told apart (`cancelled`).
//!
//! `cargo run -p examples --bin streaming_answer`

use std::time::Duration;

use event_core::{LlmCallCompleted, LlmCallStarted, emits, hash};
use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::time::sleep;

#[emits(
    LlmCallStarted { agent_class: "Chat", model: "echo-stream", prompt_hash: &hash(prompt), ..Default::default() },
    LlmCallCompleted
)]
fn answer(prompt: &str) -> impl Stream<Item = String> + use<> {
    let words: Vec<String> = prompt.split_whitespace().map(|word| format!("{word} ")).collect();
    stream::iter(words).then(|word| async {
        sleep(Duration::from_millis(150)).await;
        word
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bridge = event_bridge::spawn()?;
    println!("watch at {}", bridge.url());
    let mut whole = Box::pin(answer("what is said slowly is heard well"));
    while let Some(word) = whole.next().await {
        print!("{word}");
    }
    println!();
    let first: Vec<String> = answer("only the first three of these words are read")
        .take(3)
        .collect()
        .await;
    println!("{}…", first.concat());
    println!("Ctrl-C ends");
    tokio::signal::ctrl_c().await?;
    Ok(())
}

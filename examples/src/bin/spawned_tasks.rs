//! What is started elsewhere, in a task, on a blocking thread or on a thread, belongs to the call that started it: if
//! the context goes along. It does so by one word at the place of the spawning.
//!
//! `cargo run -p examples --bin spawned_tasks` prints the tree of calls.

use event_core::testing::Capture;
use event_core::{Context, RunFinished, RunStarted, ToolInvoked, ToolReturned, emits};
use tokio::task::{JoinSet, spawn_blocking};

#[emits(
    ToolInvoked { tool_name: "fetcher", api_name: page, args_hash: &event_core::hash(page), ..Default::default() },
    |length| ToolReturned { success: *length > 0, ..Default::default() }
)]
async fn fetch(page: &str) -> usize {
    tokio::task::yield_now().await;
    page.len()
}

#[emits(
    ToolInvoked { tool_name: "parser", api_name: page, args_hash: &event_core::hash(page), ..Default::default() },
    ToolReturned
)]
fn parse(page: &str) -> usize {
    page.split('/').count()
}

#[emits(RunStarted { name: "spawned tasks", ..Default::default() }, RunFinished)]
async fn run() -> Result<usize, tokio::task::JoinError> {
    let here = Context::current();
    let mut tasks = JoinSet::new();
    for page in ["news/today", "news/yesterday"] {
        // A future: wrapped.
        tasks.spawn(here.clone().wrap(fetch(page)));
    }
    let fetched: usize = tasks.join_all().await.into_iter().sum();
    // A closure, on a pool or a thread of one's own: run inside.
    let parsed = spawn_blocking(move || here.run(|| parse("news/today"))).await?;
    Ok(fetched + parsed)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The capture of tests shows a tree without a browser; in a program of yours: event_bridge::spawn().
    let capture = Capture::start();
    Context::current().with_bus(capture.bus().clone()).wrap(run()).await?;
    print!("{}", capture.events().tree());
    Ok(())
}

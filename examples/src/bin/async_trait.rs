//! Tools behind `#[async_trait]`, as many agents have them: the attribute goes on the method of the implementation, above
//! or below, and follows the boxed future that the other attribute makes of it.
//!
//! `cargo run -p examples --bin async_trait` prints the tree of calls.

use async_trait::async_trait;
use event_core::testing::Capture;
use event_core::{RunFinished, RunStarted, ToolInvoked, ToolReturned, emits, hash};

#[async_trait]
trait Tool: Send + Sync {
    async fn call(&self, question: &str) -> Result<String, String>;
}

struct Dice;
struct Oracle;

#[async_trait]
impl Tool for Dice {
    #[emits(
        ToolInvoked { tool_name: "dice", api_name: "roll", args_hash: &hash(question), ..Default::default() },
        |answer| ToolReturned { success: true, result_summary: Some(answer), ..Default::default() }
    )]
    async fn call(&self, question: &str) -> Result<String, String> {
        Ok(format!("{} for {question:?}", question.len() % 6 + 1))
    }
}

#[async_trait]
impl Tool for Oracle {
    #[emits(
        ToolInvoked { tool_name: "oracle", api_name: "ask", args_hash: &hash(question), ..Default::default() },
        ToolReturned
    )]
    async fn call(&self, question: &str) -> Result<String, String> {
        Err(format!("the oracle is silent about {question:?}"))
    }
}

#[emits(RunStarted { name: "tools", ..Default::default() }, RunFinished)]
async fn ask_all(tools: &[Box<dyn Tool>], question: &str) {
    for tool in tools {
        match tool.call(question).await {
            Ok(answer) => println!("{answer}"),
            Err(reason) => println!("failed: {reason}"),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let capture = Capture::start();
    ask_all(&[Box::new(Dice), Box::new(Oracle)], "will it rain?").await;
    print!("{}", capture.events().tree());
}

//! An agent whose calls are real: what it publishes went through the attribute, a bus and a log.

use std::sync::Arc;
use std::time::Duration;

use event_core::log::Log;
use event_core::{
    EventBus, LlmCallCompleted, LlmCallStarted, NodeStatusChanged, RunFinished, RunStarted, StepFinished, StepStarted,
    emits,
};

/// Runs an agent of two steps on `log`, a call of a model in each; the last one fails if `fails`.
pub(crate) async fn run(log: Arc<dyn Log>, fails: bool) {
    let work = move || {
        let bus = EventBus::builder().build(log);
        let installed = bus.clone().install_for_thread();
        assert_eq!(agent(fails).is_err(), fails);
        drop(installed);
        assert_eq!(bus.flush(Duration::from_secs(10)), 0);
    };
    tokio::task::spawn_blocking(work).await.unwrap();
}

#[emits(
    RunStarted { name: "greeter", ..Default::default() },
    |_| RunFinished { total_steps: Some(2), total_llm_calls: Some(2), ..Default::default() }
)]
fn agent(fails: bool) -> Result<(), String> {
    step(0, "OPEN", false)?;
    step(1, "DONE", fails)
}

#[emits(StepStarted { step, node_id: "n1", root_id: "n1", ..Default::default() }, StepFinished)]
fn step(step: u64, status: &str, fails: bool) -> Result<(), String> {
    let old_status = if step == 0 { "NEW" } else { "OPEN" };
    let change = NodeStatusChanged {
        node_id: "n1",
        old_status,
        new_status: status,
        ..Default::default()
    };
    event_core::Event::publish(&change);
    call(fails).map(drop)
}

#[emits(
    LlmCallStarted { agent_class: "Greeter", model: "echo", prompt_hash: "sha256:0", ..Default::default() },
    |answer| LlmCallCompleted { truncated_result: Some(answer), ..Default::default() }
)]
fn call(fails: bool) -> Result<String, String> {
    if fails {
        Err("the model is tired".to_owned())
    } else {
        Ok("hello".to_owned())
    }
}

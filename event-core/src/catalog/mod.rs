//! The types of events we ship: an agent's run, its steps and nodes, its calls of models and tools. Owns their names
//! and fields, which are a contract; how they are published is not its business.
//!
//! Types borrow, and have a `Default`: end a literal in `..Default::default()` where it leaves out optional fields.

mod normalize;
#[cfg(test)]
mod typescript;
mod wrappers;

use event_macros::Event;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::normalize::{ALIASES, Alias, normalize};
pub use self::wrappers::*;
use crate::ids;

/// A step of the engine begins. Everything inside inherits `step`, `node_id` and `root_id`.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct StepStarted<'a> {
    /// Counts from 0 within a run.
    #[event(scope)]
    pub step: u64,
    /// The node that the step works on.
    #[event(scope)]
    pub node_id: &'a str,
    /// The root of the node's tree.
    #[event(scope)]
    pub root_id: &'a str,
    /// What is done to the node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_name: Option<&'a str>,
    /// What the node is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<&'a str>,
    /// Depth of the node, the root being 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<u32>,
}

/// A step is over.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct StepFinished<'a> {
    /// What came out, cut to a readable length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_summary: Option<&'a str>,
    /// The summary was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<bool>,
}

/// A node has another status than before.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[event(name = "node_status_change")]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct NodeStatusChanged<'a> {
    /// The node.
    pub node_id: &'a str,
    /// The status before.
    pub old_status: &'a str,
    /// The status now.
    pub new_status: &'a str,
    /// Depth of the node, the root being 0.
    pub layer: u32,
    /// The nodes it depends on.
    pub parents: &'a [String],
    /// What made it change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'a str>,
    /// Kind of work: `write`, `think`, `search`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_type: Option<&'a str>,
    /// What the node is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<&'a str>,
}

/// A model is about to be called.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct LlmCallStarted<'a> {
    /// The part of the agent that calls.
    pub agent_class: &'a str,
    /// The model asked for.
    pub model: &'a str,
    /// [`crate::hash()`] of the prompt.
    pub prompt_hash: &'a str,
    /// The start of the prompt, if it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_preview: Option<&'a str>,
}

/// A model has answered, and the answer was understood.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct LlmCallCompleted<'a> {
    /// Tokens of all attempts together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_usage: Option<TokenUsage>,
    /// The tokens are an estimate, not the provider's count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated: Option<bool>,
    /// In US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_estimate: Option<f64>,
    /// The start of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated_result: Option<&'a str>,
    /// The answer was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<bool>,
    /// Requests it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// The answer came from a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached: Option<bool>,
    /// Seconds from the request to the first piece of an answer that came in pieces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_first: Option<f64>,
}

/// Tokens of a model's call, or of many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct TokenUsage {
    /// Tokens sent.
    pub prompt_tokens: u64,
    /// Tokens received.
    pub completion_tokens: u64,
    /// Both.
    pub total_tokens: u64,
}

/// A tool is about to be called.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct ToolInvoked<'a> {
    /// The tool.
    pub tool_name: &'a str,
    /// Which of its functions.
    pub api_name: &'a str,
    /// [`crate::hash_json`] of the arguments, or [`crate::hash()`] of their text.
    pub args_hash: &'a str,
    /// The start of the arguments, if they may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args_preview: Option<&'a str>,
}

/// A tool has returned. Its duration is also under `latency`.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[event(duration = "latency")]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct ToolReturned<'a> {
    /// It did what it was asked for.
    pub success: bool,
    /// The tool's own word for how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'a str>,
    /// What came out, cut to a readable length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_summary: Option<&'a str>,
    /// The summary was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<bool>,
    /// What went wrong, of a tool that fails by value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a str>,
}

/// A round of searching is over, its pages read and summarised. Its duration is also under `time_spent`.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[event(name = "search_completed", duration = "time_spent")]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct SearchRoundCompleted<'a> {
    /// What was searched for.
    pub query_terms: &'a [String],
    /// Pages found.
    pub page_count: u32,
    /// Pages used.
    pub selected_count: u32,
    /// The result came from a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached: Option<bool>,
}

/// A run begins: for the agent's main function.
#[derive(Debug, Clone, Event, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct RunStarted<'a> {
    /// What runs.
    pub name: &'a str,
    /// What it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<&'a str>,
    /// How it was set up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(type = "unknown"))]
    pub config: Option<Value>,
    /// This process.
    pub producer_id: &'a str,
}

impl Default for RunStarted<'_> {
    /// Of this process.
    fn default() -> Self {
        Self {
            name: "",
            question: None,
            config: None,
            producer_id: ids::producer_id(),
        }
    }
}

/// A run is over.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct RunFinished {
    /// Steps taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_steps: Option<u64>,
    /// Nodes created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_nodes: Option<u64>,
    /// Calls of models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_llm_calls: Option<u64>,
    /// Calls of tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_tool_calls: Option<u64>,
    /// In US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_cost: Option<f64>,
    /// Tokens of all calls together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_usage: Option<TokenUsage>,
}

/// A node was added to the tree.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct NodeCreated<'a> {
    /// Unique in the tree.
    pub node_id: &'a str,
    /// The planner's number for it, such as `3.2`; not unique.
    pub nid: &'a str,
    /// `PLAN_NODE` or `EXECUTE_NODE`.
    pub node_type: &'a str,
    /// Kind of work: `write`, `think`, `search`, …
    pub task_type: &'a str,
    /// What it is for.
    pub task_goal: &'a str,
    /// Depth, the root being 0.
    pub layer: u32,
    /// The node around it; none for the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outer_node_id: Option<&'a str>,
    /// The nodes it depends on.
    pub parents: &'a [String],
    /// Its first status.
    pub status: &'a str,
}

/// A node has been given a plan.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct PlanReceived<'a> {
    /// The node.
    pub node_id: &'a str,
    /// The plan, as it came.
    #[cfg_attr(test, ts(type = "unknown"))]
    pub plan: Value,
}

/// A node has a result.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct NodeResultAvailable<'a> {
    /// The node.
    pub node_id: &'a str,
    /// What made the result.
    pub action_name: &'a str,
    /// The result, cut to a readable length.
    pub result_summary: &'a str,
    /// The summary was cut.
    pub truncated: bool,
}

/// Events were lost before they reached the log.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct EventsDropped<'a> {
    /// How many.
    pub count: u64,
    /// Timestamp of the first of them; where nobody can read it any more, of an event before them.
    pub first_ts: &'a str,
    /// Timestamp of the last of them; where nobody can read it any more, of an event behind them.
    pub last_ts: &'a str,
    /// Why: `queue_full`, `refused` (by the log, for good), `spool_damaged`, or `spool_unreadable` (then the next start may
    /// bring them yet).
    pub reason: &'a str,
}

/// What a bus counts; see [`crate::Stats`].
#[derive(Debug, Clone, Default, Event, Serialize)]
pub struct BusStats {
    /// The counters.
    #[serde(flatten)]
    pub counters: crate::Stats,
}

/// A process with open spans lives.
#[derive(Debug, Clone, Default, Event, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct ProducerAlive<'a> {
    /// The process.
    pub producer_id: &'a str,
    /// Spans that are not finished.
    pub open_spans: u64,
    /// Runs that are not finished.
    pub open_runs: u64,
}

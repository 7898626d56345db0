//! One function for each of the guide's events, for callers who want no struct: the required fields in the order of
//! the table, published as a point event.

use super::{
    LlmCallCompleted, LlmCallStarted, NodeStatusChanged, SearchRoundCompleted, StepFinished, StepStarted, TokenUsage,
    ToolInvoked, ToolReturned,
};
use crate::Event;

/// Publishes a [`StepStarted`].
pub fn step_started(step: u64, node_id: &str, root_id: &str) {
    StepStarted {
        step,
        node_id,
        root_id,
        ..Default::default()
    }
    .publish();
}

/// Publishes a [`StepFinished`].
pub fn step_finished(result_summary: Option<&str>) {
    StepFinished {
        result_summary,
        ..Default::default()
    }
    .publish();
}

/// Publishes a [`NodeStatusChanged`].
pub fn node_status_changed(node_id: &str, old_status: &str, new_status: &str, layer: u32, parents: &[String]) {
    NodeStatusChanged {
        node_id,
        old_status,
        new_status,
        layer,
        parents,
        ..Default::default()
    }
    .publish();
}

/// Publishes an [`LlmCallStarted`].
pub fn llm_call_started(agent_class: &str, model: &str, prompt_hash: &str) {
    LlmCallStarted {
        agent_class,
        model,
        prompt_hash,
        ..Default::default()
    }
    .publish();
}

/// Publishes an [`LlmCallCompleted`].
pub fn llm_call_completed(token_usage: TokenUsage, cost_estimate: f64, truncated_result: &str) {
    LlmCallCompleted {
        token_usage: Some(token_usage),
        cost_estimate: Some(cost_estimate),
        truncated_result: Some(truncated_result),
        ..Default::default()
    }
    .publish();
}

/// Publishes a [`ToolInvoked`].
pub fn tool_invoked(tool_name: &str, api_name: &str, args_hash: &str) {
    ToolInvoked {
        tool_name,
        api_name,
        args_hash,
        ..Default::default()
    }
    .publish();
}

/// Publishes a [`ToolReturned`].
pub fn tool_returned(success: bool, state: &str) {
    ToolReturned {
        success,
        state: Some(state),
        ..Default::default()
    }
    .publish();
}

/// Publishes a [`SearchRoundCompleted`].
pub fn search_completed(query_terms: &[String], page_count: u32, selected_count: u32) {
    SearchRoundCompleted {
        query_terms,
        page_count,
        selected_count,
        cached: None,
    }
    .publish();
}

// Generated from event-core (catalog::normalize). Do not edit.

export const ALIASES: readonly {
  readonly types: readonly string[];
  readonly alias: string;
  readonly canonical: string;
}[] = [
  {
    types: ["step_started", "step_finished", "node_status_change", "llm_call_started", "llm_call_completed", "tool_invoked", "tool_returned", "search_completed"],
    alias: "node",
    canonical: "node_id",
  },
  {
    types: ["step_started", "step_finished"],
    alias: "root",
    canonical: "root_id",
  },
  {
    types: ["node_status_change"],
    alias: "old",
    canonical: "old_status",
  },
  {
    types: ["node_status_change"],
    alias: "new",
    canonical: "new_status",
  },
  {
    types: ["llm_call_started", "llm_call_completed"],
    alias: "agent",
    canonical: "agent_class",
  },
  {
    types: ["llm_call_started", "llm_call_completed"],
    alias: "prompt_sha",
    canonical: "prompt_hash",
  },
  {
    types: ["llm_call_completed"],
    alias: "tokens",
    canonical: "token_usage.total_tokens",
  },
  {
    types: ["llm_call_completed"],
    alias: "extract",
    canonical: "truncated_result",
  },
  {
    types: ["tool_invoked", "tool_returned"],
    alias: "tool",
    canonical: "tool_name",
  },
  {
    types: ["tool_invoked", "tool_returned"],
    alias: "api",
    canonical: "api_name",
  },
  {
    types: ["step_finished", "llm_call_completed", "tool_returned", "search_completed"],
    alias: "exception",
    canonical: "error",
  },
  {
    types: ["tool_returned"],
    alias: "latency",
    canonical: "duration",
  },
  {
    types: ["search_completed"],
    alias: "time_spent",
    canonical: "duration",
  },
];

// Generated from event-core (catalog). Do not edit.

export type TokenUsage = {
  /** Tokens sent. */
  readonly prompt_tokens: number;
  /** Tokens received. */
  readonly completion_tokens: number;
  /** Both. */
  readonly total_tokens: number;
};

export type StepStarted = {
  /** Counts from 0 within a run. */
  readonly step: number;
  /** The node that the step works on. */
  readonly node_id: string;
  /** The root of the node's tree. */
  readonly root_id: string;
  /** What is done to the node. */
  readonly action_name?: string;
  /** What the node is for. */
  readonly goal?: string;
  /** Depth of the node, the root being 0. */
  readonly layer?: number;
};

export type StepFinished = {
  /** What came out, cut to a readable length. */
  readonly result_summary?: string;
  /** The summary was cut. */
  readonly truncated?: boolean;
};

export type NodeStatusChanged = {
  /** The node. */
  readonly node_id: string;
  /** The status before. */
  readonly old_status: string;
  /** The status now. */
  readonly new_status: string;
  /** Depth of the node, the root being 0. */
  readonly layer: number;
  /** The nodes it depends on. */
  readonly parents: Array<string>;
  /** What made it change. */
  readonly cause?: string;
  /** Kind of work: `write`, `think`, `search`, … */
  readonly task_type?: string;
  /** What the node is for. */
  readonly goal?: string;
};

export type LlmCallStarted = {
  /** The part of the agent that calls. */
  readonly agent_class: string;
  /** The model asked for. */
  readonly model: string;
  /** [`crate::hash()`] of the prompt. */
  readonly prompt_hash: string;
  /** The start of the prompt, if it may be shown. */
  readonly prompt_preview?: string;
};

export type LlmCallCompleted = {
  /** Tokens of all attempts together. */
  readonly token_usage?: TokenUsage;
  /** The tokens are an estimate, not the provider's count. */
  readonly estimated?: boolean;
  /** In US dollars. */
  readonly cost_estimate?: number;
  /** The start of the answer. */
  readonly truncated_result?: string;
  /** The answer was cut. */
  readonly truncated?: boolean;
  /** Requests it took. */
  readonly attempts?: number;
  /** The answer came from a cache. */
  readonly cached?: boolean;
  /** Seconds from the request to the first piece of an answer that came in pieces. */
  readonly time_to_first?: number;
};

export type ToolInvoked = {
  /** The tool. */
  readonly tool_name: string;
  /** Which of its functions. */
  readonly api_name: string;
  /** [`crate::hash_json`] of the arguments, or [`crate::hash()`] of their text. */
  readonly args_hash: string;
  /** The start of the arguments, if they may be shown. */
  readonly args_preview?: string;
};

export type ToolReturned = {
  /** It did what it was asked for. */
  readonly success: boolean;
  /** The tool's own word for how it ended. */
  readonly state?: string;
  /** What came out, cut to a readable length. */
  readonly result_summary?: string;
  /** The summary was cut. */
  readonly truncated?: boolean;
  /** What went wrong, of a tool that fails by value. */
  readonly error?: string;
};

export type SearchRoundCompleted = {
  /** What was searched for. */
  readonly query_terms: Array<string>;
  /** Pages found. */
  readonly page_count: number;
  /** Pages used. */
  readonly selected_count: number;
  /** The result came from a cache. */
  readonly cached?: boolean;
};

export type RunStarted = {
  /** What runs. */
  readonly name: string;
  /** What it was asked. */
  readonly question?: string;
  /** How it was set up. */
  readonly config: unknown;
  /** This process. */
  readonly producer_id: string;
};

export type RunFinished = {
  /** Steps taken. */
  readonly total_steps?: number;
  /** Nodes created. */
  readonly total_nodes?: number;
  /** Calls of models. */
  readonly total_llm_calls?: number;
  /** Calls of tools. */
  readonly total_tool_calls?: number;
  /** In US dollars. */
  readonly total_cost?: number;
  /** Tokens of all calls together. */
  readonly token_usage?: TokenUsage;
};

export type NodeCreated = {
  /** Unique in the tree. */
  readonly node_id: string;
  /** The planner's number for it, such as `3.2`; not unique. */
  readonly nid: string;
  /** `PLAN_NODE` or `EXECUTE_NODE`. */
  readonly node_type: string;
  /** Kind of work: `write`, `think`, `search`, … */
  readonly task_type: string;
  /** What it is for. */
  readonly task_goal: string;
  /** Depth, the root being 0. */
  readonly layer: number;
  /** The node around it; none for the root. */
  readonly outer_node_id?: string;
  /** The nodes it depends on. */
  readonly parents: Array<string>;
  /** Its first status. */
  readonly status: string;
};

export type PlanReceived = {
  /** The node. */
  readonly node_id: string;
  /** The plan, as it came. */
  readonly plan: unknown;
};

export type NodeResultAvailable = {
  /** The node. */
  readonly node_id: string;
  /** What made the result. */
  readonly action_name: string;
  /** The result, cut to a readable length. */
  readonly result_summary: string;
  /** The summary was cut. */
  readonly truncated: boolean;
};

export type EventsDropped = {
  /** How many. */
  readonly count: number;
  /** Timestamp of the first of them; where nobody can read it any more, of an event before them. */
  readonly first_ts: string;
  /** Timestamp of the last of them; where nobody can read it any more, of an event behind them. */
  readonly last_ts: string;
  /** Why: `queue_full`, `refused` (by the log, for good), `spool_damaged`, or `spool_unreadable` (then the next start may bring them yet). */
  readonly reason: string;
};

export type ProducerAlive = {
  /** The process. */
  readonly producer_id: string;
  /** Spans that are not finished. */
  readonly open_spans: number;
  /** Runs that are not finished. */
  readonly open_runs: number;
};

/** What events of a type have in their payloads beside what every call has. */
export interface Payloads {
  readonly step_started: StepStarted;
  readonly step_finished: StepFinished;
  readonly node_status_change: NodeStatusChanged;
  readonly llm_call_started: LlmCallStarted;
  readonly llm_call_completed: LlmCallCompleted;
  readonly tool_invoked: ToolInvoked;
  readonly tool_returned: ToolReturned;
  readonly search_completed: SearchRoundCompleted;
  readonly run_started: RunStarted;
  readonly run_finished: RunFinished;
  readonly node_created: NodeCreated;
  readonly plan_received: PlanReceived;
  readonly node_result_available: NodeResultAvailable;
  readonly events_dropped: EventsDropped;
  readonly producer_alive: ProducerAlive;
}

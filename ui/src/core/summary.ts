// Owns the one line that stands for a payload in the table. It reads the payload only, and is short whatever the
// payload's size.

/** Longest summary; a table cell never shows more. */
const MAX = 240;

/** Fields that have a place of their own in the table, or say nothing to a reader who skims. */
const ELSEWHERE = new Set([
  "run_id", "span_id", "parent_id", "function", "outcome", "duration", "latency", "time_spent", "error", "error_type",
  "error_chain", "node_id", "node", "root_id", "root", "model", "tool_name", "tool", "api_name", "api", "args_hash",
  "prompt_hash", "prompt_sha", "producer_id", "step", "layer", "truncated", "estimated", "success",
]);

/** What a reader wants first, by type. Values of these fields stand without their key. */
const LEADS: Record<string, readonly string[]> = {
  step_started: ["action_name", "goal"],
  node_status_change: ["goal"],
  step_finished: ["result_summary", "action_name", "goal"],
  llm_call_started: ["agent_class", "prompt_preview"],
  llm_call_completed: ["agent_class", "truncated_result"],
  tool_invoked: ["args_preview"],
  tool_returned: ["result_summary", "state", "args_preview"],
  search_completed: ["query_terms"],
  run_started: ["name", "question"],
  run_finished: ["name", "question"],
  node_created: ["task_type", "task_goal"],
  plan_received: ["plan"],
  node_result_available: ["action_name", "result_summary"],
  invalid_entry: ["reason", "raw"],
  events_dropped: ["count", "reason"],
  stream_gap: ["lost", "why"],
};

/** One line about a payload whose aliases are resolved. */
export function summarize(type: string, payload: Record<string, unknown>): string {
  const parts: string[] = [];
  const failure = failureOf(payload);
  if (failure) parts.push(failure);
  const change = statusChange(payload);
  if (change) parts.push(change);
  const leads = LEADS[type] ?? [];
  for (const key of leads) {
    if (Object.hasOwn(payload, key)) parts.push(brief(payload[key], MAX) || "(empty)");
  }
  let length = parts.reduce((sum, part) => sum + part.length, 0);
  for (const [key, value] of Object.entries(payload)) {
    if (length > MAX) break;
    if (ELSEWHERE.has(key) || leads.includes(key) || (change && /^(old|new)(_status)?$/.test(key))) continue;
    const words = brief(value, 80);
    if (words === "") continue;
    const part = `${key}=${words}`;
    parts.push(part);
    length += part.length;
  }
  return cut(parts.filter((part) => part !== "").join(" · "), MAX);
}

function failureOf(payload: Record<string, unknown>): string {
  const error = payload["error"];
  if (typeof error !== "string" || error === "") return "";
  const type = payload["error_type"];
  return typeof type === "string" && type !== "" && !error.startsWith(type) ? `${shortType(type)}: ${cut(error, MAX)}` : cut(error, MAX);
}

/** The last segment of a Rust path: `agent::llm::RateLimited` reads as `RateLimited`. */
export function shortType(path: string): string {
  return /^[\w:]+$/.test(path) ? path.slice(path.lastIndexOf("::") + (path.includes("::") ? 2 : 1)) : path;
}

function statusChange(payload: Record<string, unknown>): string {
  const from = payload["old_status"];
  const to = payload["new_status"];
  return typeof from === "string" && typeof to === "string" ? `${from} → ${to}` : "";
}

/** A value on one line: strings bare, lists joined, objects as JSON; cut before it is cleaned, for megabytes come by. */
export function brief(value: unknown, max: number): string {
  if (typeof value === "string") return cut(value.slice(0, max * 2).replace(/\s+/g, " ").trim(), max);
  if (Array.isArray(value)) {
    const simple = value.slice(0, 12).every((item) => typeof item !== "object");
    if (simple) return cut(value.slice(0, 12).map((item) => brief(item, max)).join(", "), max);
    return `[${value.length} items]`;
  }
  if (typeof value === "object" && value !== null) {
    const keys = Object.entries(value).slice(0, 8).map(([key, inner]) => (typeof inner === "object" && inner !== null ? `${key}:…` : `${key}:${brief(inner, 40)}`));
    return cut(`{${keys.join(", ")}}`, max);
  }
  return String(value);
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}

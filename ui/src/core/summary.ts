// Owns the one line that stands for a payload in the table. It reads the payload only, and is short whatever the
// payload's size.
import type { Payloads } from "../generated/payloads";
import { isRecord } from "./protocol";

/** Longest summary; a table cell never shows more. */
const MAX = 240;

/** Fields that the library adds to what a producer wrote. */
const ADDED = new Set(["run_id", "span_id", "parent_id", "function", "outcome", "duration", "error", "error_type", "error_chain"]);

/** Fields that have a column. */
const COLUMNS = new Set(["node_id", "node", "model", "tool_name", "tool", "api_name", "api", "latency", "time_spent"]);

/** Fields that have a place of their own in the table, or say nothing to a reader who skims. */
const ELSEWHERE = new Set([
  ...ADDED, ...COLUMNS, "root_id", "root", "args_hash", "prompt_hash", "prompt_sha", "producer_id", "step", "layer", "truncated",
  "estimated", "success",
]);

/** Fields of the catalogue, and of what a bridge says in the form of an event. A finish has the fields of its start. */
type Lead = { [Type in keyof Payloads]: keyof Payloads[Type] }[keyof Payloads] | "raw" | "lost" | "why";

/** What a reader wants first, by type. Values of these fields stand without their key. */
const LEADS: Record<string, readonly Lead[]> = {
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
  const leads: readonly string[] = LEADS[type] ?? [];
  const step = type.startsWith("step_") && leads.every((key) => isBlank(payload[key])) ? stepName(payload) : "";
  if (step !== "") parts.push(step);
  else for (const key of leads) if (Object.hasOwn(payload, key)) parts.push(leadWords(key, payload[key]));
  let length = parts.reduce((sum, part) => sum + part.length, 0);
  for (const [key, value] of Object.entries(payload)) {
    if (length > MAX) break;
    if (ELSEWHERE.has(key) || leads.includes(key) || (change && /^(old|new)(_status)?$/.test(key))) continue;
    const words = brief(answerOf(value), 80);
    if (words === "") continue;
    const part = `${key}=${words}`;
    parts.push(part);
    length += part.length;
  }
  const line = parts.filter((part) => part !== "").join(" · ");
  return cut(line || anything(payload), MAX);
}

/** Where a payload has only what is told elsewhere or empty, that is said after all: an empty line would say less. */
function anything(payload: Record<string, unknown>): string {
  const own = Object.entries(payload).filter(([key]) => !ADDED.has(key));
  const unseen = own.filter(([key]) => !COLUMNS.has(key));
  return (unseen.length > 0 ? unseen : own).slice(0, 8).map(([key, value]) => `${key}=${brief(value, 80) || "(empty)"}`).join(" · ");
}

function leadWords(key: string, value: unknown): string {
  if (key === "plan" && Array.isArray(value)) return planWords(value);
  return brief(answerOf(value), MAX) || "(empty)";
}

/** `3 tasks: find; compare; write`, with as many goals as a line may need. */
function planWords(tasks: readonly unknown[]): string {
  if (tasks.length === 0) return "no tasks";
  const goals = tasks.slice(0, 12).map(goalOf).filter((goal) => goal !== "");
  const count = `${tasks.length} task${tasks.length === 1 ? "" : "s"}`;
  return cut(goals.length === 0 ? count : `${count}: ${goals.join("; ")}`, MAX);
}

function goalOf(task: unknown): string {
  if (!isRecord(task)) return brief(task, 80);
  const goal = task["goal"] ?? task["task_goal"] ?? task["name"] ?? task["title"];
  return brief(goal === undefined ? task : goal, 80);
}

/** What to call a step that nobody named: `step 3`, or nothing where it has no number either. */
export function stepName(payload: Record<string, unknown>): string {
  const { step } = payload;
  return typeof step === "number" || (typeof step === "string" && step !== "") ? `step ${brief(step, 40)}` : "";
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** What a model answered, without the thoughts it wrote before; these stand where there is nothing else. */
function answerOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const open = /^\s*<think>/i.exec(value);
  if (!open) return value;
  const [thoughts = "", ...rest] = value.slice(open[0].length).split(/<\/think>/i);
  const answer = rest.join("</think>");
  return answer.trim() === "" ? thoughts : answer;
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

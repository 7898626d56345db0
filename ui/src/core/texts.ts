// Owns which texts of an event are meant to be read: what a model was asked and answered, what a tool was given and gave.
// It passes text on as text; whoever shows it never makes markup of it.
import type { MessageView } from "./messages";
import { kindOf } from "./names";
import { isRecord } from "./protocol";

type Role = MessageView["role"];

/** Longest text of one message; the whole is in the event's JSON. */
const LONGEST = 40_000;
const MOST = 60;

/** Keys that hold texts, by the kind of call, in reading order. Foreign producers' names stand behind ours. */
const TEXTS: Record<string, readonly (readonly [key: string, role: Role])[]> = {
  llm: [
    ["system", "system"], ["system_prompt", "system"], ["prompt_preview", "prompt"], ["prompt", "prompt"], ["input", "prompt"],
    ["truncated_result", "answer"], ["completion", "answer"], ["response", "answer"], ["output", "answer"], ["result", "answer"],
  ],
  tool: [["args_preview", "arguments"], ["args", "arguments"], ["arguments", "arguments"], ["input", "arguments"], ["result_summary", "result"], ["result", "result"], ["output", "result"]],
  search: [["query_terms", "arguments"], ["result_summary", "result"]],
  step: [["goal", "question"], ["result_summary", "result"]],
  run: [["question", "question"], ["result_summary", "result"]],
  node: [["task_goal", "question"], ["result_summary", "result"]],
  other: [["question", "question"], ["prompt", "prompt"], ["plan", "plan"], ["answer", "answer"], ["message", "answer"], ["result_summary", "result"], ["result", "result"]],
};

const ROLES: Record<string, Role> = { system: "system", developer: "system", user: "prompt", human: "prompt", assistant: "answer", ai: "answer", model: "answer", tool: "result", function: "result" };

/** The texts of one event, in reading order. */
export function textsOf(type: string, payload: Record<string, unknown>, seq: number): MessageView[] {
  const found: MessageView[] = [];
  const say = (role: Role, text: string, truncated = false): void => {
    if (text.trim() === "" || found.length >= MOST) return;
    found.push({ role, text: text.slice(0, LONGEST), truncated: truncated || text.length > LONGEST, seq });
  };
  for (const turn of Array.isArray(payload["messages"]) ? payload["messages"] : []) {
    if (isRecord(turn)) say(ROLES[String(turn["role"]).toLowerCase()] ?? "prompt", contentOf(turn["content"] ?? turn["parts"]));
  }
  for (const [key, role] of TEXTS[kindOf(type)] ?? TEXTS["other"] ?? []) {
    const text = contentOf(payload[key]);
    // A preview is the beginning of what was said, and a cut answer says that it is.
    const cut = key === "prompt_preview" || key === "args_preview" ? text.endsWith("…") : payload["truncated"] === true && (role === "answer" || role === "result");
    if (role === "answer") sayAnswer(say, text, cut);
    else say(role, text, cut);
  }
  if (typeof payload["error"] === "string") say("error", payload["error"]);
  return found;
}

/** What a model wrote between `<think>` and `</think>` is told apart from what it answered. */
function sayAnswer(say: (role: Role, text: string, truncated?: boolean) => void, text: string, cut: boolean): void {
  const thoughts = /^\s*<think>([\s\S]*?)(<\/think>|$)/i.exec(text);
  if (!thoughts) {
    say("answer", text, cut);
    return;
  }
  const isClosed = thoughts[2] !== "";
  say("thoughts", (thoughts[1] ?? "").trim(), cut && !isClosed);
  say("answer", text.slice(thoughts[0].length).trim(), cut && isClosed);
}

/** Text of a value: as it is, parts of a message joined, anything else as JSON. */
function contentOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((it) => typeof it === "string")) return value.join(", ");
  if (Array.isArray(value) && value.some((it) => isRecord(it) && typeof it["text"] === "string")) {
    return value.map((it) => (isRecord(it) && typeof it["text"] === "string" ? it["text"] : "")).filter((it) => it !== "").join("\n\n");
  }
  return JSON.stringify(value, null, 2);
}

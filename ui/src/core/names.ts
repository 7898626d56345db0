// Owns what a call is called: a short label and what it is about, taken from the event that opened it.
import type { Row } from "./event";
import { labelOf } from "./looks";
import { brief, shortType, stepName } from "./summary";

export interface Names {
  readonly label: string;
  readonly detail: string;
}

type Payload = Record<string, unknown>;

const NAMES: Record<string, (row: Row, payload: Payload) => readonly [label: string, detail: string]> = {
  step: (_row, payload) => [text(payload["action_name"]) || stepName(payload) || "step", text(payload["goal"])],
  llm: (row, payload) => [text(payload["agent_class"]) || "llm call", row.subject],
  tool: (row, payload) => [row.subject || "tool", text(payload["args_preview"])],
  search: (_row, payload) => ["search", text(payload["query_terms"])],
  run: (_row, payload) => [text(payload["name"]) || shortType(text(payload["function"])) || "run", text(payload["question"])],
};

/** What sort of work an event type stands for; it decides icon and wording only. */
export function kindOf(type: string): string {
  const kind = /^(step|llm|tool|search|run|node)_/.exec(type)?.[1];
  return kind ?? "other";
}

/** The type with its phase taken off: both halves of a call have the same. */
export function callType(type: string): string {
  return type.replace(/_(started|finished|completed|invoked|returned|begun|began|ended|done|failed|start|finish|end)$/, "");
}

export function namesOf(row: Row, payload: Payload): Names {
  const said = labelOf(payload);
  const named = NAMES[kindOf(row.type)]?.(row, payload);
  const code = text(payload["function"]);
  return { label: said || named?.[0] || shortType(code) || row.type, detail: named ? named[1] : row.summary };
}

/** A number for what is called with which arguments: equal for equal calls, 0 where nothing tells. */
export function callKey(row: Row, payload: Payload): number {
  const kind = kindOf(row.type);
  const said = kind === "tool" ? payload["args_hash"] ?? payload["args_preview"] : kind === "llm" ? payload["prompt_hash"] : kind === "search" ? text(payload["query_terms"]) : undefined;
  if (typeof said !== "string" || said === "") return 0;
  return hashOf(`${kind}\n${row.subject}\n${text(payload["agent_class"])}\n${said}`) || 1;
}

/** 53 bits, so that two of some thousand different calls hardly ever share one. */
function hashOf(words: string): number {
  let [low, high] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < words.length; at += 1) {
    const code = words.charCodeAt(at);
    low = Math.imul(low ^ code, 2654435761);
    high = Math.imul(high ^ code, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return 4294967296 * (2097151 & high) + (low >>> 0);
}

function text(value: unknown): string {
  return value === undefined || value === null ? "" : brief(value, 160);
}

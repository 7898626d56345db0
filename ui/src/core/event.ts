// Owns what the page keeps of one entry of the stream: a flat row with the fields that views sort, count and draw,
// and the event's text. It knows no run, span or view.
import { lookOf, type Look } from "./looks";
import { normalize } from "./normalize";
import { isRecord, type WireEvent } from "./protocol";
import { summarize } from "./summary";

/** A call's start, its finish, or an event that is neither. */
export type Phase = "start" | "finish" | "point";

/** One line of the event table. */
export interface Row {
  /** Order of arrival in this page, from 0; the row's name everywhere in the UI. */
  readonly seq: number;
  readonly kind: "event" | "gap";
  readonly id: string;
  /** Unix time in ms, NaN where the event has none that can be read. */
  readonly at: number;
  readonly ts: string;
  readonly type: string;
  readonly phase: Phase;
  readonly run: string;
  readonly span: string;
  readonly parent: string;
  /** As written by the producer, `failed` where a value says so, else derived; empty where nothing tells. */
  readonly outcome: string;
  readonly error: string;
  /** Seconds, NaN where absent. */
  readonly duration: number;
  readonly node: string;
  /** The model or tool the event is about. */
  readonly subject: string;
  readonly summary: string;
  readonly look: Look;
  /** Housekeeping of the library itself, hidden unless asked for. */
  readonly internal: boolean;
  /** The event's JSON, as written. */
  readonly text: string;
}

/** A row and the payload it was read from, aliases applied; the payload is not kept. */
export interface ReadEvent {
  readonly row: Row;
  readonly payload: Record<string, unknown>;
}

const INTERNAL = new Set(["producer_alive"]);

/** A row as it stands in its event. What only a reader needs is made when it is asked for. */
class EventRow implements Row {
  readonly kind: "event" | "gap";
  readonly id: string;
  readonly at: number;
  readonly ts: string;
  readonly phase: Phase;
  readonly run: string;
  readonly span: string;
  readonly parent: string;
  readonly outcome: string;
  readonly error: string;
  readonly duration: number;
  readonly node: string;
  readonly subject: string;
  readonly internal: boolean;

  constructor(event: WireEvent, readonly text: string, readonly seq: number, cursor: string, readonly type: string, private readonly payload: Record<string, unknown>) {
    this.kind = type === "stream_gap" ? "gap" : "event";
    this.id = string(event.id) || cursor;
    this.at = readTime(event.ts);
    this.ts = string(event.ts);
    this.span = string(payload["span_id"]);
    this.phase = this.span === "" ? "point" : Object.hasOwn(payload, "outcome") ? "finish" : "start";
    this.run = string(payload["run_id"]);
    this.parent = string(payload["parent_id"]);
    this.error = string(payload["error"]);
    this.outcome = outcomeOf(type, string(payload["outcome"]), this.error, payload["success"]);
    this.duration = seconds(payload);
    this.node = string(payload["node_id"]);
    this.subject = string(payload["model"]) || toolName(payload);
    this.internal = INTERNAL.has(type);
  }

  get summary(): string {
    return summarize(this.type, this.payload);
  }

  get look(): Look {
    return lookOf(this.type, this.payload);
  }
}

/** Reads an event of any producer. Nothing about it is required. */
export function readEvent(event: WireEvent, text: string, seq: number, cursor: string): ReadEvent {
  const type = typeof event.type === "string" && event.type !== "" ? event.type : "(no type)";
  const written = isRecord(event.payload) ? event.payload : event.payload === undefined ? {} : { value: event.payload };
  const payload = normalize(type, written);
  return { row: new EventRow(event, text, seq, cursor, type, payload), payload };
}

/** A line that says what is missing between its neighbours. */
export function gapRow(seq: number, at: number, summary: string, text: string): Row {
  return {
    seq, at, summary, text,
    kind: "gap", id: `gap-${seq}`, ts: "", type: "stream_gap", phase: "point", run: "", span: "", parent: "",
    outcome: "", error: "", duration: Number.NaN, node: "", subject: "", internal: false, look: { icon: "", hue: -1 },
  };
}

/** How a call ended. One that returned in good order may still say that it failed: tools fail by value. */
function outcomeOf(type: string, written: string, error: string, success: unknown): string {
  if (type === "invalid_entry") return "invalid";
  const saysFailure = error !== "" || success === false;
  if (written === "") return saysFailure ? "error" : "";
  return saysFailure && (written === "ok" || written === "returned") ? "failed" : written;
}

const FAILURES = new Set(["failed", "error", "panicked"]);

/** Whether an outcome is a failure of the call itself. */
export function isFailure(outcome: string): boolean {
  return FAILURES.has(outcome);
}

/** Unix ms of a timestamp in any form met in the wild; a time without a zone is UTC. */
export function readTime(value: unknown): number {
  if (typeof value === "number") return value > 1e11 ? value : value * 1000;
  if (typeof value !== "string") return Number.NaN;
  const iso = value.trim().replace(/^(\d{4}-\d\d-\d\d) /, "$1T");
  const zoned = /(z|[+-]\d\d:?\d\d)$/i.test(iso) || !iso.includes("T");
  // Engines read at most three decimals alike, so the rest is cut.
  return Date.parse((zoned ? iso : `${iso}Z`).replace(/(\.\d{3})\d+/, "$1"));
}

function seconds(payload: Record<string, unknown>): number {
  for (const key of ["duration", "latency", "time_spent"]) {
    const value = payload[key];
    if (typeof value === "number") return value;
  }
  return Number.NaN;
}

function toolName(payload: Record<string, unknown>): string {
  const tool = string(payload["tool_name"]);
  const api = string(payload["api_name"]);
  return tool && api && tool !== api ? `${tool}.${api}` : tool || api;
}

function string(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

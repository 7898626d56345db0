// Owns the lines of the framed stream: text in, typed frames out. It keeps no state and never throws, because one
// odd line must not end a stream.

/** One event as it stands in the log: four keys, the payload free. Foreign producers may leave anything out. */
export interface WireEvent {
  readonly id?: unknown;
  readonly ts?: unknown;
  readonly type?: unknown;
  readonly payload?: unknown;
}

/** What a line of the framed stream says. */
export type Frame =
  | { readonly kind: "event"; readonly cursor: string; readonly event: WireEvent; readonly text: string }
  | { readonly kind: "hello"; readonly protocol: number; readonly stream: string; readonly log: string; readonly cursor: string }
  | { readonly kind: "gap"; readonly after: string; readonly first: string; readonly lost: number | null; readonly why: string }
  | { readonly kind: "reset"; readonly cursor: string; readonly why: string }
  | { readonly kind: "heartbeat"; readonly head: string; readonly cursor: string; readonly time: number; readonly reachable: boolean; readonly error: string }
  | { readonly kind: "bye"; readonly code: number; readonly retryMs: number; readonly why: string }
  | { readonly kind: "unreadable"; readonly line: string };

/**
 * All frames of one WebSocket message, each read when it is asked for: a message may hold thousands, and one that is done
 * with should be gone before the next is there. Unknown controls are left out: a newer bridge may send them.
 */
export function* readFrames(message: string): Generator<Frame> {
  for (let from = 0; from < message.length;) {
    const to = message.indexOf("\n", from);
    const line = message.slice(from, to < 0 ? message.length : to);
    from += line.length + 1;
    if (line.trim() === "") continue;
    const frame = readLine(line);
    if (frame) yield frame;
  }
}

function readLine(line: string): Frame | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: "unreadable", line };
  }
  if (!isRecord(value)) return { kind: "unreadable", line };
  if (isRecord(value["event"])) {
    return { kind: "event", cursor: text(value["cursor"]), event: value["event"], text: eventText(line, value) };
  }
  return typeof value["control"] === "string" ? readControl(value["control"], value) : { kind: "unreadable", line };
}

function readControl(control: string, value: Record<string, unknown>): Frame | null {
  switch (control) {
    case "hello":
      return {
        kind: "hello",
        protocol: number(value["protocol"]) ?? 1,
        stream: text(value["stream"]),
        log: text(value["log"]),
        cursor: text(value["cursor"]),
      };
    case "gap":
      return { kind: "gap", after: text(value["after"]), first: text(value["first"]), lost: number(value["lost"]), why: text(value["why"]) };
    case "reset":
      return { kind: "reset", cursor: text(value["cursor"]), why: text(value["why"]) };
    case "heartbeat":
      return {
        kind: "heartbeat",
        head: text(value["head"]),
        cursor: text(value["cursor"]),
        time: Date.parse(text(value["time"])),
        reachable: value["log"] !== "unreachable",
        error: text(value["error"]),
      };
    case "bye":
      return { kind: "bye", code: number(value["code"]) ?? 1012, retryMs: number(value["retry_ms"]) ?? 0, why: text(value["why"]) };
    default:
      return null;
  }
}

const PREFIX = /^\{"cursor":"[^"\\]*","event":/;

/**
 * The event as the producer wrote it, so that what is shown and copied has its numbers digit by digit. Where the
 * line is laid out in another way, or escapes characters a search must see, the parsed event is written out again.
 */
function eventText(line: string, value: Record<string, unknown>): string {
  const prefix = PREFIX.exec(line);
  const plain = prefix && line.endsWith("}}") && Object.keys(value).length === 2 && !line.includes("\\u");
  return plain ? line.slice(prefix[0].length, -1) : JSON.stringify(value["event"]);
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

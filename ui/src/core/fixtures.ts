// Builders for tests: events as producers write them, lines as a bridge sends them.
import type { Row } from "./event";
import { readFrames, type WireEvent } from "./protocol";
import type { Session } from "./session";
import type { Store } from "./store";

export const RUN = "4bf92f3577b34da6a3ce929d0e0e4736";

let made = 0;

/** An event with an id of its own, one second after the last. */
export function event(type: string, payload: Record<string, unknown> = {}): WireEvent {
  made += 1;
  const ts = new Date(Date.UTC(2026, 10, 22, 13, 0, made)).toISOString().replace("Z", "456Z");
  return { id: `00000000-0000-7000-8000-${String(made).padStart(12, "0")}`, ts, type, payload };
}

/** The start of a call. */
export function started(type: string, span: string, parent = "", more: Record<string, unknown> = {}): WireEvent {
  return event(type, { run_id: RUN, span_id: span, ...(parent === "" ? {} : { parent_id: parent }), ...more });
}

/** The finish of a call. */
export function finished(type: string, span: string, parent = "", more: Record<string, unknown> = {}): WireEvent {
  return started(type, span, parent, { outcome: "ok", duration: 0.5, ...more });
}

/** The line a bridge sends for an event. */
export function line(it: WireEvent, cursor = "1795-0@1"): string {
  return `{"cursor":"${cursor}","event":${JSON.stringify(it)}}`;
}

/** Puts an event into a store as a replay would. */
export function put(store: Store, it: WireEvent): Row | undefined {
  return store.add(it, JSON.stringify(it), "", (row) => row.at);
}

/** Feeds lines to a session as a bridge would. */
export function feed(session: Session, ...lines: string[]): void {
  for (const frame of readFrames(lines.join("\n"))) session.frame(frame);
}

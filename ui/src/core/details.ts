// Owns what the details panel says about one row: its fields, its JSON, its other half, its parent. It reads the
// store and changes nothing.
import type { Row } from "./event";
import { indentJson } from "./json";
import type { DetailsView, Field, LinkedEvent } from "./messages";
import { normalize } from "./normalize";
import { isRecord } from "./protocol";
import { nodeName } from "./runs";
import type { Span } from "./spans";
import type { Store } from "./store";
import { brief } from "./summary";

/** Most JSON that is laid out unasked; copying always takes all of it. */
export const SHOWN_JSON = 200_000;

/** Longest value in the table of fields; the JSON below has it whole. */
const SHOWN_VALUE = 600;

export function describeRow(store: Store, row: Row, statusOf: (row: Row) => string, spanState: (span: Span) => string): DetailsView {
  const payload = payloadOf(row);
  const span = row.span === "" ? undefined : store.spans.get(row.run, row.span);
  const parent = row.parent === "" ? undefined : store.spans.get(row.run, row.parent);
  const json = indentJson(row.text, SHOWN_JSON);
  const chain = payload["error_chain"];
  return {
    seq: row.seq,
    kind: row.kind,
    type: row.type,
    ts: row.ts,
    at: row.at,
    status: statusOf(row),
    phase: row.phase,
    startedAt: span?.startedAt ?? row.at,
    duration: row.duration,
    summary: row.summary,
    errorType: typeof payload["error_type"] === "string" ? payload["error_type"] : "",
    error: row.error,
    errorChain: Array.isArray(chain) ? chain.slice(0, 20).map((link) => brief(link, SHOWN_VALUE)) : [],
    fields: fieldsOf(payload),
    pair: span ? otherHalf(store, row, span) : null,
    parent: parent ? linkTo(parent, spanState) : null,
    sums: span ? { spans: span.below, errors: span.errorsBelow, tokens: span.tokens, cost: span.cost } : null,
    json: json.text,
    jsonBytes: json.whole ? 0 : row.text.length,
    id: row.kind === "event" ? row.id : "", cursor: "", run: row.run, span: span?.key ?? "", node: null, messages: [], events: [], moreEvents: 0, errors: [],
    strip: [], waiting: null, retry: null, repeat: null, firstToken: Number.NaN,
  };
}

function payloadOf(row: Row): Record<string, unknown> {
  try {
    const event: unknown = JSON.parse(row.text);
    const payload = isRecord(event) ? event["payload"] : undefined;
    return isRecord(payload) ? normalize(row.type, payload) : {};
  } catch {
    // The row of a gap carries words, not an event.
    return {};
  }
}

/** What the error block says is not said twice. */
const TOLD_ELSEWHERE = new Set(["error", "error_type", "error_chain"]);

function fieldsOf(payload: Record<string, unknown>): Field[] {
  return Object.entries(payload)
    .filter(([key]) => !TOLD_ELSEWHERE.has(key))
    .map(([key, value]) => ({ key, value: fieldValue(value) }));
}

function fieldValue(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > SHOWN_VALUE ? `${text.slice(0, SHOWN_VALUE)}…` : text;
}

function otherHalf(store: Store, row: Row, span: Span): LinkedEvent | null {
  const other = store.rows.get(row.phase === "start" ? span.finishSeq : span.startSeq);
  if (!other || other.seq === row.seq) return null;
  return { seq: other.seq, span: span.key, type: other.type, label: "", status: other.outcome, at: other.at };
}

function linkTo(span: Span, spanState: (span: Span) => string): LinkedEvent {
  return { seq: span.startSeq, span: span.key, type: span.type, label: [span.label, nodeName(span.run, span.node)].filter(Boolean).join(" "), status: spanState(span), at: span.startedAt };
}

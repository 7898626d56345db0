// Owns what the details panel says about one row: its fields, its texts, its other half, what lies below it and why it
// waits. It reads the store through a lens and changes nothing.
import { isFailure, type Row } from "./event";
import { Plan } from "./graph";
import { indentJson } from "./json";
import { itemsBelow } from "./inside";
import type { Lens } from "./lens";
import type { DetailsView, Field, LinkedEvent, RepeatView, RetryView } from "./messages";
import { retriesAmong } from "./retries";
import { firstTokenOf, nodeName, type Run } from "./runs";
import type { Span } from "./spans";
import { brief } from "./summary";
import { dollars } from "./sums";
import { textsOf } from "./texts";

/** Most JSON that is laid out unasked; copying always takes all of it. */
export const SHOWN_JSON = 200_000;

/** Longest value in the table of fields; the JSON below has it whole. */
const SHOWN_VALUE = 600;

/** From so many equal calls on they are worth a mark. */
export const REPEATED = 3;
const LISTED = 50;

export function describeRow(lens: Lens, row: Row, statusOf: (row: Row) => string): DetailsView {
  const { store } = lens;
  const payload = store.rows.readAgain(row.seq)?.payload ?? {};
  const run = store.runs.get(row.run);
  const span = row.span === "" ? undefined : store.spans.get(row.run, row.span);
  const parent = row.parent === "" ? undefined : store.spans.get(row.run, row.parent);
  const json = indentJson(row.text, SHOWN_JSON);
  const chain = payload["error_chain"];
  const sums = span && lens.sumsOf(span);
  const finish = span && lens.isFinished(span) ? store.rows.readAgain(span.finishSeq) : undefined;
  return {
    seq: row.seq, kind: row.kind, type: row.type, ts: row.ts, at: row.at, status: statusOf(row), phase: row.phase, startedAt: span ? lens.startOf(span) : row.at,
    duration: row.duration, summary: row.summary, errorType: typeof payload["error_type"] === "string" ? payload["error_type"] : "", error: row.error,
    errorChain: Array.isArray(chain) ? chain.slice(0, 20).map((link) => brief(link, SHOWN_VALUE)) : [],
    fields: fieldsOf(payload),
    pair: span ? otherHalf(lens, row, span) : null,
    parent: parent && lens.hasBegun(parent) ? linkTo(lens, parent) : null,
    sums: sums ? { spans: sums.below, errors: sums.errors, tokens: sums.tokens, cost: dollars(sums.nanos) } : null,
    json: json.text,
    jsonBytes: json.whole ? 0 : row.text.length,
    id: row.kind === "event" ? row.id : "", cursor: store.rows.cursorOf(row.seq), run: row.run, span: span?.key ?? "",
    // The finish carries what its start said, so it is the one to read.
    messages: finish ? textsOf(finish.row.type, finish.payload, finish.row.seq) : textsOf(row.type, payload, row.seq),
    ...itemsBelow(lens, span, row, run),
    ...aboutNode(lens, run, row.node),
    retry: span ? retryOf(lens, span) : null,
    repeat: span ? repeatOf(lens, span) : null,
    firstToken: firstTokenOf(finish?.payload ?? payload),
  };
}

function aboutNode(lens: Lens, run: Run | undefined, id: string): Pick<DetailsView, "node" | "strip" | "waiting"> {
  const node = id === "" ? undefined : run?.nodes.get(id);
  if (!run || !node || node.firstSeq > lens.limit) return { node: null, strip: [], waiting: null };
  const plan = new Plan(lens, run);
  return { node: plan.view(node, false), strip: plan.strip(node), waiting: plan.waiting(node) };
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

function otherHalf(lens: Lens, row: Row, span: Span): LinkedEvent | null {
  const seq = row.phase === "start" ? span.finishSeq : span.startSeq;
  const other = seq <= lens.limit ? lens.store.rows.get(seq) : undefined;
  if (!other || other.seq === row.seq) return null;
  return { seq: other.seq, span: span.key, type: other.type, label: "", status: other.outcome, at: other.at };
}

/** A span as something to go to. */
export function linkTo(lens: Lens, span: Span): LinkedEvent {
  const seq = span.startSeq >= 0 && span.startSeq <= lens.limit ? span.startSeq : span.finishSeq;
  const node = nodeName(span.run, span.node, lens.limit);
  return { seq, span: span.key, type: span.type, label: [span.label, node].filter(Boolean).join(" "), status: lens.statusOf(span), at: lens.startOf(span) };
}

function retryOf(lens: Lens, span: Span): RetryView | null {
  const parent = lens.parentOf(span);
  const brothers = parent ? parent.children() : lens.rootsOf(span.run);
  for (const [last, attempts] of retriesAmong(brothers, lens)) {
    if (last !== span && !attempts.includes(span)) continue;
    const succeeded = lens.isFinished(last) && !isFailure(last.outcome);
    return { attempts: [...attempts, last].slice(-LISTED).map((it) => linkTo(lens, it)), succeeded };
  }
  return null;
}

/** How often a call of a tool was made with the same arguments; 0 below the number that is marked. */
export function repeatsOf(lens: Lens, span: Span): number {
  const seqs = span.callKey === 0 || !/^(tool|search)_/.test(span.type) ? undefined : span.run.same.get(span.callKey);
  if (!Array.isArray(seqs)) return 0;
  const count = lens.isPast ? seqs.filter((seq) => seq <= lens.limit).length : seqs.length;
  return count >= REPEATED ? count : 0;
}

function repeatOf(lens: Lens, span: Span): RepeatView | null {
  const count = repeatsOf(lens, span);
  const seqs = span.run.same.get(span.callKey);
  if (count === 0 || !Array.isArray(seqs)) return null;
  const { rows, spans } = lens.store;
  const calls: LinkedEvent[] = [];
  for (const seq of seqs.slice(-LISTED * 2)) {
    const row = seq <= lens.limit ? rows.get(seq) : undefined;
    const call = row && spans.get(row.run, row.span);
    if (call && calls.length < LISTED) calls.push(linkTo(lens, call));
  }
  return { subject: span.label, arguments: lens.store.detailOf(span), count, calls };
}

// Owns the events and failures that belong to what is selected: those of a span and all below it, else those of a node,
// else the event itself.
import { ERROR, type Chunk } from "./chunk";
import type { Row } from "./event";
import type { Lens } from "./lens";
import type { DetailsView, LinkedEvent } from "./messages";
import type { Run } from "./runs";
import type { Span } from "./spans";
import type { Store } from "./store";

const LISTED = 200;

type Belonging = Pick<DetailsView, "events" | "moreEvents" | "errors">;

/** Numbers of the rows that belong to a span and all below it, in order. */
export function rowsOfSpan(lens: Lens, span: Span): number[] {
  const { store } = lens;
  const found: number[] = [];
  store.rows.walk(span.firstSeq, Math.min(span.run.lastSeq, lens.limit) + 1, (chunk, first, end) => {
    for (let index = first; index < end; index += 1) if (isWithin(store.spans.bySlot(chunk.span[index] ?? -1), span, chunk.first + index)) found.push(chunk.first + index);
  });
  return found;
}

/** Numbers of the rows of a run, or of all. */
export function rowsOfRun({ rows }: Store, run: Run | undefined): number[] {
  const number = run ? rows.words.find(run.id) : -1;
  const found: number[] = [];
  rows.walk(run?.firstSeq ?? 0, rows.nextSeq, ({ counts, first: base }, first, end) => {
    for (let index = first; index < end; index += 1) if (!run || counts.run[index] === number) found.push(base + index);
  });
  return found;
}

export function itemsBelow(lens: Lens, span: Span | undefined, row: Row, run: Run | undefined): Belonging {
  const seqs = span ? rowsOfSpan(lens, span) : run && row.node !== "" ? rowsOfNode(lens, run, row.node) : [];
  const failures = seqs.filter((seq) => lens.store.rows.flagsOf(seq) & ERROR).slice(0, LISTED);
  return {
    events: seqs.slice(0, LISTED).map((seq) => eventAt(lens, seq)),
    moreEvents: Math.max(seqs.length - LISTED, 0),
    errors: failures.map((seq) => ({ ...eventAt(lens, seq), ...failureAt(lens, seq) })),
  };
}

function rowsOfNode(lens: Lens, run: Run, node: string): number[] {
  const { rows } = lens.store;
  const [runNumber, nodeNumber] = [rows.words.find(run.id), rows.words.find(node)];
  const found: number[] = [];
  rows.walk(run.firstSeq, Math.min(run.lastSeq, lens.limit) + 1, ({ counts, first: base }: Chunk, first, end) => {
    for (let index = first; index < end; index += 1) if (counts.node[index] === nodeNumber && counts.run[index] === runNumber) found.push(base + index);
  });
  return found;
}

function isWithin(inner: Span | undefined, outer: Span, seq: number): boolean {
  for (let at = inner ?? null; at; at = at.linkSeq <= seq ? at.parent : null) if (at === outer) return true;
  return false;
}

function eventAt(lens: Lens, seq: number): LinkedEvent {
  const { rows, spans } = lens.store;
  const chunk = rows.chunkOf(seq);
  const span = chunk && spans.bySlot(chunk.span[seq - chunk.first] ?? -1);
  return { seq, span: span?.key ?? "", type: rows.typeOf(seq), label: span?.label ?? "", status: rows.outcomeOf(seq), at: rows.at(seq) };
}

function failureAt(lens: Lens, seq: number): { error: string; errorType: string } {
  const read = lens.store.rows.readAgain(seq);
  const type = read?.payload["error_type"];
  return { error: read?.row.error ?? "", errorType: typeof type === "string" ? type : "" };
}

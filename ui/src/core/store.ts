// Owns everything the page knows: rows, runs, spans and nodes, kept in step with each other. One event goes in once,
// whatever the log or the connection repeats.
import { CLOSES, ERROR, GAP, INTERNAL, LLM, OPENS, TOOL, type Chunk } from "./chunk";
import { gapRow, isFailure, readEvent, type Row } from "./event";
import { namesOf } from "./names";
import type { WireEvent } from "./protocol";
import { DEFAULT_RETENTION, Rows, type Retention } from "./rows";
import { isPointFailure, isToolEnd, LOST_AFTER_MS, Runs, weightOf, type Run } from "./runs";
import { Spans, type Span } from "./spans";
import { countRow } from "./statistics";

/** Told of every row that comes and goes; a view that counts rows is one. */
export interface RowListener {
  added(seq: number): void;
  evicted(seq: number): void;
}

/** Honest counters of the intake. */
export interface Intake {
  received: number;
  duplicates: number;
  evicted: number;
  /** Failures that began in the event they were read from, runs or none. */
  errors: number;
  tokens: number;
  nanos: number;
  /** Events that name no run. */
  runless: number;
  /** Entries of the log that are no events. */
  invalid: number;
  /** Events that producers dropped, as they tell themselves. */
  dropped: number;
  /** Events the log had trimmed, and holes whose size nobody knows. */
  trimmed: number;
  trimmedUnknown: number;
}

/** Places of failures whose rows are gone that are let go of together. */
const STALE_ERRORS = 2048;

export class Store {
  readonly rows: Rows;
  readonly runs = new Runs();
  readonly spans = new Spans((id) => this.runs.get(id));
  /** How many kept rows there are of each type. */
  readonly types = new Map<string, number>();
  readonly intake: Intake = {
    received: 0, duplicates: 0, evicted: 0, errors: 0, tokens: 0, nanos: 0, runless: 0, invalid: 0, dropped: 0, trimmed: 0, trimmedUnknown: 0,
  };
  /** Runs that appeared or changed; a list drawn at an older number is stale. */
  version = 0;
  private readonly listeners = new Set<RowListener>();

  constructor(retention: Retention = DEFAULT_RETENTION) {
    this.rows = new Rows(retention);
  }

  /** Returns how to stop listening. */
  listen(listener: RowListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Takes in an event; `signalAt` is when it was a sign of life. Returns nothing for one that is already here. */
  add(event: WireEvent, text: string, cursor: string, signalAt: (row: Row) => number): Row | undefined {
    const { row, payload } = readEvent(event, text, this.rows.nextSeq, cursor);
    // What comes again has the same text. Two events that merely share an id, as careless producers write them, are two.
    const nameless = typeof event.id !== "string" || event.id === "";
    const hash = (hashOf(text) ^ (nameless ? hashOf(cursor) : 0)) >>> 0;
    if (this.isHere(hash, text, nameless ? cursor : undefined)) {
      this.intake.duplicates += 1;
      return undefined;
    }
    const weight = weightOf(row.type, payload);
    this.intake.received += 1;
    if (row.outcome === "invalid") this.intake.invalid += 1;
    this.rows.push(row, weight, hash, cursor);
    const at = signalAt(row);
    if (row.type === "producer_alive") this.runs.hearProducer(payload, row, at);
    if (row.run === "") this.countWithoutRun(row);
    else if (!row.internal && row.kind === "event") this.countInRun(row, payload, weight, at);
    else this.runs.signal(row.run, at);
    this.intake.tokens += weight.tokens;
    this.intake.nanos += weight.nanos;
    this.countLoss(row, payload);
    this.keep(row);
    this.makeRoom();
    return row;
  }

  /** Puts a line into the table that says what is missing there; `lost` is how many events, if it is known. */
  addGap(at: number, summary: string, text: string, lost: number | null | undefined): void {
    if (lost === null) this.intake.trimmedUnknown += 1;
    else this.intake.trimmed += lost ?? 0;
    const row = gapRow(this.rows.nextSeq, at, summary, text);
    this.rows.note(row, hashOf(`${summary}${row.seq}`));
    this.keep(row);
    this.makeRoom();
  }

  /** What a span is about. */
  detailOf(span: Span): string {
    const read = this.rows.readAgain(this.tellerOf(span));
    return read ? namesOf(read.row, read.payload).detail : span.detail;
  }

  /** The row that tells what a span is: its first, as long as that is kept. */
  tellerOf(span: Span): number {
    return span.firstSeq >= this.rows.firstSeq ? span.firstSeq : Math.max(span.startSeq, span.finishSeq);
  }

  private isHere(hash: number, text: string, cursor: string | undefined): boolean {
    return this.rows.some(hash, (seq) => this.rows.textOf(seq) === text && (cursor === undefined || this.rows.cursorOf(seq) === cursor));
  }

  private keep(row: Row): void {
    this.types.set(row.type, (this.types.get(row.type) ?? 0) + 1);
    this.version += 1;
    for (const listener of this.listeners) listener.added(row.seq);
  }

  private countLoss(row: Row, payload: Record<string, unknown>): void {
    const { count, lost } = payload;
    if (row.type === "events_dropped" && typeof count === "number") this.intake.dropped += count;
    if (row.kind !== "gap") return;
    if (typeof lost === "number") this.intake.trimmed += lost;
    else this.intake.trimmedUnknown += 1;
  }

  private countWithoutRun(row: Row): void {
    if (row.internal) return;
    this.intake.runless += 1;
    if (isFailure(row.outcome)) this.intake.errors += 1;
  }

  private countInRun(row: Row, payload: Record<string, unknown>, weight: ReturnType<typeof weightOf>, at: number): void {
    const run = this.runs.count(row, payload, weight, at);
    run.nodes.apply(row, payload);
    let flags = row.type === "llm_call_completed" ? LLM : isToolEnd(row.type) ? TOOL : 0;
    let span = row.span === "" ? this.spans.get(row.run, row.parent) : undefined;
    if (row.span !== "") {
      const applied = this.spans.apply(row, payload, run);
      span = applied.span;
      flags |= applied.did;
    }
    if (flags & LLM) this.spans.add(span, weight.tokens, weight.nanos, 0);
    if (isPointFailure(row)) {
      flags |= ERROR;
      this.spans.add(span, 0, 0, 1);
    }
    if (flags & ERROR) {
      run.sums.errors += 1;
      run.errors.push(row.seq);
      this.intake.errors += 1;
    }
    const node = row.node === "" ? undefined : run.nodes.get(row.node);
    if (node) {
      node.sums.tokens += weight.tokens;
      node.sums.nanos += weight.nanos;
      if (flags & ERROR) node.sums.errors += 1;
      if (flags & (LLM | TOOL)) node.sums.calls += 1;
    }
    this.rows.mark(row.seq, flags, span?.slot ?? -1);
  }

  private makeRoom(): void {
    this.rows.evict((seq) => this.forget(seq));
  }

  private forget(seq: number): void {
    const { rows } = this;
    const chunk = rows.chunkOf(seq);
    if (!chunk) return;
    const index = seq - chunk.first;
    this.intake.evicted += 1;
    const type = rows.typeOf(seq);
    const left = (this.types.get(type) ?? 1) - 1;
    if (left > 0) this.types.set(type, left);
    else this.types.delete(type);
    for (const listener of this.listeners) listener.evicted(seq);
    const id = rows.words.text(chunk.counts.run[index] ?? 0);
    const run = this.runs.get(id);
    if (!run || !isCounted(chunk, index)) return;
    if ((run.errors[STALE_ERRORS] ?? Number.POSITIVE_INFINITY) <= seq) run.errors.splice(0, STALE_ERRORS);
    countRow(run.gone, this, chunk, index);
    // Judged by the newest row, not by the clock: what is evicted long before that has been silent as long.
    const newest = rows.at(rows.nextSeq - 1);
    const span = rows.phaseOf(seq) === "point" ? undefined : this.spans.bySlot(chunk.span[index] ?? -1);
    if (span) this.spans.forget(span, seq, (it: Run) => newest - it.signalAt > LOST_AFTER_MS, () => this.detailOf(span));
    this.runs.forget(id);
  }
}

/** Whether a row was counted in its run: it is an event, and not of the library's own housekeeping. */
export function isCounted(chunk: Chunk, index: number): boolean {
  return ((chunk.flags[index] ?? 0) & (GAP | INTERNAL)) === 0;
}

/** Whether a row changed sums beside its run's count of events. */
export const WEIGHTY = OPENS | CLOSES | ERROR | LLM | TOOL;

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

// Owns everything the page knows: rows, runs and spans, kept in step with each other. One event goes in once, whatever
// the log or the connection repeats.
import { gapRow, isFailure, readEvent, type Row } from "./event";
import type { WireEvent } from "./protocol";
import { Repeats } from "./repeats";
import { DEFAULT_RETENTION, Rows, type Retention } from "./rows";
import { costOf, isPointFailure, LOST_AFTER_MS, Runs, tokensOf, type Run } from "./runs";
import { Spans } from "./spans";

/** Told of every row that comes and goes; a view that counts rows is one. */
export interface RowListener {
  added(row: Row): void;
  evicted(row: Row): void;
}

/** Honest counters of the intake. */
export interface Intake {
  received: number;
  duplicates: number;
  evicted: number;
  /** Failures that began in the event they were read from, runs or none. */
  errors: number;
  tokens: number;
  cost: number;
  /** Events that name no run. */
  runless: number;
  /** Entries of the log that are no events. */
  invalid: number;
}

export class Store {
  readonly rows: Rows;
  readonly runs = new Runs();
  readonly spans = new Spans();
  /** How many kept rows there are of each type. */
  readonly types = new Map<string, number>();
  readonly intake: Intake = { received: 0, duplicates: 0, evicted: 0, errors: 0, tokens: 0, cost: 0, runless: 0, invalid: 0 };
  /** Runs that appeared or changed; a list drawn at an older number is stale. */
  version = 0;
  private readonly repeats: Repeats;
  private listener: RowListener | undefined;

  constructor(retention: Retention = DEFAULT_RETENTION) {
    this.rows = new Rows(retention);
    this.repeats = new Repeats(this.rows);
  }

  listen(listener: RowListener): void {
    this.listener = listener;
  }

  /** Takes in an event; `signalAt` is when it was a sign of life. Returns nothing for one that is already here. */
  add(event: WireEvent, text: string, cursor: string, signalAt: (row: Row) => number): Row | undefined {
    const { row, payload } = readEvent(event, text, this.rows.nextSeq, cursor);
    if (this.repeats.has(row)) {
      this.intake.duplicates += 1;
      return undefined;
    }
    this.repeats.add(row);
    this.intake.received += 1;
    if (row.outcome === "invalid") this.intake.invalid += 1;
    this.keep(row);
    const at = signalAt(row);
    if (row.type === "producer_alive") this.runs.hearProducer(payload, at);
    if (row.run === "") this.countWithoutRun(row);
    else if (!row.internal) this.countInRun(row, payload, at);
    else this.runs.signal(row.run, at);
    if (row.type === "llm_call_completed") {
      this.intake.tokens += tokensOf(payload);
      this.intake.cost += costOf(payload);
    }
    this.makeRoom();
    return row;
  }

  /** Puts a line into the table that says what is missing there. */
  addGap(at: number, summary: string, text: string): void {
    this.keep(gapRow(this.rows.nextSeq, at, summary, text));
    this.makeRoom();
  }

  private keep(row: Row): void {
    this.rows.push(row);
    this.types.set(row.type, (this.types.get(row.type) ?? 0) + 1);
    this.version += 1;
    this.listener?.added(row);
  }

  private countWithoutRun(row: Row): void {
    if (row.internal) return;
    this.intake.runless += 1;
    if (isFailure(row.outcome)) this.intake.errors += 1;
  }

  private countInRun(row: Row, payload: Record<string, unknown>, at: number): void {
    const run = this.runs.count(row, payload, at);
    const errorsBefore = run.errors;
    const span = row.span === "" ? this.spans.get(row.run, row.parent) : this.spans.apply(row, payload, run);
    if (row.type === "llm_call_completed") this.spans.add(span, tokensOf(payload), costOf(payload), 0);
    if (isPointFailure(row)) {
      run.errors += 1;
      this.spans.add(span, 0, 0, 1);
    }
    this.intake.errors += run.errors - errorsBefore;
  }

  private makeRoom(): void {
    for (const row of this.rows.evict()) {
      this.intake.evicted += 1;
      this.repeats.forget(row);
      const left = (this.types.get(row.type) ?? 1) - 1;
      if (left > 0) this.types.set(row.type, left);
      else this.types.delete(row.type);
      if (row.run !== "" && row.kind === "event" && !row.internal) {
        // Judged by the newest row, not by the clock: what is evicted long before that has been silent as long.
        const newest = this.rows.get(this.rows.nextSeq - 1)?.at ?? Number.NaN;
        const isLost = (run: Run): boolean => newest - run.signalAt > LOST_AFTER_MS;
        if (row.span !== "") this.spans.forget(row, isLost);
        this.runs.forget(row);
      }
      this.listener?.evicted(row);
    }
  }
}

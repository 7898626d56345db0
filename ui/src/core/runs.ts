// Owns what is known of each run: counts, totals, whether it still runs. It learns from rows and from the spans that
// hang directly under the run; it never looks inside the tree.
import type { LogClock } from "./clock";
import { isFailure, type Row } from "./event";
import { isRecord } from "./protocol";
import { brief } from "./summary";

/** Silence after which an open span is lost: three missed `producer_alive` and a little. */
export const LOST_AFTER_MS = 35_000;

/** One run, and what was counted of it so far. Counts are of all that arrived, not of what is still kept. */
export interface Run {
  readonly id: string;
  /** As its producer named it. */
  name: string;
  /** What it is called as long as nobody named it, and how much the event knew that this was taken from. */
  fallback: string;
  fallbackFrom: number;
  /** What the run is about, as its producer put it. */
  question: string;
  /** The planner's number of each node, by node id: `3.2` says more than sixteen digits. */
  readonly nodes: Map<string, string>;
  readonly firstSeq: number;
  startedAt: number;
  endedAt: number;
  /** The process that runs it, where an event told. */
  producer: string;
  /** When the run last gave a sign of life, on the log's clock. */
  signalAt: number;
  events: number;
  retained: number;
  errors: number;
  tokens: number;
  cost: number;
  spans: number;
  openSpans: number;
  /** Spans without a parent that have not finished, and the gravest outcome of those that have. */
  openRoots: number;
  rootOutcome: string;
  /** Seconds, NaN before a span without a parent has finished. */
  rootDuration: number;
  /** Totals a `run_finished` claims, used only where no call was seen. */
  claimedTokens: number;
  claimedCost: number;
}

/** Most nodes of a run whose numbers are kept. */
const MAX_NODES = 20_000;

const GRAVITY = ["", "returned", "ok", "cancelled", "failed", "error", "panicked"];

/** The runs of the stream, in order of appearance. */
export class Runs {
  private readonly byId = new Map<string, Run>();

  get(id: string): Run | undefined {
    return this.byId.get(id);
  }

  all(): IterableIterator<Run> {
    return this.byId.values();
  }

  /** Counts a row that names a run. */
  count(row: Row, payload: Record<string, unknown>, signalAt: number): Run {
    const run = this.byId.get(row.run) ?? this.open(row);
    run.events += 1;
    run.retained += 1;
    if (Number.isFinite(row.at)) {
      run.startedAt = Number.isFinite(run.startedAt) ? Math.min(run.startedAt, row.at) : row.at;
      run.endedAt = Math.max(run.endedAt, row.at);
    }
    this.signal(run.id, signalAt);
    if (row.type === "llm_call_completed") {
      run.tokens += tokensOf(payload);
      run.cost += costOf(payload);
    } else if (row.type === "run_finished") {
      run.claimedTokens = tokensOf(payload);
      run.claimedCost = number(payload["total_cost"]);
    }
    describe(run, row, payload);
    return run;
  }

  /** A sign of life at a time. */
  signal(id: string, at: number): void {
    const run = this.byId.get(id);
    if (run && at > run.signalAt) run.signalAt = at;
  }

  /**
   * `producer_alive` speaks for runs that are silent because they wait: for those it names, else for those known to
   * be its own, and if it has more than these, for all whose process is not known.
   */
  hearProducer(payload: Record<string, unknown>, at: number): void {
    const { producer_id: producer, open_runs: named, open_spans: spans } = payload;
    if (Array.isArray(named)) {
      for (const id of named) if (typeof id === "string") this.signal(id, at);
      return;
    }
    if (spans === 0) return;
    const open = [...this.byId.values()].filter((run) => run.openSpans > 0);
    const own = open.filter((run) => run.producer !== "" && run.producer === producer);
    const strangers = number(named) > own.length || own.length === 0 ? open.filter((run) => run.producer === "") : [];
    for (const run of [...own, ...strangers]) this.signal(run.id, at);
  }

  /** A row of the run is no longer kept. The run goes with its last row, unless it may still be running. */
  forget(row: Row): void {
    const run = this.byId.get(row.run);
    if (!run) return;
    run.retained -= 1;
    if (run.retained === 0 && run.openSpans === 0) this.byId.delete(run.id);
  }

  /** The run a viewer most likely wants: the last one that has spans, else the last of any kind. */
  newest(): Run | undefined {
    let newest: Run | undefined;
    for (const run of this.byId.values()) {
      if (run.spans > 0 || !newest || newest.spans === 0) newest = run;
    }
    return newest;
  }

  private open(row: Row): Run {
    const run: Run = {
      id: row.run, name: "", fallback: "", fallbackFrom: -1, question: "", nodes: new Map(), firstSeq: row.seq, startedAt: Number.NaN, endedAt: Number.NEGATIVE_INFINITY, producer: "",
      signalAt: Number.NEGATIVE_INFINITY, events: 0, retained: 0, errors: 0, tokens: 0, cost: 0, spans: 0, openSpans: 0,
      openRoots: 0, rootOutcome: "", rootDuration: Number.NaN, claimedTokens: 0, claimedCost: 0,
    };
    this.byId.set(run.id, run);
    return run;
  }
}

function describe(run: Run, row: Row, payload: Record<string, unknown>): void {
  const { producer_id: producer, name, question, nid } = payload;
  if (typeof producer === "string") run.producer = producer;
  if (row.type === "run_started" || row.type === "run_finished") {
    if (typeof name === "string") run.name = name;
    if (typeof question === "string") run.question = brief(question, 200);
  } else if (row.type === "node_created" && typeof nid === "string" && nid !== "" && run.nodes.size < MAX_NODES) {
    run.nodes.set(row.node, nid);
  }
  callAfter(run, row, payload, 0);
}

/**
 * Calls a run after an event's function, else after its type. A root (2) knows better than a span without its parent
 * (1), and that better than any event (0).
 */
export function callAfter(run: Run, row: Row, payload: Record<string, unknown>, from: 0 | 1 | 2): void {
  if (from <= run.fallbackFrom) return;
  const code = payload["function"];
  run.fallback = (typeof code === "string" ? code.slice(code.lastIndexOf(":") + 1) : "") || row.type;
  run.fallbackFrom = from;
}

/** What to call a node: its number in the plan, else its id, cut where it is a long one. */
export function nodeName(run: Run | undefined, node: string): string {
  return run?.nodes.get(node) ?? (/^[0-9a-f-]{12,}$/i.test(node) ? node.slice(0, 8) : node);
}

/** The graver of two outcomes; one that is unknown counts as harmless. */
export function graver(a: string, b: string): string {
  return GRAVITY.indexOf(b) > GRAVITY.indexOf(a) || a === "" ? b : a;
}

/** What to call a run's state: `running`, `lost`, an outcome, or nothing where no span tells. */
export function runStatus(run: Run, clock: LogClock): string {
  if (run.openRoots > 0) return isLost(run, clock) ? "lost" : "running";
  return run.rootOutcome;
}

/** Whether a run was silent so long that its open spans will not finish. */
export function isLost(run: Run, clock: LogClock): boolean {
  return clock.now() - clock.silenceSince(run.signalAt) > LOST_AFTER_MS;
}

/** Tokens an event's payload reports. */
export function tokensOf(payload: Record<string, unknown>): number {
  const usage = payload["token_usage"];
  if (!isRecord(usage)) return 0;
  return number(usage["total_tokens"]) || number(usage["prompt_tokens"]) + number(usage["completion_tokens"]);
}

/** Dollars an event's payload reports. */
export function costOf(payload: Record<string, unknown>): number {
  return number(payload["cost_estimate"]);
}

/** Whether a row reports a failure that is not merely a call's finish, which the span counts. */
export function isPointFailure(row: Row): boolean {
  return row.phase === "point" && isFailure(row.outcome);
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

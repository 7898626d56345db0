// Owns what is known of each run: counts, totals, its nodes, whether it still runs. It learns from rows; it never looks
// inside the tree of its spans.
import type { TokenUsage } from "../generated/payloads";
import type { LogClock } from "./clock";
import { isFailure, type Row } from "./event";
import { PlanNodes } from "./nodes";
import { fieldOf } from "./payload";
import { isRecord } from "./protocol";
import type { Weight } from "./rows";
import type { Span } from "./spans";
import type { Statistics } from "./statistics";
import { brief } from "./summary";
import { nanosOf, noRunSums, type RunSums } from "./sums";

/** Silence after which an open span is lost: three missed `producer_alive` and a little. */
export const LOST_AFTER_MS = 35_000;

/** What a run is called, from an event on. */
export interface Title {
  readonly seq: number;
  /** As its producer named it. */
  readonly name: string;
  /** What the run is about, as its producer put it. */
  readonly question: string;
  /** What it is called as long as nobody named it, and how much the event knew that this was taken from. */
  readonly fallback: string;
  readonly fallbackFrom: number;
}

const UNTITLED: Title = { seq: -1, name: "", question: "", fallback: "", fallbackFrom: -1 };

/** One run, and what was counted of it so far. Counts are of all that arrived, not of what is still kept. */
export interface Run {
  readonly id: string;
  readonly titles: Title[];
  readonly nodes: PlanNodes;
  readonly firstSeq: number;
  lastSeq: number;
  startedAt: number;
  /** When its newest event was written. */
  endedAt: number;
  /** The process that runs it, where an event told. */
  producer: string;
  /** When the run last gave a sign of life, on the log's clock. */
  signalAt: number;
  /** Signs of life that others gave for it: the rows that told, and their times. */
  readonly alive: { readonly seq: number; readonly at: number }[];
  retained: number;
  readonly sums: RunSums;
  /** Rows of failures that began in the run, oldest first. */
  readonly errors: number[];
  readonly spans: Map<string, Span>;
  /** Spans that hang under no span we know, in order of arrival. */
  readonly roots: Set<Span>;
  /** Spans without a parent that have not finished, and the gravest outcome of those that have. */
  openRoots: number;
  rootOutcome: string;
  /** The longest of those that have, in seconds, and when the last of them ended; NaN before. */
  rootDuration: number;
  rootEnd: number;
  /** The same of roots that are not kept any more. */
  goneOutcome: string;
  goneDuration: number;
  goneEnd: number;
  /** Totals a `run_finished` claims, used only where no call was seen. */
  claim: { readonly seq: number; readonly tokens: number; readonly nanos: number };
  /** Calls by what was called with which arguments: the row of the first, or the rows of all. */
  readonly same: Map<number, number | number[]>;
  /** Statistics of rows that are not kept any more. */
  readonly gone: Statistics;
}

/** Most signs of life kept of a run, most different calls that are compared, and most times of one. */
const MOST_ALIVE = 2000;
const MOST_SAME = 50_000;
const MOST_TIMES = 4096;

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
  count(row: Row, payload: Record<string, unknown>, weight: Weight, signalAt: number): Run {
    const run = this.byId.get(row.run) ?? this.open(row);
    run.sums.events += 1;
    run.retained += 1;
    run.lastSeq = row.seq;
    if (Number.isFinite(row.at)) {
      run.startedAt = Number.isFinite(run.startedAt) ? Math.min(run.startedAt, row.at) : row.at;
      run.endedAt = row.at;
    }
    this.signal(run.id, signalAt);
    const { sums } = run;
    if (row.type === "llm_call_completed") {
      sums.llmCalls += 1;
      sums.tokens += weight.tokens;
      sums.tokensIn += weight.tokensIn;
      sums.tokensOut += weight.tokensOut;
      sums.nanos += weight.nanos;
    } else if (isToolEnd(row.type)) sums.toolCalls += 1;
    else if (row.type === "run_finished") run.claim = { seq: row.seq, tokens: tokensOf(payload), nanos: nanosOf(number(fieldOf(payload, "run_finished", "total_cost"))) };
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
  hearProducer(payload: Record<string, unknown>, row: Row, at: number): void {
    const { producer_id: producer, open_runs: named, open_spans: spans } = payload;
    if (Array.isArray(named)) {
      for (const id of named) if (typeof id === "string") this.hear(this.byId.get(id), row, at);
      return;
    }
    if (spans === 0) return;
    const open = [...this.byId.values()].filter((run) => run.sums.openSpans > 0);
    const own = open.filter((run) => run.producer !== "" && run.producer === producer);
    const strangers = number(named) > own.length || own.length === 0 ? open.filter((run) => run.producer === "") : [];
    for (const run of [...own, ...strangers]) this.hear(run, row, at);
  }

  private hear(run: Run | undefined, row: Row, at: number): void {
    if (!run) return;
    this.signal(run.id, at);
    run.alive.push({ seq: row.seq, at: row.at });
    if (run.alive.length > MOST_ALIVE) run.alive.splice(0, MOST_ALIVE / 2);
  }

  /** A row of the run is no longer kept. The run goes with its last row, unless it may still be running. */
  forget(id: string): void {
    const run = this.byId.get(id);
    if (!run) return;
    run.retained -= 1;
    if (run.retained === 0 && run.sums.openSpans === 0) this.byId.delete(run.id);
  }

  /** The run a viewer most likely wants: the last one that has spans, else the last of any kind. */
  newest(limit = Number.POSITIVE_INFINITY): Run | undefined {
    let newest: Run | undefined;
    for (const run of this.byId.values()) {
      if (run.firstSeq <= limit && (run.sums.spans > 0 || !newest || newest.sums.spans === 0)) newest = run;
    }
    return newest;
  }

  private open(row: Row): Run {
    const run: Run = {
      id: row.run, titles: [], nodes: new PlanNodes(), firstSeq: row.seq, lastSeq: row.seq, startedAt: Number.NaN, endedAt: Number.NaN, producer: "",
      signalAt: Number.NEGATIVE_INFINITY, alive: [], retained: 0, sums: noRunSums(), errors: [], spans: new Map(), roots: new Set(), openRoots: 0,
      rootOutcome: "", rootDuration: Number.NaN, rootEnd: Number.NaN,
      goneOutcome: "", goneDuration: Number.NaN, goneEnd: Number.NaN, claim: { seq: -1, tokens: 0, nanos: 0 }, same: new Map(), gone: new Map(),
    };
    this.byId.set(run.id, run);
    return run;
  }
}

function describe(run: Run, row: Row, payload: Record<string, unknown>): void {
  const { producer_id: producer, name, question } = payload;
  if (typeof producer === "string") run.producer = producer;
  if (row.type === "run_started" || row.type === "run_finished") {
    title(run, row.seq, { ...(typeof name === "string" ? { name } : {}), ...(typeof question === "string" ? { question: brief(question, 200) } : {}) });
  }
  callAfter(run, row, payload, 0);
}

/** The run's title as of a row. */
export function titleOf(run: Run, limit = Number.POSITIVE_INFINITY): Title {
  return run.titles.findLast(({ seq }) => seq <= limit) ?? UNTITLED;
}

/** What to call a run: as its producer did, else what it is called after. */
export function runName(run: Run, limit?: number): string {
  const { name, fallback } = titleOf(run, limit);
  return name || fallback;
}

function title(run: Run, seq: number, change: Partial<Title>): void {
  const old = titleOf(run);
  const next = { ...old, ...change, seq };
  if (next.name === old.name && next.question === old.question && next.fallback === old.fallback && next.fallbackFrom === old.fallbackFrom) return;
  run.titles.push(next);
  // A run that changes its name with every event keeps the newest ones.
  if (run.titles.length > 64) run.titles.splice(1, 1);
}

/**
 * Calls a run after an event's function, else after its type. A root (2) knows better than a span without its parent
 * (1), and that better than any event (0).
 */
export function callAfter(run: Run, row: Row, payload: Record<string, unknown>, from: 0 | 1 | 2): void {
  if (from <= titleOf(run).fallbackFrom) return;
  const code = payload["function"];
  const fallback = (typeof code === "string" ? code.slice(code.lastIndexOf(":") + 1) : "") || row.type;
  title(run, row.seq, { fallback, fallbackFrom: from });
}

/** Notes a call with arguments that can be compared. */
export function noteSame(run: Run, key: number, seq: number): void {
  const known = run.same.get(key);
  if (typeof known === "number") run.same.set(key, [known, seq]);
  else if (known) {
    known.push(seq);
    if (known.length > MOST_TIMES) known.splice(0, MOST_TIMES / 2);
  }
  else if (run.same.size < MOST_SAME) run.same.set(key, seq);
}

/** What to call a node: its number in the plan, else its id, cut where it is a long one. */
export function nodeName(run: Run | undefined, node: string, limit?: number): string {
  return run?.nodes.get(node)?.factsAt(limit)?.name || (/^[0-9a-f-]{12,}$/i.test(node) ? node.slice(0, 8) : node);
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

/** Whether events of a type end a call of a tool. */
export function isToolEnd(type: string): boolean {
  return type === "tool_returned" || type === "search_completed";
}

/** What an event's payload adds to sums; nothing unless it ends a call of a model. */
export function weightOf(type: string, payload: Record<string, unknown>): Weight {
  const firstToken = firstTokenOf(payload);
  if (type !== "llm_call_completed") return Number.isNaN(firstToken) ? WEIGHTLESS : { ...WEIGHTLESS, firstToken };
  const usage = fieldOf(payload, type, "token_usage");
  return {
    tokens: tokensOf(payload), ...(isRecord(usage) ? bothWays(usage) : { tokensIn: 0, tokensOut: 0 }),
    nanos: nanosOf(number(fieldOf(payload, type, "cost_estimate"))), firstToken,
  };
}

const WEIGHTLESS: Weight = { tokens: 0, tokensIn: 0, tokensOut: 0, nanos: 0, firstToken: Number.NaN };

/** Tokens an event's payload reports. */
export function tokensOf(payload: Record<string, unknown>): number {
  const usage = fieldOf(payload, "llm_call_completed", "token_usage");
  if (!isRecord(usage)) return 0;
  const { tokensIn, tokensOut } = bothWays(usage);
  return whole((usage as Partial<TokenUsage>).total_tokens) || tokensIn + tokensOut;
}

function bothWays(usage: Partial<TokenUsage>): { tokensIn: number; tokensOut: number } {
  return { tokensIn: whole(usage.prompt_tokens), tokensOut: whole(usage.completion_tokens) };
}

/** Seconds to the first item of a stream, such as an answer's first token; NaN where nothing tells. */
export function firstTokenOf(payload: Record<string, unknown>): number {
  const { time_to_first: ours, time_to_first_token: seconds, ttft, ttft_ms: ms } = payload;
  for (const value of [ours, seconds, ttft, typeof ms === "number" ? ms / 1000 : undefined]) if (typeof value === "number") return value;
  return Number.NaN;
}

/** Whether a row reports a failure that is not merely a call's finish, which the span counts. */
export function isPointFailure(row: Row): boolean {
  return row.phase === "point" && isFailure(row.outcome);
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

/** What a column can hold. */
function whole(value: unknown): number {
  return Math.min(Math.max(Math.round(number(value)), 0), 0xff_ff_ff_ff);
}

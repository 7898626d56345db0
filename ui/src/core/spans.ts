// Owns the spans and who is whose parent. Events may come in any order and parts may be missing: a child before its
// parent, a finish without its start.
import { isFailure, type Row } from "./event";
import { callAfter, graver, type Run } from "./runs";
import { brief, shortType, stepName } from "./summary";

/** One call. */
export interface Span {
  /** Run and span id; a span id alone is not unique among foreign producers. */
  readonly key: string;
  readonly id: string;
  readonly run: Run;
  readonly parentId: string;
  parent: Span | null;
  readonly children: Set<Span>;
  type: string;
  label: string;
  detail: string;
  node: string;
  startedAt: number;
  endedAt: number;
  /** Seconds, NaN while open. */
  duration: number;
  /** Empty while open. */
  outcome: string;
  error: string;
  errorType: string;
  /** The failure began here: no child failed with it before. */
  ownError: boolean;
  startSeq: number;
  finishSeq: number;
  /** Sums over the span and everything below it. */
  below: number;
  errorsBelow: number;
  tokens: number;
  cost: number;
}

/** Most spans whose rows are gone and that have not finished; more means a producer that died often. */
const MAX_SURVIVORS = 10_000;

const NONE: ReadonlySet<Span> = new Set();

/** All spans of all runs. */
export class Spans {
  private readonly byKey = new Map<string, Span>();
  // Sets keep the order of arrival and let go of any member at once: a run may have a hundred thousand.
  private readonly orphans = new Map<string, Set<Span>>();
  private readonly roots = new Map<string, Set<Span>>();
  private readonly survivors = new Set<Span>();
  /** Grows with every change; a tree laid out at an older number is stale. */
  version = 0;

  get size(): number {
    return this.byKey.size;
  }

  get(run: string, span: string): Span | undefined {
    return this.byKey.get(spanKey(run, span));
  }

  byName(key: string): Span | undefined {
    return this.byKey.get(key);
  }

  /** Spans of a run that hang under no span we know. */
  rootsOf(run: string): ReadonlySet<Span> {
    return this.roots.get(run) ?? NONE;
  }

  /** Takes in a row that has a span. */
  apply(row: Row, payload: Record<string, unknown>, run: Run): Span {
    this.version += 1;
    const span = this.byKey.get(spanKey(row.run, row.span)) ?? this.open(row, run);
    if (row.phase === "start") {
      if (span.startSeq >= 0) return span;
      span.startSeq = row.seq;
      span.startedAt = row.at;
      describe(span, row, payload);
    } else if (span.finishSeq < 0) this.finish(span, row, payload);
    return span;
  }

  /** Adds to a span and all above it. */
  add(span: Span | undefined, tokens: number, cost: number, errors: number): void {
    for (let at: Span | null | undefined = span; at; at = at.parent) {
      at.tokens += tokens;
      at.cost += cost;
      at.errorsBelow += errors;
    }
    this.version += 1;
  }

  /** A row is no longer kept: its span goes with the last of its rows once it has finished. */
  forget(row: Row, isLost: (run: Run) => boolean): void {
    const span = this.byKey.get(spanKey(row.run, row.span));
    if (!span) return;
    if (span.finishSeq >= 0 ? row.seq === span.finishSeq : isLost(span.run)) {
      this.remove(span);
    } else if (span.finishSeq < 0) {
      this.survivors.add(span);
      const [oldest] = this.survivors;
      if (oldest && this.survivors.size > MAX_SURVIVORS) this.remove(oldest);
    }
  }

  private open(row: Row, run: Run): Span {
    const span: Span = {
      key: spanKey(row.run, row.span), id: row.span, run, parentId: row.parent, parent: null, children: new Set(), type: row.type,
      label: "", detail: "", node: row.node, startedAt: Number.NaN, endedAt: Number.NaN, duration: Number.NaN, outcome: "",
      error: "", errorType: "", ownError: false, startSeq: -1, finishSeq: -1, below: 0, errorsBelow: 0, tokens: 0, cost: 0,
    };
    this.byKey.set(span.key, span);
    run.spans += 1;
    run.openSpans += 1;
    const parent = row.parent === "" || row.parent === row.span ? undefined : this.byKey.get(spanKey(row.run, row.parent));
    if (parent) attach(span, parent);
    else {
      put(this.roots, row.run, span);
      run.openRoots += 1;
      if (row.parent !== "") put(this.orphans, spanKey(row.run, row.parent), span);
    }
    this.adopt(span);
    return span;
  }

  /** Children that came before their parent move under it. */
  private adopt(parent: Span): void {
    const waiting = this.orphans.get(parent.key);
    if (!waiting) return;
    this.orphans.delete(parent.key);
    const roots = this.roots.get(parent.run.id);
    for (const child of waiting) {
      if (isAbove(child, parent)) continue;
      roots?.delete(child);
      if (child.outcome === "") parent.run.openRoots -= 1;
      attach(child, parent);
      this.add(parent, child.tokens, child.cost, child.errorsBelow);
    }
    parent.run.rootOutcome = "";
    parent.run.rootDuration = Number.NaN;
    for (const root of roots ?? NONE) if (root.outcome !== "") this.endRoot(root);
  }

  /** One root tells how long its run took, to the microsecond; of several, the run's events tell. */
  private endRoot(root: Span): void {
    const { run } = root;
    run.rootOutcome = graver(run.rootOutcome, root.outcome);
    const isOnly = this.rootsOf(run.id).size === 1;
    const known = [root.duration, ...(isOnly ? [] : [run.rootDuration, (run.endedAt - run.startedAt) / 1000])].filter(Number.isFinite);
    run.rootDuration = known.length === 0 ? Number.NaN : Math.max(...known);
  }

  private finish(span: Span, row: Row, payload: Record<string, unknown>): void {
    span.finishSeq = row.seq;
    span.endedAt = row.at;
    span.duration = Number.isFinite(row.duration) ? row.duration : (row.at - span.startedAt) / 1000;
    if (!Number.isFinite(span.startedAt)) span.startedAt = row.at - (row.duration || 0) * 1000;
    // A foreign finish may say nothing of how it went; that it finished is known.
    span.outcome = row.outcome || "returned";
    span.error = row.error;
    span.errorType = typeof payload["error_type"] === "string" ? payload["error_type"] : "";
    if (span.startSeq < 0) describe(span, row, payload);
    span.run.openSpans -= 1;
    this.survivors.delete(span);
    if (!span.parent) {
      span.run.openRoots -= 1;
      this.endRoot(span);
    }
    if (isFailure(span.outcome)) {
      const said = `${span.error}\n${Array.isArray(payload["error_chain"]) ? payload["error_chain"].join("\n") : ""}`;
      span.ownError = ![...span.children].some((child) => isFailure(child.outcome) && said.includes(child.error));
      if (span.ownError) {
        span.run.errors += 1;
        this.add(span, 0, 0, 1);
      }
    }
  }

  private remove(span: Span): void {
    this.version += 1;
    this.survivors.delete(span);
    this.byKey.delete(span.key);
    this.orphans.delete(span.key);
    if (span.outcome === "") span.run.openSpans -= 1;
    if (span.parent) span.parent.children.delete(span);
    else {
      drop(this.roots, span.run.id, span);
      drop(this.orphans, spanKey(span.run.id, span.parentId), span);
      if (span.outcome === "") span.run.openRoots -= 1;
    }
    for (const child of span.children) {
      child.parent = null;
      put(this.roots, span.run.id, child);
      if (child.outcome === "") span.run.openRoots += 1;
    }
  }
}

function spanKey(run: string, span: string): string {
  return `${run}/${span}`;
}

function put(map: Map<string, Set<Span>>, key: string, span: Span): void {
  const known = map.get(key);
  if (known) known.add(span);
  else map.set(key, new Set([span]));
}

function drop(map: Map<string, Set<Span>>, key: string, span: Span): void {
  const known = map.get(key);
  known?.delete(span);
  if (known?.size === 0) map.delete(key);
}

function attach(child: Span, parent: Span): void {
  child.parent = parent;
  parent.children.add(child);
  for (let at: Span | null = parent; at; at = at.parent) at.below += 1 + child.below;
}

/** Guards against producers whose parents form a ring. */
function isAbove(candidate: Span, span: Span): boolean {
  for (let at: Span | null = span; at; at = at.parent) if (at === candidate) return true;
  return false;
}

const NAMES: Record<string, (row: Row, payload: Record<string, unknown>) => readonly [label: string, detail: string]> = {
  step: (_row, payload) => [text(payload["action_name"]) || stepName(payload) || "step", text(payload["goal"])],
  llm: (row, payload) => [text(payload["agent_class"]) || "llm call", row.subject],
  tool: (row, payload) => [row.subject || "tool", text(payload["args_preview"])],
  search: (_row, payload) => ["search", text(payload["query_terms"])],
  run: (_row, payload) => [text(payload["name"]) || shortType(text(payload["function"])) || "run", text(payload["question"])],
};

/** What sort of work an event type stands for; it decides icon and wording only. */
export function kindOf(type: string): string {
  const kind = /^(step|llm|tool|search|run|node)_/.exec(type)?.[1];
  return kind ?? "other";
}

function describe(span: Span, row: Row, payload: Record<string, unknown>): void {
  span.type = row.type;
  span.node = row.node;
  const named = NAMES[kindOf(row.type)]?.(row, payload);
  const code = text(payload["function"]);
  span.label = named?.[0] ?? (shortType(code) || row.type);
  span.detail = named?.[1] ?? row.summary;
  if (!span.parent) callAfter(span.run, row, payload, span.parentId === "" ? 2 : 1);
}

function text(value: unknown): string {
  return value === undefined || value === null ? "" : brief(value, 160);
}

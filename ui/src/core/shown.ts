// Owns turning what is known into what is sent to the page: small flat records, nothing that grows with the store.
import { BLANK } from "./blank";
import type { LogClock } from "./clock";
import type { Row } from "./event";
import type { Scope } from "./filter";
import type { HeaderView, RowView, RunView, TreeRowView, TypeCount } from "./messages";
import { nodeName, runStatus, type Run, type Runs } from "./runs";
import type { Span } from "./spans";
import type { Store } from "./store";
import type { TreeNode, TreeView } from "./tree";

/** Most runs in the picker; older ones are found by their events. */
const LISTED_RUNS = 200;

export function rowView(row: Row, rank: number, status: string, runs: Runs): RowView {
  const { seq, kind, at, ts, type, phase, duration, node: nodeId, subject, summary } = row;
  const node = nodeName(runs.get(row.run), nodeId);
  return { rank, seq, kind, at, ts, type, phase, status, duration, node, nodeId, subject, summary, span: row.span === "" ? "" : `${row.run}/${row.span}`, icon: "", hue: -1, isDimmed: false };
}

export function treeRowView(line: TreeNode, stateOf: (span: Span) => string, clock: LogClock, tree: TreeView): TreeRowView {
  return line.kind === "run" ? runRow(line.run, line.depth, clock, tree) : spanRow(line.span, line.depth, stateOf(line.span), tree);
}

function runRow(run: Run, depth: number, clock: LogClock, tree: TreeView): TreeRowView {
  const status = runStatus(run, clock);
  return {
    key: run.id, kind: "run", depth, type: "run", label: nameOf(run), detail: "", node: run.id.slice(0, 8), status, startedAt: run.startedAt,
    duration: status === "running" || status === "lost" ? Number.NaN : run.rootDuration,
    error: "", errorsBelow: run.errors, below: run.spans, hasChildren: true, isOpen: !tree.isClosed(run.id),
    tokens: run.tokens, cost: run.cost, nodeStatus: "", retries: 0, repeats: 0, icon: "", hue: -1, isDimmed: false,
  };
}

function spanRow(span: Span, depth: number, status: string, tree: TreeView): TreeRowView {
  const open = status === "running" || status === "lost";
  return {
    key: span.key, kind: "span", depth, type: span.type, label: span.label, detail: span.detail,
    // Most calls work on the node of the call around them; saying it again at each would hide where it changes.
    node: span.node === span.parent?.node ? "" : nodeName(span.run, span.node), status,
    startedAt: span.startedAt, duration: open ? Number.NaN : span.duration, error: !open && span.ownError ? span.error || span.outcome : "",
    errorsBelow: span.errorsBelow - (span.ownError ? 1 : 0), below: span.below, hasChildren: span.children.size > 0,
    isOpen: !tree.isClosed(span.key), tokens: span.tokens, cost: span.cost, nodeStatus: "", retries: 0, repeats: 0, icon: "", hue: -1, isDimmed: false,
  };
}

export function runViews(runs: Runs, clock: LogClock): RunView[] {
  const newestFirst = [...runs.all()].reverse().slice(0, LISTED_RUNS);
  return newestFirst.map((run) => ({
    id: run.id, name: nameOf(run), question: run.question, status: runStatus(run, clock), events: run.events, errors: run.errors, startedAt: run.startedAt,
  }));
}

export function typeCounts(types: ReadonlyMap<string, number>): TypeCount[] {
  return [...types].map(([type, count]) => ({ type, count })).sort((a, b) => a.type.localeCompare(b.type));
}

export function headerView(store: Store, scope: Scope, runId: string, rate: number, clock: LogClock): HeaderView {
  const { received, duplicates, evicted, errors, tokens, cost, runless, invalid } = store.intake;
  const common = { ...BLANK.header, scope, run: runId, rate, received, duplicates, evicted, invalid };
  const run = store.runs.get(runId);
  if (run) {
    const status = runStatus(run, clock);
    return {
      ...common, name: nameOf(run), status, startedAt: run.startedAt,
      duration: status === "running" ? Number.NaN : status === "lost" ? (run.signalAt - run.startedAt) / 1000 : run.rootDuration,
      events: run.events, errors: run.errors, tokens: run.tokens || run.claimedTokens, cost: run.cost || run.claimedCost,
    };
  }
  const nothing = { name: "", status: "", startedAt: Number.NaN, duration: Number.NaN };
  if (scope.kind === "none") return { ...common, ...nothing, events: runless, errors: 0, tokens: 0, cost: 0 };
  return { ...common, ...nothing, events: received, errors, tokens, cost };
}

/** A run's name as its producer gave it, else what it is called after. */
function nameOf(run: Run): string {
  return run.name || run.fallback;
}

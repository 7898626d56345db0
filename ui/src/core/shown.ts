// Owns turning what is known into what is sent to the page: small flat records, nothing that grows with the store.
import { repeatsOf } from "./details";
import { BY_ERRORS, BY_PARTS, BY_TYPES, type Filter } from "./filter";
import type { Dimming } from "./graph";
import type { Lens } from "./lens";
import type { CountersView, QueryView, RowView, RunView, TableWindow, TreeRowView, TypeCount } from "./messages";
import type { Part } from "./query";
import { nodeName, runName, titleOf, type Run } from "./runs";
import type { Span } from "./spans";
import type { Intake } from "./store";
import { dollars } from "./sums";
import type { Ranked, TableView } from "./table";
import type { TreeNode, TreeView } from "./tree";

/** Most runs in the picker; older ones are found by their events. */
const LISTED_RUNS = 200;

export function rowView(lens: Lens, { row, rank, matches }: Ranked, status: string): RowView {
  const { seq, kind, at, ts, type, phase, duration, node: nodeId, subject, summary, look } = row;
  const node = nodeName(lens.store.runs.get(row.run), nodeId, lens.limit);
  return {
    rank, seq, kind, at, ts, type, phase, status, duration, node, nodeId, subject, summary, span: row.span === "" ? "" : `${row.run}/${row.span}`,
    icon: look.icon, hue: look.hue, isDimmed: kind === "event" && !matches,
  };
}

export function treeRowView(lens: Lens, line: TreeNode, tree: TreeView, dimming: Dimming): TreeRowView {
  return line.kind === "run" ? runRow(lens, line.run, line.depth, tree) : spanRow(lens, line.span, line.depth, line.retries, tree, dimming);
}

function runRow(lens: Lens, run: Run, depth: number, tree: TreeView): TreeRowView {
  const status = lens.runStatus(run);
  const sums = lens.sumsOfRun(run);
  return {
    key: run.id, kind: "run", depth, type: "run", label: runName(run, lens.limit), detail: "", node: run.id.slice(0, 8), status, startedAt: run.startedAt,
    duration: status === "running" || status === "lost" ? Number.NaN : lens.stateOf(run).duration,
    error: "", errorsBelow: sums.errors, below: sums.spans, hasChildren: true, isOpen: !tree.isClosed(run.id),
    tokens: sums.tokens, cost: dollars(sums.nanos), nodeStatus: "", retries: 0, repeats: 0, icon: "", hue: -1, isDimmed: false,
  };
}

function spanRow(lens: Lens, span: Span, depth: number, retries: number, tree: TreeView, dimming: Dimming): TreeRowView {
  const { store } = lens;
  const ownError = lens.isOwnError(span);
  const sums = lens.sumsOf(span);
  const node = span.node === "" ? undefined : span.run.nodes.get(span.node);
  const look = store.rows.get(store.tellerOf(span))?.look;
  return {
    key: span.key, kind: "span", depth, type: span.type, label: span.label, detail: store.detailOf(span),
    // Most calls work on the node of the call around them; saying it again at each would hide where it changes.
    node: span.node === lens.parentOf(span)?.node ? "" : nodeName(span.run, span.node, lens.limit), status: lens.statusOf(span),
    startedAt: lens.startOf(span), duration: lens.durationOf(span), error: ownError ? span.error || span.outcome : "",
    errorsBelow: sums.errors - (ownError ? 1 : 0), below: sums.below, hasChildren: lens.hasChildren(span), isOpen: !tree.isClosed(span.key),
    tokens: sums.tokens, cost: dollars(sums.nanos), nodeStatus: node ? lens.statusOfNode(node).status : "", retries, repeats: repeatsOf(lens, span),
    icon: look?.icon ?? "", hue: look?.hue ?? -1, isDimmed: dimming.isSpanDimmed(span),
  };
}

export function runViews(lens: Lens): RunView[] {
  const newestFirst = [...lens.store.runs.all()].reverse().slice(0, LISTED_RUNS);
  return newestFirst.map((run) => ({
    id: run.id, name: runName(run), question: titleOf(run).question, status: lens.runStatus(run), events: run.sums.events, errors: run.sums.errors, startedAt: run.startedAt,
  }));
}

export function typeCounts(types: ReadonlyMap<string, number>): TypeCount[] {
  return [...types].map(([type, count]) => ({ type, count })).sort((a, b) => a.type.localeCompare(b.type));
}

/** The table's window and all that is counted of its rows. */
export function tableViews(table: TableView, intake: Intake, filter: Filter, parts: readonly Part[], selected: number): { table: Omit<TableWindow, "total" | "topRank" | "from" | "rows">; counters: CountersView; query: QueryView } {
  const { counts, shown, hidden, gaps, outside, matched } = table.tallied();
  const { received, dropped, trimmed, trimmedUnknown, evicted, duplicates, invalid } = intake;
  const isQuery = parts.some(({ test }) => test !== null);
  return {
    table: { waiting: table.waiting, gaps, hidden, outside, scanning: table.scanning },
    counters: { received, shown, hidden, outside, dropped, trimmed, trimmedUnknown, evicted, duplicates, invalid },
    query: {
      parts: parts.map(({ text, from, to, error }, index) => ({ text, from, to, error, hides: filter.marks ? 0 : (counts[BY_PARTS + index] ?? 0) })),
      hiddenByTypes: counts[BY_TYPES] ?? 0, hiddenByErrors: counts[BY_ERRORS] ?? 0,
      matches: matched, matchIndex: isQuery && selected >= 0 && table.indexOf(selected) >= 0 && table.passes(selected) ? table.matchesAfter(selected) : -1, scanning: table.scanning,
    },
  };
}

// Owns what a timeline shows: for each line of the tree a lane, and in it what the call's time was spent on, cut to what
// can be told apart at the asked width. It draws nothing.
import { ERROR } from "./chunk";
import type { Dimming } from "./graph";
import type { Lens } from "./lens";
import type { BarKind, TimelineBar, TimelineLane, TimelineView, TimelineWindow } from "./messages";
import { kindOf } from "./names";
import { nodeName, runName, type Run } from "./runs";
import type { Span } from "./spans";
import type { TreeNode, TreeView } from "./tree";

export const NO_WINDOW: TimelineWindow = { from: Number.NaN, to: Number.NaN, width: 800, firstLane: 0, lanes: 60, buckets: 200 };

/** Most stretches that a lane or the density is cut into. */
const MOST_CELLS = 4000;

/** What a cell of a lane shows, the weightiest last: an answer under way says more than that something is waited for. */
const KINDS: readonly BarKind[] = ["own", "waiting", "tool", "llm"];

export function timelineOf(lens: Lens, runs: readonly Run[], lines: readonly TreeNode[], tree: TreeView, window: TimelineWindow, dimming: Dimming): TimelineView {
  const shown = runs.filter((run) => run.firstSeq <= lens.limit && Number.isFinite(run.startedAt));
  const now = lens.now();
  const start = Math.min(...shown.map((run) => run.startedAt));
  const end = Math.max(start, ...shown.map((run) => (lens.runStatus(run) === "running" ? now : lens.lastEventOf(run))).filter(Number.isFinite));
  const isEmpty = !Number.isFinite(start);
  const [from, to] = Number.isFinite(window.from) && window.to > window.from ? [window.from, window.to] : [start, end];
  const first = Math.min(Math.max(window.firstLane, 0), lines.length);
  const visible = isEmpty ? [] : lines.slice(first, first + Math.max(window.lanes, 0));
  const cells = Math.min(Math.max(Math.round(window.width), 1), MOST_CELLS);
  const stretch: Stretch = { from, to, now: Math.min(now, Math.max(end, to)), cells };
  const density = isEmpty ? { density: [], failures: [] } : densityOf(lens, shown, start, end, Math.min(window.buckets, MOST_CELLS));
  return {
    start: isEmpty ? Number.NaN : start, end: isEmpty ? Number.NaN : end, from: isEmpty ? Number.NaN : from, to: isEmpty ? Number.NaN : to, now, lanes: lines.length, first, ...density,
    rows: visible.map((line) => (line.kind === "run" ? runLane(lens, line, tree) : spanLane(lens, line, tree, stretch, dimming))),
  };
}

/** A stretch of time, cut into equal cells. `now` ends what is open. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly cells: number;
}

function runLane(lens: Lens, { run, depth }: Extract<TreeNode, { kind: "run" }>, tree: TreeView): TimelineLane {
  const status = lens.runStatus(run);
  return {
    key: run.id, kind: "run", depth, type: "run", label: runName(run, lens.limit), node: "", status, startedAt: run.startedAt, endedAt: status === "running" ? Number.NaN : lens.lastEventOf(run),
    errorsBelow: lens.sumsOfRun(run).errors, hasChildren: true, isOpen: !tree.isClosed(run.id), bars: [], isDimmed: false,
  };
}

function spanLane(lens: Lens, { span, depth }: Extract<TreeNode, { kind: "span" }>, tree: TreeView, stretch: Stretch, dimming: Dimming): TimelineLane {
  const status = lens.statusOf(span);
  const [startedAt, endedAt] = [lens.startOf(span), status === "lost" ? lens.lastEventOf(span.run) : lens.endOf(span)];
  return {
    key: span.key, kind: "span", depth, type: span.type, label: span.label, node: nodeName(span.run, span.node, lens.limit), status, startedAt, endedAt,
    errorsBelow: lens.sumsOf(span).errors - (lens.isOwnError(span) ? 1 : 0), hasChildren: lens.hasChildren(span), isOpen: !tree.isClosed(span.key),
    bars: barsOf(lens, span, startedAt, Number.isFinite(endedAt) ? endedAt : stretch.now, stretch), isDimmed: dimming.isSpanDimmed(span),
  };
}

/** What the time from start to end was, without overlap. */
function barsOf(lens: Lens, span: Span, start: number, end: number, stretch: Stretch): TimelineBar[] {
  if (!(end >= start) || end < stretch.from || start > stretch.to) return [];
  const [from, to] = [Math.max(start, stretch.from), Math.min(end, stretch.to)];
  const own = kindOf(span.type) === "llm" ? "llm" : kindOf(span.type) === "tool" || kindOf(span.type) === "search" ? "tool" : "own";
  if (to === from || !lens.hasChildren(span)) return [{ kind: own, from, to }];
  return inside(lens, span, own, from, to, stretch);
}

/** Calls inside a call, cell by cell: finer than a cell nothing can be seen, however many there are. */
function inside(lens: Lens, span: Span, own: BarKind, from: number, to: number, { from: left, to: right, now, cells }: Stretch): TimelineBar[] {
  const width = (right - left) / cells || 1;
  const kinds = new Uint8Array(cells);
  const edges = new Set<number>([from, to]);
  const cellOf = (at: number): number => Math.min(Math.max(Math.floor((at - left) / width), 0), cells - 1);
  let count = 0;
  for (let child = span.firstChild; child; child = child.next) {
    if (!lens.hasBegun(child) || child.linkSeq > lens.limit) continue;
    const begun = Math.max(lens.startOf(child), from);
    const ended = Math.min(lens.isFinished(child) ? child.endedAt : now, to);
    if (!(ended > begun)) continue;
    const kind = kindOf(child.type) === "llm" ? 3 : kindOf(child.type) === "tool" || kindOf(child.type) === "search" ? 2 : 1;
    for (let cell = cellOf(begun); cell <= cellOf(ended - width / 1e6); cell += 1) if ((kinds[cell] ?? 0) < kind) kinds[cell] = kind;
    if ((count += 1) <= 64) edges.add(begun).add(ended);
  }
  return merge(kinds, own, from, to, left, width, edges);
}

/** Neighbours of one kind together; edges fall on the times that made them where there are few. */
function merge(kinds: Uint8Array, own: BarKind, from: number, to: number, left: number, width: number, edges: ReadonlySet<number>): TimelineBar[] {
  const bars: TimelineBar[] = [];
  const sorted = [...edges].sort((a, b) => a - b);
  const snap = (at: number): number => sorted.find((edge) => Math.abs(edge - at) <= width) ?? at;
  let at = from;
  const last = Math.min(Math.max(Math.floor((to - left) / width - 1e-6), 0), kinds.length - 1);
  for (let cell = Math.max(Math.floor((from - left) / width), 0); cell <= last;) {
    const kind = kinds[cell] ?? 0;
    let end = cell + 1;
    while (end <= last && kinds[end] === kind) end += 1;
    const until = end > last ? to : Math.min(Math.max(snap(left + end * width), at), to);
    if (until > at || bars.length === 0) bars.push({ kind: kind === 0 ? own : (KINDS[kind] ?? own), from: at, to: until });
    at = until;
    cell = end;
  }
  return bars;
}

function densityOf(lens: Lens, runs: readonly Run[], start: number, end: number, buckets: number): { density: number[]; failures: number[] } {
  const density = new Array<number>(Math.max(buckets, 0)).fill(0);
  const failures = new Array<number>(Math.max(buckets, 0)).fill(0);
  if (buckets <= 0) return { density, failures };
  const { rows } = lens.store;
  const numbers = new Set(runs.map((run) => rows.words.find(run.id)));
  const only = numbers.size === 1 ? [...numbers][0] : undefined;
  const scale = buckets / Math.max(end - start, 1);
  rows.walk(Math.min(...runs.map((run) => run.firstSeq)), Math.min(lens.limit, Math.max(...runs.map((run) => run.lastSeq))) + 1, (chunk, first, last) => {
    const { at, flags } = chunk;
    const { run } = chunk.counts;
    for (let index = first; index < last; index += 1) {
      const number = run[index] ?? 0;
      const place = ((at[index] ?? 0) - start) * scale;
      if ((only === undefined ? !numbers.has(number) : number !== only) || !Number.isFinite(place)) continue;
      const bucket = Math.min(Math.max(Math.floor(place), 0), buckets - 1);
      density[bucket] = (density[bucket] ?? 0) + 1;
      if ((flags[index] ?? 0) & ERROR) failures[bucket] = (failures[bucket] ?? 0) + 1;
    }
  });
  return { density, failures };
}

// Owns the order in which spans stand in the tree: parents before children, siblings as they came, closed branches and
// folded retries left out. It draws nothing and changes no span.
import type { Lens } from "./lens";
import { retriesAmong } from "./retries";
import type { Run } from "./runs";
import type { Span, Spans } from "./spans";

/** One line of the tree. */
export type TreeNode =
  | { readonly kind: "run"; readonly run: Run; readonly depth: number }
  /** `retries` attempts before this call failed. */
  | { readonly kind: "span"; readonly span: Span; readonly depth: number; readonly retries: number };

/** Lines from which on laying out takes time that shows, and how often it is then done. */
const LARGE = 2000;
const LARGE_EVERY_MS = 250;

/** Places that are looked for one by one; from more on, laying out all of it takes no longer. */
const MOST_SEARCHES = 200;

/** What to toggle for the attempts that stand in a call's line. */
export const RETRIES = "retries:";

/** Lays out runs and their spans as a list of lines; remembers which branches are closed. */
export class TreeView {
  private readonly closed = new Set<string>();
  private readonly unfolded = new Set<string>();
  private lines: TreeNode[] = [];
  private laidOutFor = "";
  private laidOutAt = Number.NEGATIVE_INFINITY;
  private laidOutVersion = -1;
  /** What of the spans the lines show. */
  private shown = { shape: -1, removals: -1, openings: 0 };
  private choices = 0;
  private foundAt = -1;
  /** Index of the span that started last, or -1: where the work is. */
  newest = -1;

  toggle(key: string, open?: boolean): void {
    const set = key.startsWith(RETRIES) ? this.unfolded : this.closed;
    const isOpen = key.startsWith(RETRIES) ? set.has(key) : !set.has(key);
    if (open === isOpen) return;
    if (set.has(key)) set.delete(key);
    else set.add(key);
    this.choices += 1;
  }

  isClosed(key: string): boolean {
    return this.closed.has(key);
  }

  /** Opens every branch above a span, so that it has a line. */
  reveal(span: Span): void {
    for (let at = span.parent; at; at = at.parent) this.toggle(at.key, true);
    this.toggle(span.run.id, true);
  }

  /**
   * All lines for the given runs; with a line for each run if asked. New spans get their lines where they belong. What
   * moves others is laid out anew, in a large tree only so often, so that a flood is not paid for again at every frame.
   */
  layOut(lens: Lens, runs: readonly Run[], withRuns: boolean, now: number): readonly TreeNode[] {
    const asked = `${this.choices} ${lens.limit} ${lens.isPast ? lens.store.rows.firstSeq : ""} ${withRuns ? "all" : (runs[0]?.id ?? "")}`;
    const { spans } = lens.store;
    if (asked === this.laidOutFor) {
      if (lens.isPast || spans.version === this.laidOutVersion) return this.lines;
      this.laidOutVersion = spans.version;
      if (!withRuns && runs[0] && lens.limit === Number.POSITIVE_INFINITY && this.goOn(spans, runs[0])) return this.lines;
      if (this.lines.length > LARGE && now - this.laidOutAt < LARGE_EVERY_MS) {
        this.laidOutVersion = -1;
        return this.lines;
      }
    }
    this.laidOutFor = asked;
    this.laidOutAt = now;
    this.laidOutVersion = spans.version;
    this.shown = { shape: spans.shape, removals: spans.removals, openings: spans.openings };
    this.lines = [];
    this.newest = -1;
    const seen = { seq: -1 };
    for (const run of runs) {
      if (run.firstSeq > lens.limit) continue;
      if (withRuns) this.lines.push({ kind: "run", run, depth: 0 });
      if (withRuns && this.closed.has(run.id)) continue;
      this.layOutBrothers(lens, lens.rootsOf(run), withRuns ? 1 : 0, seen);
    }
    return this.lines;
  }

  /** Takes in what came and went since; says whether that was all there is to do. */
  private goOn(spans: Spans, run: Run): boolean {
    const { shown } = this;
    const opened = spans.openedSince(shown.openings);
    if (shown.shape !== spans.shape || !opened) return false;
    if (shown.removals !== spans.removals) this.dropGone();
    shown.removals = spans.removals;
    let searches = 0;
    for (const span of opened) {
      shown.openings += 1;
      if (span.run !== run || span.gone) continue;
      const { parent } = span;
      if (parent && this.closed.size > 0 && this.closed.has(parent.key)) continue;
      const below = parent ? this.lastBelow(parent) : 0;
      if (below < 0 && (searches += 1) > MOST_SEARCHES) {
        shown.shape = -1;
        return false;
      }
      this.place(span, parent, below);
    }
    return true;
  }

  private dropGone(): void {
    let seq = -1;
    this.newest = -1;
    this.lines = this.lines.filter((line) => line.kind === "run" || !line.span.gone);
    for (const [index, line] of this.lines.entries()) {
      if (line.kind === "run" || line.span.firstSeq <= seq) continue;
      seq = line.span.firstSeq;
      this.newest = index;
    }
  }

  /** How deep the last line lies below a span; -1 where it does not. */
  private lastBelow(span: Span): number {
    const last = this.lines.at(-1);
    let steps = 0;
    for (let at = last?.kind === "span" ? last.span : null; at; at = at.parent, steps += 1) if (at === span) return steps;
    return -1;
  }

  /** Gives a new span the line behind all of its parent's; one whose parent has no line has none. */
  private place(span: Span, parent: Span | null, below: number): void {
    const { lines } = this;
    let [to, depth] = [lines.length, 0];
    if (parent && below >= 0) depth = (lines.at(-1)?.depth ?? 0) - below + 1;
    else if (parent) {
      const at = lines.findLastIndex((line) => line.kind === "span" && line.span === parent);
      if (at < 0) return;
      depth = (lines[at]?.depth ?? 0) + 1;
      for (to = at + 1; (lines[to]?.depth ?? -1) >= depth;) to += 1;
    }
    const line: TreeNode = { kind: "span", span, depth, retries: 0 };
    if (to === lines.length) lines.push(line);
    else lines.splice(to, 0, line);
    this.newest = to;
  }

  /** Index of a span's line, or -1. */
  indexOf(span: Span): number {
    const isIt = (line: TreeNode | undefined): boolean => line?.kind === "span" && line.span === span;
    // A selection stands still, so it is mostly where it was.
    if (!isIt(this.lines[this.foundAt])) this.foundAt = this.lines.findLastIndex(isIt);
    return this.foundAt;
  }

  // A stack of our own: a producer may nest deeper than a call stack goes.
  private layOutBrothers(lens: Lens, roots: Iterable<Span>, rootDepth: number, seen: { seq: number }): void {
    const stack = this.linesOf(lens, [...roots], rootDepth).reverse();
    for (let line = stack.pop(); line; line = stack.pop()) {
      const { span, depth } = line;
      if (span.firstSeq > seen.seq) {
        seen.seq = span.firstSeq;
        this.newest = this.lines.length;
      }
      this.lines.push(line);
      if (!span.firstChild || this.closed.has(span.key)) continue;
      const children = this.linesOf(lens, [...span.children()].filter((child) => child.linkSeq <= lens.limit), depth + 1);
      for (let at = children.length - 1; at >= 0; at -= 1) {
        const child = children[at];
        if (child) stack.push(child);
      }
    }
  }

  private linesOf(lens: Lens, brothers: readonly Span[], depth: number): Extract<TreeNode, { kind: "span" }>[] {
    const begun = brothers.filter((span) => lens.hasBegun(span));
    const retries = retriesAmong(begun, lens);
    const folded = new Set<Span>();
    for (const [span, attempts] of retries) if (!this.unfolded.has(`${RETRIES}${span.key}`)) for (const attempt of attempts) folded.add(attempt);
    return begun.filter((span) => !folded.has(span)).map((span) => ({ kind: "span", span, depth, retries: retries.get(span)?.length ?? 0 }));
  }
}

// Owns the order in which spans stand in the tree: parents before children, siblings as they came, closed branches and
// folded retries left out. It draws nothing and changes no span.
import type { Lens } from "./lens";
import { retriesAmong } from "./retries";
import type { Run } from "./runs";
import type { Span } from "./spans";

/** One line of the tree. */
export type TreeNode =
  | { readonly kind: "run"; readonly run: Run; readonly depth: number }
  /** `retries` attempts before this call failed. */
  | { readonly kind: "span"; readonly span: Span; readonly depth: number; readonly retries: number };

/** Lines from which on laying out takes time that shows, and how often it is then done. */
const LARGE = 2000;
const LARGE_EVERY_MS = 250;

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
  private choices = 0;
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
   * All lines for the given runs; with a line for each run if asked. A large tree takes in new spans only so often, so
   * that a flood of them is not paid for again at every frame.
   */
  layOut(lens: Lens, runs: readonly Run[], withRuns: boolean, now: number): readonly TreeNode[] {
    const asked = `${this.choices} ${lens.limit} ${lens.isPast ? lens.store.rows.firstSeq : ""} ${withRuns ? "all" : (runs[0]?.id ?? "")}`;
    const { version } = lens.store.spans;
    const stale = !lens.isPast && version !== this.laidOutVersion;
    const resting = this.lines.length > LARGE && now - this.laidOutAt < LARGE_EVERY_MS;
    if (asked === this.laidOutFor && (!stale || resting)) return this.lines;
    this.laidOutFor = asked;
    this.laidOutAt = now;
    this.laidOutVersion = version;
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

  /** Index of a span's line, or -1. */
  indexOf(span: Span): number {
    return this.lines.findIndex((line) => line.kind === "span" && line.span === span);
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

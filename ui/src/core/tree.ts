// Owns the order in which spans stand in the tree: parents before children, siblings as they came, closed branches
// left out. It draws nothing and changes no span.
import type { Run } from "./runs";
import type { Span, Spans } from "./spans";

/** One line of the tree. */
export type TreeNode =
  | { readonly kind: "run"; readonly run: Run; readonly depth: number }
  | { readonly kind: "span"; readonly span: Span; readonly depth: number };

/** Lines from which on laying out takes time that shows, and how often it is then done. */
const LARGE = 2000;
const LARGE_EVERY_MS = 250;

/** Lays out runs and their spans as a list of lines; remembers which branches are closed. */
export class TreeView {
  private readonly closed = new Set<string>();
  private lines: TreeNode[] = [];
  private laidOutFor = "";
  private laidOutAt = Number.NEGATIVE_INFINITY;
  private laidOutVersion = -1;
  private choices = 0;
  /** Index of the span that started last, or -1: where the work is. */
  newest = -1;

  constructor(private readonly spans: Spans) {}

  toggle(key: string, open?: boolean): void {
    const isOpen = !this.closed.has(key);
    if (open === isOpen) return;
    if (isOpen) this.closed.add(key);
    else this.closed.delete(key);
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
   * All lines for the given runs, as of row `frozenAt` if that is set; with a line for each run if asked. A large tree
   * takes in new spans only so often, so that a flood of them is not paid for again at every frame.
   */
  layOut(runs: readonly Run[], withRuns: boolean, frozenAt: number | undefined, now: number): readonly TreeNode[] {
    const asked = `${this.choices} ${frozenAt ?? ""} ${withRuns ? "all" : (runs[0]?.id ?? "")}`;
    const stale = this.spans.version !== this.laidOutVersion;
    const resting = this.lines.length > LARGE && now - this.laidOutAt < LARGE_EVERY_MS;
    if (asked === this.laidOutFor && (!stale || resting)) return this.lines;
    this.laidOutFor = asked;
    this.laidOutAt = now;
    this.laidOutVersion = this.spans.version;
    this.lines = [];
    this.newest = -1;
    const limit = frozenAt ?? Number.POSITIVE_INFINITY;
    let newestSeq = -1;
    // A stack of our own: a producer may nest deeper than a call stack goes.
    const visit = (root: Span, rootDepth: number): void => {
      const stack: [Span, number][] = [[root, rootDepth]];
      for (let next = stack.pop(); next; next = stack.pop()) {
        const [span, depth] = next;
        const began = span.startSeq >= 0 ? span.startSeq : span.finishSeq;
        if (began > limit) continue;
        if (began > newestSeq) {
          newestSeq = began;
          this.newest = this.lines.length;
        }
        this.lines.push({ kind: "span", span, depth });
        if (this.closed.has(span.key)) continue;
        for (const child of [...span.children].reverse()) stack.push([child, depth + 1]);
      }
    };
    for (const run of runs) {
      if (run.firstSeq > limit) continue;
      if (withRuns) this.lines.push({ kind: "run", run, depth: 0 });
      if (withRuns && this.closed.has(run.id)) continue;
      for (const root of this.spans.rootsOf(run.id)) visit(root, withRuns ? 1 : 0);
    }
    return this.lines;
  }

  /** Index of a span's line, or -1. */
  indexOf(key: string): number {
    return this.lines.findIndex((line) => line.kind === "span" && line.span.key === key);
  }
}

/** What to call a span's state at a time on the log's clock: `running`, `lost` or its outcome. */
export function spanStatus(span: Span, isLost: boolean, frozenAt: number | undefined): string {
  const finished = span.finishSeq >= 0 && (frozenAt === undefined || span.finishSeq <= frozenAt);
  if (finished) return span.outcome;
  return isLost ? "lost" : "running";
}

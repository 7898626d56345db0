// Owns what a viewer points at: one row and its span, whichever view it was pointed at in.
import { ERROR } from "./chunk";
import { isFailure } from "./event";
import type { Lens } from "./lens";
import type { Pane, Selection, Target } from "./messages";
import type { Span } from "./spans";
import type { TableView } from "./table";
import type { TreeNode, TreeView } from "./tree";

/** What a selection moves in. */
export interface Ground {
  readonly lens: Lens;
  readonly table: TableView;
  readonly tree: TreeView;
  readonly shownRun: string;
  lines(): readonly TreeNode[];
}

export class Pointer {
  seq = -1;
  private span = "";
  private node = "";
  private reveals = 0;

  clear(): void {
    this.seq = -1;
    this.span = "";
    this.node = "";
  }

  select(target: Target, ground: Ground): void {
    const { lens, table } = ground;
    switch (target.kind) {
      case "nothing":
        this.clear();
        return;
      case "row":
        this.point(target.seq, ground);
        return;
      case "span":
        this.pointAtSpan(lens.store.spans.byName(target.key), true, ground);
        return;
      case "node":
        this.pointAtNode(target.id, ground);
        return;
      case "event":
        this.goTo(seqOfId(lens, target.id), ground);
        return;
      case "costliest":
        this.pointAtSpan(costliest(lens, ground.shownRun), true, ground);
        return;
      case "newest-error":
        this.goTo(table.nearest(table.lastSeq() + 1, -1, (seq) => beganHere(lens, seq)), ground);
        return;
      case "first-error":
        this.goTo(table.nearest(-1, 1, (seq) => beganHere(lens, seq)), ground);
        return;
      case "error":
        this.goTo(table.nearest(this.from(target.by, table), target.by === 1 ? -1 : 1, (seq) => beganHere(lens, seq)), ground);
        return;
      case "match":
        this.goTo(table.nearest(this.from(target.by, table), target.by === 1 ? -1 : 1, (_seq, matches) => matches), ground);
        return;
      case "move":
        this.move(target.pane, target.by, ground);
        return;
    }
  }

  /** The selected span as it is kept, or nothing. */
  spanIn(lens: Lens): Span | undefined {
    const span = this.span === "" ? undefined : lens.store.spans.byName(this.span);
    return span && lens.hasBegun(span) ? span : undefined;
  }

  view({ lens, table, tree, lines }: Ground): Selection {
    const span = this.spanIn(lens);
    lines();
    return {
      seq: this.seq, span: this.span, node: this.node, reveal: this.reveals,
      tableIndex: this.seq < 0 ? -1 : table.indexOf(this.seq),
      treeIndex: span ? tree.indexOf(span) : -1,
    };
  }

  /** A span without a kept row of its own is told of by the one it has. */
  settle(lens: Lens): void {
    const span = this.spanIn(lens);
    if (span && this.seq < 0) this.seq = lastRowOf(lens, span);
  }

  private from(by: 1 | -1, table: TableView): number {
    return this.seq >= 0 ? this.seq : by === 1 ? table.lastSeq() + 1 : -1;
  }

  private move(pane: Pane, by: number, ground: Ground): void {
    if (pane === "table") {
      const at = ground.table.indexOf(this.seq);
      const last = ground.table.stretch(0, 0).total - 1;
      this.point(ground.table.at(at < 0 ? 0 : Math.min(Math.max(at + by, 0), last)), ground);
    } else this.moveInTree(by, ground);
    this.reveals += 1;
  }

  private moveInTree(by: number, ground: Ground): void {
    const lines = ground.lines();
    const span = this.spanIn(ground.lens);
    const at = span ? ground.tree.indexOf(span) : -1;
    const step = by < 0 ? -1 : 1;
    let to = at < 0 ? 0 : Math.min(Math.max(at + by, 0), lines.length - 1);
    while (lines[to]?.kind === "run") to += step;
    const line = lines[to];
    if (line?.kind === "span") this.pointAtSpan(line.span, false, ground);
  }

  private goTo(seq: number, ground: Ground): void {
    this.point(seq, ground);
    this.reveals += 1;
  }

  private point(seq: number, { lens, tree }: Ground): void {
    const row = seq < 0 ? undefined : lens.store.rows.get(seq);
    if (!row) return;
    this.seq = row.seq;
    this.node = row.node;
    const span = row.span === "" ? undefined : lens.store.spans.get(row.run, row.span);
    this.span = span?.key ?? "";
    if (span) tree.reveal(span);
  }

  private pointAtSpan(span: Span | undefined, reveal: boolean, { lens, tree }: Ground): void {
    if (!span) return;
    this.span = span.key;
    this.node = span.node;
    this.seq = lastRowOf(lens, span);
    if (reveal) tree.reveal(span);
    this.reveals += 1;
  }

  /** The call that works on a node, or did last; else the event that changed it last. */
  private pointAtNode(id: string, ground: Ground): void {
    const { lens } = ground;
    const node = lens.store.runs.get(ground.shownRun)?.nodes.get(id);
    if (!node) {
      // Where a run has no nodes, calls stand in their place.
      this.pointAtSpan(lens.store.spans.byName(id), true, ground);
      return;
    }
    const spans = node.spans.filter((span) => !span.gone && lens.hasBegun(span));
    const span = spans.findLast((it) => !lens.isFinished(it)) ?? spans.at(-1);
    if (span) this.pointAtSpan(span, true, ground);
    else this.goTo(node.changesAt(lens.limit).at(-1)?.seq ?? node.firstSeq, ground);
    this.node = id;
  }
}

/** The newest failure where it began, not where it passed through. */
function beganHere(lens: Lens, seq: number): boolean {
  return (lens.store.rows.flagsOf(seq) & ERROR) !== 0 || (isFailure(lens.store.rows.outcomeOf(seq)) && lens.store.rows.phaseOf(seq) === "point");
}

/** Looks through all rows, the newest first: an address is opened once. */
function seqOfId({ store: { rows } }: Lens, id: string): number {
  for (let seq = rows.nextSeq - 1; seq >= rows.firstSeq; seq -= 1) {
    // Reading an event costs far more than looking into its text.
    if ((rows.textOf(seq).includes(id) || rows.cursorOf(seq) === id) && rows.get(seq)?.id === id) return seq;
  }
  return -1;
}

/** The call that cost most by itself; of those that cost alike, the longest. */
function costliest(lens: Lens, shownRun: string): Span | undefined {
  const run = lens.store.runs.get(shownRun);
  let best: Span | undefined;
  let most = 1;
  const left = run ? [...lens.rootsOf(run)] : [];
  for (let span = left.pop(); span; span = left.pop()) {
    let own = lens.sumsOf(span).nanos;
    for (const child of span.children()) {
      if (!lens.hasBegun(child)) continue;
      own -= lens.sumsOf(child).nanos;
      left.push(child);
    }
    if (own < most || (best && own === most && !(lens.durationOf(span) > lens.durationOf(best)))) continue;
    best = span;
    most = own;
  }
  return best;
}

function lastRowOf(lens: Lens, span: Span): number {
  return lens.isFinished(span) ? span.finishSeq : span.startSeq;
}

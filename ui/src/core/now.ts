// Owns the answer to "what runs right now": the innermost open calls and the way to each.
import type { Lens } from "./lens";
import type { NowPath, NowView } from "./messages";
import { nodeName, type Run } from "./runs";
import type { Span } from "./spans";

/** More than this at once is a number. */
const MOST = 8;

export function nowOf(lens: Lens, run: Run | undefined): NowView {
  if (!run || run.firstSeq > lens.limit || lens.isLost(run) || lens.sumsOfRun(run).openSpans === 0) return { paths: [], more: 0 };
  const leaves: Span[] = [];
  // Open calls are near the end of their brothers, so the search goes backwards, until all that are open were seen.
  let unseen = lens.sumsOfRun(run).openSpans;
  const stack: Span[] = [...lens.rootsOf(run)].filter((root) => isOpen(lens, root));
  for (let span = stack.pop(); span; span = stack.pop()) {
    unseen -= 1;
    let inner = 0;
    for (let child = span.lastChild; child && unseen - stack.length > 0; child = child.previous) {
      if (child.linkSeq > lens.limit || !isOpen(lens, child)) continue;
      stack.push(child);
      inner += 1;
    }
    if (inner === 0) leaves.push(span);
  }
  leaves.sort((a, b) => lens.startOf(a) - lens.startOf(b) || a.firstSeq - b.firstSeq);
  return { paths: leaves.slice(0, MOST).map((span) => pathTo(lens, span)), more: Math.max(leaves.length - MOST, 0) };
}

function isOpen(lens: Lens, span: Span): boolean {
  return lens.hasBegun(span) && !lens.isFinished(span);
}

function pathTo(lens: Lens, span: Span): NowPath {
  const path: { key: string; label: string; node: string }[] = [];
  for (let at: Span | null = span; at && path.length < 64; at = lens.parentOf(at)) {
    path.unshift({ key: at.key, label: at.label, node: nodeName(at.run, at.node, lens.limit) });
  }
  return {
    key: span.key, path, type: span.type, label: span.label, detail: lens.store.detailOf(span), node: nodeName(span.run, span.node, lens.limit),
    startedAt: lens.startOf(span),
  };
}

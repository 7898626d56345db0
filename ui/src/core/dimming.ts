// Owns which calls and nodes stand back because the filter passes nothing of them. Lists hide rows; a tree, a graph and a
// timeline would lose their shape.
import { MATCH, SHOWN, type Filter, type Judge } from "./filter";
import type { Dimming } from "./graph";
import type { Lens } from "./lens";

const NOTHING: Dimming = { isSpanDimmed: () => false, isNodeDimmed: () => false };

export function dimmingBy(lens: Lens, judge: Judge, filter: Filter): Dimming {
  const isFilter = judge.parts.some(({ test }) => test !== null) || filter.hiddenTypes.length > 0 || filter.errorsOnly;
  if (!isFilter) return NOTHING;
  const passes = (seq: number): boolean => seq >= 0 && seq <= lens.limit && judge.verdict(seq) === (SHOWN | MATCH);
  return {
    isSpanDimmed: (span) => !passes(span.startSeq) && !passes(span.finishSeq),
    isNodeDimmed: (node) => !node.changes.some(({ seq }) => passes(seq)) && !node.spans.some((span) => passes(span.startSeq) || passes(span.finishSeq)),
  };
}

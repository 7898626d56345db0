// Owns how dependencies are drawn: text of SVG paths, all edges of one look in one path, so that a thousand cost what one
// costs. Pure.
import type { Box, Edge } from "../../core/graph-layout";

/** How far down a box its edges meet it: in the middle of a card, on the heading of a box that holds others. */
function meets(box: Box): number {
  return box.y + (box.isContainer ? 15 : box.height / 2);
}

export interface EdgePaths {
  readonly lines: string;
  readonly heads: string;
}

export function edgePaths(edges: readonly Edge[], boxes: ReadonlyMap<string, Box>): EdgePaths {
  const lines: string[] = [];
  const heads: string[] = [];
  for (const edge of edges) {
    const [from, to] = [boxes.get(edge.from), boxes.get(edge.to)];
    if (!from || !to) continue;
    const [x1, y1, x2, y2] = [from.x + from.width, meets(from), to.x, meets(to)].map(Math.round) as [number, number, number, number];
    const bend = Math.max(Math.min(Math.abs(x2 - x1) / 2, 60), 14);
    lines.push(`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 5} ${y2}`);
    heads.push(`M${x2} ${y2}l-7 -4v8z`);
  }
  return { lines: lines.join(""), heads: heads.join("") };
}

/** Above this many, looking for detours takes longer than they disturb. */
const MOST = 2000;

/**
 * Leaves out each dependency that follows from others: where 3 waits for 2 and 2 for 1, that 3 waits for 1 as well is
 * no news, and its line would cross the box of 2.
 */
export function withoutDetours(edges: readonly Edge[]): readonly Edge[] {
  if (edges.length > MOST) return edges;
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const known = next.get(from);
    if (known) known.push(to);
    else next.set(from, [to]);
  }
  const reached = new Map<string, ReadonlySet<string>>();
  for (const from of next.keys()) reached.set(from, beyond(from, next));
  return edges.filter(({ from, to }) => !(reached.get(from)?.has(to) ?? false));
}

/** What is reached from a node by two steps or more. */
function beyond(from: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const left = [...(next.get(from) ?? [])];
  const visited = new Set([from, ...left]);
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    for (const to of next.get(at) ?? []) {
      found.add(to);
      if (visited.has(to)) continue;
      visited.add(to);
      left.push(to);
    }
  }
  return found;
}

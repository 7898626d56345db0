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

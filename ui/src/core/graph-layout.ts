// Owns where the boxes of a task graph stand: a task inside the one that planned it, and to the right of those it
// depends on. It knows ids and sizes only, measures no text, and draws nothing.
//
// Nodes stand in the order in which they came, so that one more of them is put at an end: siblings keep their places,
// and only the boxes around it grow.

/** A task as the layout sees it. */
export interface LayoutNode {
  readonly id: string;
  /** The task it is part of; empty or unknown for one that stands alone. */
  readonly outer: string;
  /** The tasks it waits for. */
  readonly parents: readonly string[];
  /** Its inner tasks are left out. */
  readonly isClosed?: boolean;
}

/** Where a task stands, in pixels from the top left of the graph. */
export interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How many boxes it stands in. */
  readonly depth: number;
  /** Its column among its siblings. */
  readonly rank: number;
  /** Whether other boxes stand in it. */
  readonly isContainer: boolean;
}

/** A dependency; where an end is inside a closed box, the box stands for it. */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

export interface GraphLayout {
  /** Outer boxes before the ones in them. */
  readonly boxes: ReadonlyMap<string, Box>;
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
}

export interface Measures {
  readonly width: number;
  readonly height: number;
  /** Height of the line with the name of a box that holds others. */
  readonly heading: number;
  readonly padding: number;
  readonly columnGap: number;
  readonly rowGap: number;
}

export const MEASURES: Measures = { width: 184, height: 52, heading: 30, padding: 12, columnGap: 36, rowGap: 10 };

/** A box while it is worked on. */
interface Place {
  readonly node: LayoutNode;
  outer: Place | null;
  readonly inner: Place[];
  depth: number;
  isHidden: boolean;
  rank: number;
  /** Dependencies among siblings that are not ranked yet, and who waits for this one. */
  waitsFor: number;
  isRanked: boolean;
  readonly next: Place[];
  width: number;
  height: number;
  x: number;
  y: number;
}

/**
 * Lays out all nodes. Time is linear in nodes and dependencies; one that crosses boxes costs the number it crosses.
 * Rings in what a foreign producer wrote are cut where they are met.
 */
export function layOutGraph(nodes: readonly LayoutNode[], measures: Measures = MEASURES): GraphLayout {
  const places = new Map<string, Place>();
  for (const node of nodes) if (!places.has(node.id)) places.set(node.id, newPlace(node));
  const roots = nest(places);
  const ordered = outerFirst(roots);
  connect(places, ordered);
  rank(ordered);
  for (const place of [...ordered].reverse()) measure(place, measures);
  const { width, height } = arrange(roots, 0, 0, measures);
  for (const place of ordered) {
    if (isContainer(place)) arrange(place.inner, place.x + measures.padding, place.y + measures.heading, measures);
  }
  const boxes = new Map<string, Box>();
  for (const place of ordered) if (!place.isHidden) boxes.set(place.node.id, boxOf(place));
  return { boxes, edges: edgesOf(places, ordered), width, height };
}

function newPlace(node: LayoutNode): Place {
  return {
    node, outer: null, inner: [], depth: 0, isHidden: false, rank: 0, waitsFor: 0, isRanked: false, next: [],
    width: 0, height: 0, x: 0, y: 0,
  };
}

/** Puts each task into its outer one, and gives those that stand alone. */
function nest(places: ReadonlyMap<string, Place>): Place[] {
  const roots: Place[] = [];
  for (const place of places.values()) {
    const outer = place.node.outer === "" ? undefined : places.get(place.node.outer);
    if (!outer || outer === place) roots.push(place);
    else {
      place.outer = outer;
      outer.inner.push(place);
    }
  }
  const reached = new Set(outerFirst(roots));
  for (const place of places.values()) {
    if (reached.has(place)) continue;
    // It is in a ring of boxes: the first that came is taken out of it.
    place.outer?.inner.splice(place.outer.inner.indexOf(place), 1);
    place.outer = null;
    roots.push(place);
    for (const freed of outerFirst([place])) reached.add(freed);
  }
  return roots;
}

/** All places below the roots, outer ones first. */
function outerFirst(roots: readonly Place[]): Place[] {
  const ordered = [...roots];
  for (let i = 0; i < ordered.length; i += 1) {
    const place = ordered[i];
    if (!place) break;
    place.depth = place.outer ? place.outer.depth + 1 : 0;
    place.isHidden = place.outer !== null && (place.outer.isHidden || place.outer.node.isClosed === true);
    for (const inner of place.inner) ordered.push(inner);
  }
  return ordered;
}

/** Turns each dependency into one between siblings: of the boxes that hold its ends, or of the ends themselves. */
function connect(places: ReadonlyMap<string, Place>, ordered: readonly Place[]): void {
  for (const place of ordered) {
    for (const id of place.node.parents) {
      const parent = places.get(id);
      if (!parent || parent === place) continue;
      const [from, to] = siblings(parent, place);
      if (!from || !to || from === to) continue;
      from.next.push(to);
      to.waitsFor += 1;
    }
  }
}

/** The two boxes next to each other that hold `a` and `b`; the same one twice where one of them holds the other. */
function siblings(a: Place, b: Place): [Place | null, Place | null] {
  let [from, to]: [Place | null, Place | null] = [a, b];
  while (from && to && from.depth > to.depth) from = from.outer;
  while (from && to && to.depth > from.depth) to = to.outer;
  while (from && to && from !== to && from.outer !== to.outer) [from, to] = [from.outer, to.outer];
  return [from, to];
}

/** Gives each place its column: one more than the last of those it waits for. */
function rank(ordered: readonly Place[]): void {
  const ready = ordered.filter((place) => place.waitsFor === 0);
  let oldest = 0;
  for (let i = 0; i < ordered.length; i += 1) {
    let place = ready[i];
    if (!place) {
      // Only rings are left. The first that came goes ahead of what it waits for.
      while (ordered[oldest]?.isRanked) oldest += 1;
      place = ordered[oldest];
      if (!place) return;
      ready.push(place);
    }
    place.isRanked = true;
    for (const next of place.next) {
      if (next.isRanked) continue;
      next.rank = Math.max(next.rank, place.rank + 1);
      next.waitsFor -= 1;
      if (next.waitsFor === 0 && next !== place) ready.push(next);
    }
  }
}

function isContainer(place: Place): boolean {
  return place.inner.length > 0 && place.node.isClosed !== true && !place.isHidden;
}

function measure(place: Place, measures: Measures): void {
  place.width = measures.width;
  place.height = measures.height;
  if (!isContainer(place)) return;
  const body = arrange(place.inner, 0, 0, measures);
  place.width = Math.max(measures.width, body.width + 2 * measures.padding);
  place.height = measures.heading + body.height + measures.padding;
}

/** Sets siblings in columns by rank, from a corner; gives the size of what they cover. */
function arrange(siblings: readonly Place[], left: number, top: number, measures: Measures): { width: number; height: number } {
  const columns: { width: number; height: number }[] = [];
  for (const { rank: at, width, height } of siblings) {
    while (columns.length <= at) columns.push({ width: 0, height: -measures.rowGap });
    const column = columns[at];
    if (!column) continue;
    column.width = Math.max(column.width, width);
    column.height += height + measures.rowGap;
  }
  const lefts: number[] = [];
  let x = left;
  for (const { width } of columns) {
    lefts.push(x);
    // In a ring a column may stay empty.
    if (width > 0) x += width + measures.columnGap;
  }
  const bottoms = columns.map(() => top);
  for (const place of siblings) {
    place.x = lefts[place.rank] ?? left;
    place.y = bottoms[place.rank] ?? top;
    bottoms[place.rank] = place.y + place.height + measures.rowGap;
  }
  return { width: Math.max(x - left - measures.columnGap, 0), height: columns.reduce((most, { height }) => Math.max(most, height), 0) };
}

function boxOf(place: Place): Box {
  const { node, x, y, width, height, depth } = place;
  return { id: node.id, x, y, width, height, depth, rank: place.rank, isContainer: isContainer(place) };
}

function edgesOf(places: ReadonlyMap<string, Place>, ordered: readonly Place[]): Edge[] {
  const edges = new Map<string, Edge>();
  for (const place of ordered) {
    for (const id of place.node.parents) {
      const parent = places.get(id);
      if (!parent) continue;
      const from = seen(parent);
      const to = seen(place);
      if (from !== to) edges.set(JSON.stringify([from.node.id, to.node.id]), { from: from.node.id, to: to.node.id });
    }
  }
  return [...edges.values()];
}

/** The place itself, or the closed box it is in. */
function seen(place: Place): Place {
  let at = place;
  while (at.isHidden && at.outer) at = at.outer;
  return at;
}

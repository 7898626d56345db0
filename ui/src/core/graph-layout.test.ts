import { expect, test } from "vitest";
import { layOutGraph, MEASURES, type Box, type GraphLayout, type LayoutNode } from "./graph-layout";

/** A generator with a seed, so that a case that fails can be had again. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A plan as planners make them: each task in an earlier one, depending on earlier ones beside it or anywhere. */
function plan(seed: number, size: number): LayoutNode[] {
  const next = numbers(seed);
  const nodes: LayoutNode[] = [];
  for (let i = 0; i < size; i += 1) {
    const outer = i === 0 || next(8) === 0 ? "" : (nodes[next(i)]?.id ?? "");
    const beside = nodes.filter((node) => node.outer === outer);
    const parents = beside.filter(() => next(4) === 0).map(({ id }) => id);
    if (next(6) === 0 && i > 0) parents.push(nodes[next(i)]?.id ?? "");
    nodes.push({ id: `n${i}`, outer, parents });
  }
  return nodes;
}

const PLANS = Array.from({ length: 60 }, (_, seed) => plan(seed, 4 + seed));

function box(layout: GraphLayout, id: string): Box {
  const found = layout.boxes.get(id);
  if (!found) throw new Error(`no box ${id}`);
  return found;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function isInside(inner: Box, outer: Box): boolean {
  return inner.x >= outer.x && inner.y >= outer.y + MEASURES.heading && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;
}

/** The ids a node stands in, from the outside. */
function around(nodes: readonly LayoutNode[], id: string): string[] {
  const outer = nodes.find((node) => node.id === id)?.outer ?? "";
  return outer === "" ? [] : [...around(nodes, outer), outer];
}

test("no two boxes overlap unless one stands in the other, and then it is wholly inside", () => {
  for (const nodes of PLANS) {
    const layout = layOutGraph(nodes);
    expect(layout.boxes.size).toBe(nodes.length);
    for (const [i, a] of nodes.entries()) {
      for (const b of nodes.slice(i + 1)) {
        const [first, second] = [box(layout, a.id), box(layout, b.id)];
        if (around(nodes, b.id).includes(a.id)) expect(isInside(second, first)).toBe(true);
        else expect(overlap(first, second)).toBe(false);
      }
    }
  }
});

test("what a task depends on stands wholly to its left", () => {
  let seen = 0;
  for (const nodes of PLANS) {
    const layout = layOutGraph(nodes);
    for (const node of nodes) {
      for (const parent of node.parents) {
        if (nodes.find(({ id }) => id === parent)?.outer !== node.outer) continue;
        const [from, to] = [box(layout, parent), box(layout, node.id)];
        expect(from.x + from.width).toBeLessThan(to.x);
        seen += 1;
      }
    }
  }
  expect(seen).toBeGreaterThan(100);
});

test("one more task keeps all its siblings in their places, and moves nothing that is not right of or below what grew", () => {
  for (const nodes of PLANS) {
    // Inner tasks that depend on what is outside push their box to the right; that is no stability a layout can promise.
    const plain = nodes.map((node) => ({ ...node, parents: node.parents.filter((id) => nodes.find((other) => other.id === id)?.outer === node.outer) }));
    for (let size = 1; size < plain.length; size += 1) {
      const [before, after] = [layOutGraph(plain.slice(0, size)), layOutGraph(plain.slice(0, size + 1))];
      const added = plain[size];
      if (!added) continue;
      const grown = around(plain, added.id);
      const origin = (layout: GraphLayout): { x: number; y: number } => (added.outer === "" ? { x: 0, y: 0 } : box(layout, added.outer));
      for (const sibling of plain.slice(0, size).filter(({ outer }) => outer === added.outer)) {
        const [was, is] = [box(before, sibling.id), box(after, sibling.id)];
        expect([is.x - origin(after).x, is.y - origin(after).y]).toEqual([was.x - origin(before).x, was.y - origin(before).y]);
      }
      for (const was of before.boxes.values()) {
        const is = box(after, was.id);
        expect(is.x).toBeGreaterThanOrEqual(was.x);
        expect(is.y).toBeGreaterThanOrEqual(was.y);
        const pushed = grown.map((id) => box(before, id)).some((around) => was.x >= around.x + around.width || was.y >= around.y + around.height);
        const holdsIt = grown.includes(was.id) || around(plain, was.id).some((id) => grown.includes(id));
        if (!pushed && !holdsIt) expect([is.x, is.y]).toEqual([was.x, was.y]);
      }
    }
  }
});

test("a closed box hides what is in it, takes over its dependencies and is as small as a task", () => {
  const nodes: LayoutNode[] = [
    { id: "a", outer: "", parents: [], isClosed: true }, { id: "a.1", outer: "a", parents: [] }, { id: "a.1.1", outer: "a.1", parents: [] },
    { id: "b", outer: "", parents: [] }, { id: "b.1", outer: "b", parents: ["a.1.1"] },
  ];
  const layout = layOutGraph(nodes);
  expect([...layout.boxes.keys()]).toEqual(["a", "b", "b.1"]);
  expect(box(layout, "a")).toMatchObject({ width: MEASURES.width, height: MEASURES.height, isContainer: false });
  expect(layout.edges).toEqual([{ from: "a", to: "b.1" }]);
  expect(box(layout, "b").x).toBeGreaterThan(box(layout, "a").x + MEASURES.width);
});

test("rings of boxes and of dependencies, unknown names and repeats are laid out all the same", () => {
  const nodes: LayoutNode[] = [
    { id: "a", outer: "b", parents: ["c"] }, { id: "b", outer: "a", parents: [] }, { id: "c", outer: "nobody", parents: ["d", "gone"] },
    { id: "d", outer: "", parents: ["c"] }, { id: "d", outer: "a", parents: [] }, { id: "e", outer: "e", parents: ["e"] },
  ];
  const layout = layOutGraph(nodes);
  expect([...layout.boxes.keys()].sort()).toEqual(["a", "b", "c", "d", "e"]);
  const boxes = [...layout.boxes.values()].filter(({ id }) => id !== "b");
  for (const [i, first] of boxes.entries()) for (const second of boxes.slice(i + 1)) expect(overlap(first, second)).toBe(false);
});

test("the deepest plans and the widest are laid out without a call stack", () => {
  const deep = Array.from({ length: 20_000 }, (_, i) => ({ id: `${i}`, outer: i === 0 ? "" : `${i - 1}`, parents: [] }));
  expect(layOutGraph(deep).boxes.size).toBe(20_000);
  const chain = Array.from({ length: 20_000 }, (_, i) => ({ id: `${i}`, outer: "", parents: i === 0 ? [] : [`${i - 1}`] }));
  const layout = layOutGraph(chain);
  expect(box(layout, "19999").rank).toBe(19_999);
});

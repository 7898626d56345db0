// Owns which boxes of the task graph are open, where they stand, and which of them the selection lights.
import { computed, signal } from "@preact/signals";
import { layOutGraph, type GraphLayout } from "../../core/graph-layout";
import type { GraphNode } from "../../core/messages";
import { details, graph, nowRunning, selection } from "../state";

/** From so many nodes on, boxes in which all is done are closed until somebody opens them. */
const MANY = 300;

/** What the viewer opened or closed by hand. */
const byHand = signal<ReadonlyMap<string, boolean>>(new Map());

export const nodes = computed<ReadonlyMap<string, GraphNode>>(() => new Map(graph.value.nodes.map((node) => [node.id, node])));

/** Ids of the nodes that have others in them. */
const outers = computed(() => new Set(graph.value.nodes.map(({ outer }) => outer).filter((id) => nodes.value.has(id))));

export function isClosed(node: GraphNode): boolean {
  if (!outers.value.has(node.id)) return false;
  return byHand.value.get(node.id) ?? (graph.value.nodes.length > MANY && node.outer !== "" && isDone(node));
}

export function hasInner(id: string): boolean {
  return outers.value.has(id);
}

function isDone({ status, endedAt, errors }: GraphNode): boolean {
  return Number.isFinite(endedAt) && status !== "FAILED" && errors === 0;
}

export function toggleNode(node: GraphNode): void {
  const open = !isClosed(node);
  byHand.value = new Map(byHand.value).set(node.id, open);
}

/** The node of the call that has run longest; empty where none runs. */
export const workingNode = computed(() => {
  const name = nowRunning.value.paths[0]?.node ?? "";
  return name === "" ? "" : (graph.value.nodes.findLast((node) => node.name === name)?.id ?? "");
});

export const layout = computed<GraphLayout>(() =>
  layOutGraph(graph.value.nodes.map((node) => ({ id: node.id, outer: node.outer, parents: node.dependencies, isClosed: isClosed(node) }))),
);

/** How many nodes closed boxes hide. */
export const inside = computed<ReadonlyMap<string, number>>(() => {
  const counts = new Map<string, number>();
  for (const node of [...graph.value.nodes].reverse()) {
    const own = (counts.get(node.id) ?? 0) + 1;
    if (node.outer !== "") counts.set(node.outer, (counts.get(node.outer) ?? 0) + own);
  }
  return counts;
});

/** What the selected node waits for: the nodes and dependencies on its longest way, and its own unfinished ones. */
export const lit = computed<{ readonly nodes: ReadonlySet<string>; readonly edges: ReadonlySet<string> }>(() => {
  const chosen = selection.value.node;
  const waiting = details.value?.waiting;
  const lights = { nodes: new Set<string>(), edges: new Set<string>() };
  if (chosen === "") return lights;
  const onlyDirect = nodes.value.get(chosen)?.waitsFor ?? [];
  for (const id of onlyDirect) {
    lights.nodes.add(id);
    lights.edges.add(edgeKey(id, chosen));
  }
  const chain = waiting?.chain ?? [];
  for (const [i, link] of chain.entries()) {
    lights.nodes.add(link.id);
    const next = chain[i + 1];
    if (next) lights.edges.add(edgeKey(next.id, link.id)).add(edgeKey(link.id, next.id));
  }
  lights.nodes.delete(chosen);
  return lights;
});

export function edgeKey(from: string, to: string): string {
  return `${from} ${to}`;
}

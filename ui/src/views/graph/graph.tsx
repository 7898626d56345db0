// Owns the task graph on the page: boxes near, tiles from afar, edges below them, and what pointer and keys do to it.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Icon, type IconName } from "../../components/icon";
import { lookOf, StatusIcon } from "../../components/status";
import type { Box } from "../../core/graph-layout";
import { formatCost, formatCount, formatDuration, formatElapsed } from "../../core/format";
import type { GraphNode } from "../../core/messages";
import { graph, logNow, select, selection } from "../state";
import { useSize } from "../timeline/surface";
import { camera, fitGraph, followSelection, followsWork, followWork, isWhole, LEGIBLE, panGraph, room, zoomGraph, type Camera } from "./camera";
import { edgePaths, withoutDetours } from "./edges";
import { edgeKey, hasInner, inside, isClosed, layout, lit, nodes, toggleNode } from "./plan";

/** Most boxes with words in them at a time. */
const MOST_CARDS = 70;
const MOST_TILES = 400;

export function Graph() {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  useEffect(() => {
    room.value = size;
  }, [size]);
  useEffect(followSelection, []);
  const at = camera.value;
  const seen = boxesInSight(at);
  const asTiles = at.scale < LEGIBLE || seen.length > MOST_CARDS;
  const pointer = usePointer();
  const chosen = selection.value.node;
  const { source, more } = graph.value;
  return (
    <div class="graph-frame">
      <div
        class={`graph ${asTiles ? "as-tiles" : ""}`} data-pane="graph" ref={box} tabIndex={0} role="tree" aria-label={source === "nodes" ? "Task graph" : "Graph of calls"}
        aria-activedescendant={seen.some(({ id }) => id === chosen) ? `node-${chosen}` : undefined} onPointerDown={pointer.start} onPointerMove={pointer.move}
        onPointerUp={pointer.end} onPointerCancel={pointer.end} onWheel={(event) => wheel(event, box.current)}
      >
        <div class="graph-layer" role="presentation" style={{ transform: `translate(${at.x}px, ${at.y}px) scale(${at.scale})` }}>
          {seen.filter((it) => it.isContainer).map((it) => <NodeBox key={it.id} box={it} isTile={asTiles} />)}
          <Edges />
          {seen.filter((it) => !it.isContainer).slice(0, MOST_TILES).map((it) => <NodeBox key={it.id} box={it} isTile={asTiles} />)}
        </div>
      </div>
      {layout.value.boxes.size === 0 && <p class="graph-empty muted">No tasks yet. They show here when a run tells of its nodes or calls.</p>}
      <Tools />
      {more > 0 && <p class="graph-more muted">{formatCount(more)} more nodes are not drawn</p>}
    </div>
  );
}

function Tools() {
  return (
    <div class="graph-tools">
      <button type="button" class="button icon-only" aria-label="Larger" onClick={() => zoomGraph(1.3)}><Icon name="plus" /></button>
      <button type="button" class="button icon-only" aria-label="Smaller" onClick={() => zoomGraph(1 / 1.3)}><Icon name="minus" /></button>
      <button type="button" class={`button icon-only ${isWhole.value ? "is-on" : ""}`} aria-label="All of the graph" title="All of the graph (0)" aria-pressed={isWhole.value} onClick={fitGraph}>
        <Icon name="fit" />
      </button>
      <button type="button" class={`button icon-only ${followsWork.value ? "is-on" : ""}`} aria-label="Go along with the work" title="Go along with the work" aria-pressed={followsWork.value} onClick={followWork}>
        <Icon name="live" />
      </button>
    </div>
  );
}

/** The boxes that are on screen, outer ones first. */
function boxesInSight(at: Camera): Box[] {
  const { width, height } = room.value;
  const [left, top, right, bottom] = [-at.x / at.scale, -at.y / at.scale, (width - at.x) / at.scale, (height - at.y) / at.scale];
  return [...layout.value.boxes.values()].filter((it) => it.x < right && it.x + it.width > left && it.y < bottom && it.y + it.height > top);
}

function Edges() {
  const { boxes, edges, width, height } = layout.value;
  const { edges: lights } = lit.value;
  const [plain, bright] = useMemo(() => {
    const isLit = ({ from, to }: { from: string; to: string }): boolean => lights.has(edgeKey(from, to));
    return [edgePaths(withoutDetours(edges.filter((edge) => !isLit(edge))), boxes), edgePaths(edges.filter(isLit), boxes)];
  }, [edges, boxes, lights]);
  return (
    <svg class="edges" width={width} height={height} aria-hidden="true">
      <path class="edge" d={plain.lines} />
      <path class="edge-head" d={plain.heads} />
      {bright.lines !== "" && <path class="edge is-lit" d={bright.lines} />}
      {bright.heads !== "" && <path class="edge-head is-lit" d={bright.heads} />}
    </svg>
  );
}

export const TASK_ICONS: Record<string, IconName> = { write: "pen", think: "think", search: "lens", composition: "pen", reasoning: "think", retrieval: "lens" };

function NodeBox({ box, isTile }: { box: Box; isTile: boolean }) {
  const node = nodes.value.get(box.id);
  if (!node) return null;
  const { tone, word } = lookOf(node.status);
  const isLit = lit.value.nodes.has(node.id);
  const classes = [
    "node", `tone-${tone}`, box.isContainer ? "is-container" : "is-card", node.nodeType === "EXECUTE_NODE" ? "is-execute" : "",
    selection.value.node === node.id ? "is-selected" : "", isLit ? "is-lit" : "", node.isDimmed ? "is-dimmed" : "",
  ];
  const said = [node.name, node.taskType, node.goal, word, node.errors > 0 ? `${node.errors} errors` : "", isLit ? "the selected task waits for it" : ""];
  return (
    <div
      id={`node-${node.id}`} class={classes.filter(Boolean).join(" ")} role="treeitem" aria-level={box.depth + 1} aria-selected={selection.value.node === node.id}
      aria-label={isTile ? said.filter(Boolean).join(", ") : undefined} aria-expanded={hasInner(node.id) ? box.isContainer : undefined} title={isTile ? `${node.name} ${word}: ${node.goal}` : node.goal}
      style={{ transform: `translate(${box.x}px, ${box.y}px)`, width: `${box.width}px`, height: `${box.height}px` }}
      onClick={(event) => {
        event.stopPropagation();
        select({ kind: "node", id: node.id });
      }}
      onDblClick={() => hasInner(node.id) && toggleNode(node)}
    >
      {isTile ? <span class="node-tile">{node.name}</span> : <NodeWords node={node} isLit={isLit} />}
    </div>
  );
}

function NodeWords({ node, isLit }: { node: GraphNode; isLit: boolean }) {
  const closed = isClosed(node);
  const isDone = lookOf(node.status).tone === "ok";
  const task = TASK_ICONS[node.taskType.toLowerCase()];
  return (
    <>
      <span class="node-line">
        <StatusIcon status={node.status} />
        <span class="node-name mono">{node.name}</span>
        {task && <Icon name={task} class="node-task" />}
        <span class={isDone && hasInner(node.id) ? "node-word muted" : "node-word"}>{wordOf(node, isDone)}</span>
        {closed && <span class="tag">+{formatCount(inside.value.get(node.id) ?? 0)}</span>}
        {node.errors > 0 && <span class="node-errors tone-error" title="errors in it">✕{node.errors}</span>}
        <span class="node-time numbers">{node.cost > 0 && hasInner(node.id) ? `${formatCost(node.cost)}  ` : ""}<Lasted node={node} /></span>
      </span>
      <span class="node-goal">{isLit && <b class="tone-warn">waited for: </b>}{node.goal}</span>
    </>
  );
}

/** What is done to a task, else how it stands; of a finished box, whose sign says as much, what it was for. */
function wordOf(node: GraphNode, isDone: boolean): string {
  if (isDone && hasInner(node.id)) return node.goal;
  return node.action && node.isOpen ? node.action : lookOf(node.status).word;
}

function Lasted({ node }: { node: GraphNode }) {
  if (!Number.isFinite(node.startedAt)) return null;
  if (Number.isFinite(node.endedAt)) return <>{formatDuration((node.endedAt - node.startedAt) / 1000)}</>;
  return <>{formatElapsed((logNow.value - node.startedAt) / 1000)}</>;
}

function wheel(event: WheelEvent, box: HTMLDivElement | null): void {
  if (!box) return;
  event.preventDefault();
  const { left, top } = box.getBoundingClientRect();
  if (event.ctrlKey || event.metaKey) zoomGraph(event.deltaY > 0 ? 0.87 : 1.15, event.clientX - left, event.clientY - top);
  else if (event.shiftKey) panGraph(-event.deltaY, 0);
  else panGraph(-event.deltaX, -event.deltaY);
}

/** Dragging moves the graph; two fingers zoom it. */
function usePointer() {
  const fingers = useRef(new Map<number, PointerEvent>());
  const apart = (): number => {
    const [a, b] = [...fingers.current.values()];
    return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
  };
  return {
    start(event: PointerEvent) {
      if (event.target instanceof Element && event.target.closest("button")) return;
      fingers.current.set(event.pointerId, event);
    },
    move(event: PointerEvent) {
      const last = fingers.current.get(event.pointerId);
      if (!last || event.buttons === 0) return void fingers.current.delete(event.pointerId);
      const before = apart();
      fingers.current.set(event.pointerId, event);
      if (fingers.current.size === 2 && before > 0) zoomGraph(apart() / before);
      else panGraph(event.clientX - last.clientX, event.clientY - last.clientY);
    },
    end: (event: PointerEvent) => void fingers.current.delete(event.pointerId),
  };
}

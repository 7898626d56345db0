// Owns which part of the graph is in sight and how large. Until the viewer moves it, it goes along with the work.
import { computed, effect, signal } from "@preact/signals";
import type { Box } from "../../core/graph-layout";
import { select, selection, treeFollowing } from "../state";
import { layout, workingNode } from "./plan";

export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

const CLOSEST = 1.6;
const FARTHEST = 0.04;
const EDGE = 20;

/** Below this, words in a box can't be read. */
export const LEGIBLE = 0.5;
const COMFORTABLE = 0.72;

export const room = signal({ width: 0, height: 0 });

/** What the viewer chose: to go along with the work, to see all, or a place of their own. */
const chosen = signal<"work" | "all" | Camera>("work");

/** All of the graph, never larger than life. */
const whole = computed<Camera>(() => {
  const { width, height } = layout.value;
  const { width: across, height: down } = room.value;
  if (across === 0 || width === 0) return { x: EDGE, y: EDGE, scale: 1 };
  const scale = Math.min(Math.max(Math.min((across - 2 * EDGE) / width, (down - 2 * EDGE) / height), FARTHEST), 1);
  return centred(scale, 0, 0);
});

/** Large enough to read, with what is selected or works in sight. */
const atWork = computed<Camera>(() => {
  if (whole.value.scale >= LEGIBLE) return whole.value;
  const box = layout.value.boxes.get(treeFollowing.value ? workingNode.value || selection.value.node : selection.value.node || workingNode.value);
  const [x, y] = box ? [box.x + Math.min(box.width, 200) / 2, box.y + Math.min(box.height, 60) / 2] : [0, 0];
  return centred(COMFORTABLE, x, y);
});

/** A place in the middle, without showing what is beyond the graph where that is larger than the room. */
function centred(scale: number, x: number, y: number): Camera {
  const along = (length: number, size: number, at: number): number =>
    size * scale <= length - 2 * EDGE ? (length - size * scale) / 2 : Math.min(Math.max(length / 2 - at * scale, length - EDGE - size * scale), EDGE);
  const { width, height } = layout.value;
  return { scale, x: along(room.value.width, width, x), y: along(room.value.height, height, y) };
}

export const camera = computed<Camera>(() => (chosen.value === "work" ? atWork.value : chosen.value === "all" ? whole.value : chosen.value));
export const followsWork = computed(() => chosen.value === "work");
export const isWhole = computed(() => chosen.value === "all" || (chosen.value === "work" && atWork.value === whole.value));

export function fitGraph(): void {
  chosen.value = "all";
}

export function followWork(): void {
  chosen.value = "work";
}

export function panGraph(x: number, y: number): void {
  const at = camera.peek();
  chosen.value = { ...at, x: at.x + x, y: at.y + y };
}

/** Zooms about a point of the screen, or the middle. */
export function zoomGraph(factor: number, x = room.peek().width / 2, y = room.peek().height / 2): void {
  const at = camera.peek();
  const scale = Math.min(Math.max(at.scale * factor, FARTHEST), CLOSEST);
  const by = scale / at.scale;
  chosen.value = { scale, x: x - (x - at.x) * by, y: y - (y - at.y) * by };
}

/** Selects the nearest box in a direction. */
export function moveInGraph(x: number, y: number): void {
  const boxes = [...layout.peek().boxes.values()];
  const from = layout.peek().boxes.get(selection.peek().node);
  const to = from ? nearest(boxes, from, x, y) : boxes[0];
  if (to) select({ kind: "node", id: to.id });
}

/** Boxes inside the one we stand on count as below it, and what is around as above. */
function nearest(boxes: readonly Box[], from: Box, x: number, y: number): Box | undefined {
  const [cx, cy] = middle(from);
  let best: Box | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const box of boxes) {
    if (box.id === from.id) continue;
    const [bx, by] = middle(box);
    const ahead = (bx - cx) * x + (by - cy) * y;
    const aside = Math.abs((bx - cx) * y) + Math.abs((by - cy) * x);
    if (ahead <= 0.5 || ahead + 2 * aside >= least) continue;
    least = ahead + 2 * aside;
    best = box;
  }
  return best;
}

/** Where a box is looked at: its heading. */
function middle({ x, y, width }: Box): [number, number] {
  return [x + Math.min(width / 2, 92), y + 15];
}

/** A selection made elsewhere comes into sight here. */
export function followSelection(): () => void {
  return effect(() => {
    const box = layout.value.boxes.get(selection.value.node);
    const at = chosen.peek();
    const { width, height } = room.peek();
    if (!box || typeof at === "string" || width === 0) return;
    const [left, top] = [box.x * at.scale + at.x, box.y * at.scale + at.y];
    if (left > 0 && top > 0 && left < width - 60 && top < height - 30) return;
    chosen.value = { ...at, x: width / 2 - (box.x + Math.min(box.width, 200) / 2) * at.scale, y: height / 2 - (box.y + 20) * at.scale };
  });
}

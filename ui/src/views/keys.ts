// Owns the keys: one table that both acts and is shown as help. Keys are off while something is typed, and all of them
// but Escape can be turned off, for those who dictate or whose keyboards stick (WCAG 2.1.4).
import { signal } from "@preact/signals";
import type { Pane } from "../core/messages";
import { copyText } from "../components/copy-button";
import { announce } from "./announcer";
import { fitGraph, moveInGraph } from "./graph/camera";
import { VIEWS, type View } from "./place";
import { linkHere } from "./navigation";
import { keep, kept } from "./settings";
import { resetStretch, zoomStretch } from "./timeline/stretch";
import {
  clearFilter, details, follow, goLive, helpOpen, isFiltered, isPast, moment, play, pointer, select, selectError, selection, selectMatch, stepBy, togglePause,
  toggleBranch, view,
} from "./state";

interface Key {
  readonly keys: readonly string[];
  readonly shown: string;
  readonly does: string;
  readonly group: string;
  run(pane: Pane): void;
}

const MOVE = "Move";
const LOOK = "Look";
const FIND = "Find";
const TIME = "Time";

export const KEYS: readonly Key[] = [
  { keys: ["j", "ArrowDown"], shown: "j ↓", does: "next row", group: MOVE, run: (pane) => down(pane, 1) },
  { keys: ["k", "ArrowUp"], shown: "k ↑", does: "previous row", group: MOVE, run: (pane) => down(pane, -1) },
  { keys: ["PageDown"], shown: "PgDn", does: "twenty rows down", group: MOVE, run: (pane) => down(pane, 20) },
  { keys: ["PageUp"], shown: "PgUp", does: "twenty rows up", group: MOVE, run: (pane) => down(pane, -20) },
  { keys: ["h", "ArrowLeft"], shown: "h ←", does: "close a branch; in the graph, to the left", group: MOVE, run: () => aside(-1) },
  { keys: ["l", "ArrowRight"], shown: "l →", does: "open a branch; in the graph, to the right", group: MOVE, run: () => aside(1) },
  { keys: ["Enter"], shown: "Enter", does: "go to the details", group: MOVE, run: openDetails },
  { keys: ["Escape"], shown: "Esc", does: "close the details, then clear the filter", group: MOVE, run: escape },
  { keys: ["1", "2", "3", "4", "5"], shown: "1 … 5", does: "tree, graph, timeline, events, calls", group: LOOK, run: () => undefined },
  { keys: ["["], shown: "[", does: "zoom out of the timeline", group: LOOK, run: () => zoomStretch(2) },
  { keys: ["]"], shown: "]", does: "zoom into the timeline", group: LOOK, run: () => zoomStretch(0.5) },
  { keys: ["0"], shown: "0", does: "all of the graph or the timeline", group: LOOK, run: wholeView },
  { keys: ["c"], shown: "c", does: "copy a link to what is shown", group: LOOK, run: () => void copyLink() },
  { keys: ["?"], shown: "?", does: "this help", group: LOOK, run: () => (helpOpen.value = true) },
  { keys: ["/"], shown: "/", does: "search", group: FIND, run: () => document.querySelector<HTMLInputElement>("#search")?.focus() },
  { keys: ["e"], shown: "e", does: "next error, from the newest back", group: FIND, run: () => selectError(1) },
  { keys: ["E"], shown: "E", does: "previous error", group: FIND, run: () => selectError(-1) },
  { keys: ["n"], shown: "n", does: "next match of the search", group: FIND, run: () => selectMatch(1) },
  { keys: ["N"], shown: "N", does: "previous match", group: FIND, run: () => selectMatch(-1) },
  { keys: [" "], shown: "Space", does: "pause or go on", group: TIME, run: togglePause },
  { keys: [","], shown: ",", does: "back by one event", group: TIME, run: () => stepBy(-1) },
  { keys: ["."], shown: ".", does: "on by one event", group: TIME, run: () => stepBy(1) },
  { keys: ["p"], shown: "p", does: "play from here, faster each time", group: TIME, run: playFaster },
  { keys: ["L"], shown: "L", does: "back to live", group: TIME, run: goLive },
  { keys: ["f"], shown: "f", does: "follow the newest row", group: TIME, run: follow },
];

/** Whether single keys act. */
export const keysOn = signal(kept("keys") !== "off");

export function turnKeys(on: boolean): void {
  keysOn.value = on;
  keep("keys", on ? "" : "off");
}

export function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.matches("input[type=search]") && event.key === "Escape") return (target as HTMLElement).blur();
  if (target?.closest("input:not([type=checkbox]), textarea, select, dialog, pre")) return;
  // These have arrows of their own.
  if (/^(Arrow|Page)/.test(event.key) && target?.closest("[role=separator], [role=tablist]")) return;
  if (!keysOn.value && event.key !== "Escape" && !/^(Arrow|Page|Enter)/.test(event.key)) return;
  // Space and Enter belong to a button that has the focus.
  if ((event.key === " " || event.key === "Enter") && target?.closest("button, a, input, summary")) return;
  const chosen = VIEWS[Number(event.key) - 1];
  const key = KEYS.find(({ keys }) => keys.includes(event.key));
  if (!key) return;
  event.preventDefault();
  if (chosen) showView(chosen);
  else key.run(target?.closest("[data-pane=table]") || (view.value === "events" && !target?.closest("[data-pane=tree]")) ? "table" : paneOf(target));
}

/** Keys move in the list that has the focus; without any, in the one the view is about. */
function paneOf(target: Element | undefined): Pane {
  if (target?.closest("[data-pane=tree], [data-pane=timeline], [data-pane=graph]")) return "tree";
  return "table";
}

export function showView(next: View): void {
  view.value = next;
  requestAnimationFrame(() => document.querySelector<HTMLElement>(FOCUSED_IN[next])?.focus());
}

const FOCUSED_IN: Record<View, string> = {
  tree: "[data-pane=tree] [role=treegrid]", graph: "[data-pane=graph]", timeline: "[data-pane=timeline] .lanes", events: "[data-pane=table] [role=grid]",
  calls: "[data-pane=calls]",
};

function isGraphFocused(): boolean {
  return view.value === "graph" && document.activeElement?.closest("[data-pane=graph]") !== null;
}

function down(pane: Pane, by: number): void {
  if (isGraphFocused()) moveInGraph(0, Math.sign(by));
  else select({ kind: "move", pane, by });
}

function aside(by: 1 | -1): void {
  if (isGraphFocused()) moveInGraph(by, 0);
  else if (pointer.peek().span !== "") toggleBranch(pointer.peek().span, by > 0);
}

function wholeView(): void {
  if (view.value === "graph") fitGraph();
  else resetStretch();
}

function playFaster(): void {
  const { speed, firstAt } = moment.peek();
  if (!isPast.peek()) return void (Number.isFinite(firstAt) && announce("Nothing to play: this is live. Go back first."));
  play(SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1);
}

export const SPEEDS: readonly number[] = [1, 4, 16, 64];

export async function copyLink(): Promise<boolean> {
  const done = await copyText(linkHere());
  announce(done ? "Link copied" : "Copying is not allowed here");
  return done;
}

function openDetails(pane: Pane): void {
  if (!details.value) select({ kind: "move", pane, by: 0 });
  requestAnimationFrame(() => document.querySelector<HTMLElement>("#details")?.focus());
}

function escape(): void {
  if (selection.value.seq >= 0 || selection.value.span !== "" || selection.value.node !== "") {
    select({ kind: "nothing" });
    const atTop = (document.querySelector("[data-pane=table] .virtual")?.scrollTop ?? 0) < 4;
    if (atTop && !isPast.value) follow();
    return;
  }
  if (isFiltered.value) clearFilter();
}

// Owns the keys: one table that both acts and is shown as help. Keys are off while something is typed.
import type { Pane } from "../core/messages";
import { clearFilter, details, follow, helpOpen, isFiltered, paused, select, selectNewestError, selection, togglePause, toggleBranch } from "./state";

interface Key {
  readonly keys: readonly string[];
  readonly shown: string;
  readonly does: string;
  run(pane: Pane): void;
}

export const KEYS: readonly Key[] = [
  { keys: ["j", "ArrowDown"], shown: "j ↓", does: "next row", run: (pane) => select({ kind: "move", pane, by: 1 }) },
  { keys: ["k", "ArrowUp"], shown: "k ↑", does: "previous row", run: (pane) => select({ kind: "move", pane, by: -1 }) },
  { keys: ["PageDown"], shown: "PgDn", does: "twenty rows down", run: (pane) => select({ kind: "move", pane, by: 20 }) },
  { keys: ["PageUp"], shown: "PgUp", does: "twenty rows up", run: (pane) => select({ kind: "move", pane, by: -20 }) },
  { keys: ["Enter"], shown: "Enter", does: "open the details", run: openDetails },
  { keys: ["Escape"], shown: "Esc", does: "close the details, then clear the filter", run: escape },
  { keys: ["h", "ArrowLeft"], shown: "h ←", does: "close a branch of the tree", run: () => branch(false) },
  { keys: ["l", "ArrowRight"], shown: "l →", does: "open a branch of the tree", run: () => branch(true) },
  { keys: ["/"], shown: "/", does: "search", run: () => document.querySelector<HTMLInputElement>("#search")?.focus() },
  { keys: [" "], shown: "Space", does: "pause or go on", run: togglePause },
  { keys: ["f"], shown: "f", does: "follow the newest row", run: follow },
  { keys: ["e"], shown: "e", does: "select the newest error", run: selectNewestError },
  { keys: ["?"], shown: "?", does: "this help", run: () => (helpOpen.value = true) },
];

export function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.matches("input[type=search]") && event.key === "Escape") (target as HTMLElement).blur();
  else if (target?.closest("input:not([type=checkbox]), textarea, select, dialog, pre")) return;
  // Space and Enter belong to a button that has the focus.
  if ((event.key === " " || event.key === "Enter") && target?.closest("button, a, input, summary")) return;
  const key = KEYS.find(({ keys }) => keys.includes(event.key));
  if (!key) return;
  event.preventDefault();
  key.run(target?.closest("[data-pane=tree]") ? "tree" : "table");
}

function openDetails(pane: Pane): void {
  if (!details.value) select({ kind: "move", pane, by: 0 });
  requestAnimationFrame(() => document.querySelector<HTMLElement>("#details")?.focus());
}

function escape(): void {
  if (selection.value.seq >= 0 || selection.value.span !== "") {
    select({ kind: "nothing" });
    const atTop = (document.querySelector("[data-pane=table] .virtual")?.scrollTop ?? 0) < 4;
    if (atTop && !paused.value) follow();
    return;
  }
  if (isFiltered.value) clearFilter();
}

function branch(open: boolean): void {
  if (selection.value.span !== "") toggleBranch(selection.value.span, open);
}

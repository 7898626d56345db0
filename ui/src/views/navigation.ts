// Owns that the address says what is on screen, and that opening an address shows it. What an address points at may not
// have come yet: it is looked for once the log has been read.
import { batch, computed, effect, signal } from "@preact/signals";
import type { Target } from "../core/messages";
import { readPlace, writePlace, type Place } from "./place";
import { changeFilter, connection, details, filter, goLive, header, isPast, moment, scope, select, selection, source, travel, view } from "./state";

/** What the address asked for and is not on screen yet. */
const wanted = signal<Place | null>(null);

/** The worker was told of it, and has not answered yet. */
let isAskedFor = false;

/**
 * How long a selection stands before the address says it. A new address costs the browser more than a row drawn anew: it
 * writes history, and fetches the page's icon again.
 */
const SETTLED_MS = 300;

let unwritten = "";
let writing: ReturnType<typeof setTimeout> | undefined;

/** Everything that is on screen, as an address would say it. */
const place = computed<Place>(() => {
  const { seq, span, node } = selection.value;
  const shown = details.value;
  const past = isPast.value;
  const isPinned = seq >= 0 || span !== "" || node !== "" || past;
  const run = header.value.run;
  return {
    // Who follows the newest run and points at something means that run.
    scope: scope.value.kind === "auto" && isPinned && run !== "" && source.value.kind === "bridge" ? { kind: "run", id: run } : scope.value,
    view: view.value,
    query: filter.value.text.trim(),
    at: past ? moment.value.at : Number.NaN,
    node,
    span: span.slice(span.indexOf("/") + 1),
    event: shown && shown.seq === seq ? shown.id : "",
  };
});

/** The address of what is on screen, for others to open. */
export function linkHere(): string {
  const url = new URL(location.href);
  url.hash = writePlace(place.peek());
  return url.href;
}

export function startNavigation(): void {
  open();
  addEventListener("popstate", open);
  effect(write);
  effect(search);
}

function open(): void {
  forget();
  const asked = readPlace(location.hash);
  const points = asked.event !== "" || asked.span !== "" || asked.node !== "" || Number.isFinite(asked.at);
  batch(() => {
    scope.value = asked.scope;
    view.value = asked.view;
    if (asked.query !== filter.peek().text) changeFilter({ text: asked.query });
    wanted.value = points ? asked : null;
    isAskedFor = false;
  });
  if (points) return;
  if (isPast.peek()) goLive();
  if (selection.peek().seq >= 0 || selection.peek().span !== "") select({ kind: "nothing" });
}

function write(): void {
  const asked = wanted.value;
  // Until what was asked for is found, the address goes on asking for it.
  const pointed = asked && { at: asked.at, node: asked.node, span: asked.span, event: asked.event };
  const hash = writePlace({ ...place.value, ...pointed });
  if (hash === (location.hash || "#/")) {
    forget();
    return;
  }
  const was = readPlace(location.hash);
  const isOther = was.view !== view.peek() || JSON.stringify(was.scope) !== JSON.stringify(readPlace(hash).scope);
  if (isOther) {
    writeNow();
    history.pushState(null, "", hash);
  } else {
    forget();
    unwritten = hash;
    writing = setTimeout(writeNow, SETTLED_MS);
  }
}

function writeNow(): void {
  if (unwritten !== "") history.replaceState(null, "", unwritten);
  forget();
}

function forget(): void {
  clearTimeout(writing);
  unwritten = "";
}

/** Goes to what the address asked for, when everything that is kept has been read. */
function search(): void {
  const asked = wanted.value;
  const isRead = source.value.kind === "recording" ? source.value.done : connection.value.phase === "live";
  if (!asked || !isRead) return;
  if (!isAskedFor) {
    isAskedFor = true;
    const target = targetOf(asked, asked.scope.kind === "run" ? asked.scope.id : header.peek().run);
    if (Number.isFinite(asked.at)) travel({ at: asked.at });
    if (target) select(target);
  }
  if (isOnScreen(asked)) wanted.value = null;
}

/** Whether a moment and a selection are there, if they were asked for: these, or others that the viewer chose meanwhile. */
function isOnScreen({ at, event, span, node }: Place): boolean {
  const { seq, span: selected, node: chosen } = selection.value;
  const isThen = !Number.isFinite(at) || isPast.value;
  if (event !== "") return isThen && seq >= 0 && details.value?.seq === seq;
  if (span !== "") return isThen && selected !== "";
  return isThen && (node === "" || chosen !== "");
}

function targetOf({ event, span, node }: Place, run: string): Target | null {
  if (event !== "") return { kind: "event", id: event };
  if (span !== "") return { kind: "span", key: `${run}/${span}` };
  return node === "" ? null : { kind: "node", id: node };
}

// Owns what is on screen: the last snapshot, split so that each view redraws for its own part only, and the viewer's
// choices. Every choice becomes a request to the worker here and nowhere else.
import { batch, computed, effect, signal } from "@preact/signals";
import { turnRings } from "../components/ring";
import { enter, tokenInFragment } from "../core/access";
import { bridgeAddresses } from "../core/address";
import { BLANK } from "../core/blank";
import { NO_FILTER, type Filter, type Scope } from "../core/filter";
import type { Destination, Exported, Picture, Selection, Snapshot, Target } from "../core/messages";
import { AT_WORK_MS } from "../core/pace";
import { draw } from "./filling";
import { foresee } from "./foresight";
import { frameFirst, send, startWorker } from "./link";
import { FIRST_VIEW, type View } from "./place";
import { isWide } from "./media";
import { keep, kept } from "./settings";

export const connection = signal(BLANK.connection);
export const clock = signal(BLANK.clock);
export const header = signal(BLANK.header);
export const table = signal(BLANK.table);
export const tree = signal(BLANK.tree);
export const selection = signal(BLANK.selection);
/** Where a selection under way will stand; the lists show it at once, the rest of the page when the worker has answered. */
const foreseen = signal<Selection | null>(null);
/** The request that a foreseen selection is of. */
let foreseenBy = 0;
/** The selection as the lists show it. */
export const pointer = computed(() => foreseen.value ?? selection.value);
export const source = signal(BLANK.source);
export const moment = signal(BLANK.moment);
export const counters = signal(BLANK.counters);
export const query = signal(BLANK.query);
export const nowRunning = signal(BLANK.now);
export const runs = signal<NonNullable<Snapshot["runs"]>>([]);
export const types = signal<NonNullable<Snapshot["types"]>>([]);
export const details = signal<NonNullable<Snapshot["details"]> | null>(null);
export const graph = signal<NonNullable<Snapshot["graph"]>>({ source: "nodes", nodes: [], more: 0 });
export const timeline = signal<NonNullable<Snapshot["timeline"]> | null>(null);
export const statistics = signal<NonNullable<Snapshot["statistics"]>>([]);

/** The viewer stopped the picture at the newest event, rather than going back to a moment. */
export const paused = signal(false);
/** The table shows the newest row; off as soon as the viewer looks at another. */
export const following = signal(true);
/** The tree keeps the newest span in view. */
export const treeFollowing = signal(true);
export const filter = signal<Filter>(NO_FILTER);
export const scope = signal<Scope>({ kind: "auto" });
export const view = signal<View>(FIRST_VIEW);
export const helpOpen = signal(false);
/** The page's clock, ticking only while something on screen grows. */
export const tick = signal(Date.now());
/** Who wants less motion. */
const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
/** So often it ticks; to those it counts seconds, and no ring turns. */
const TICK_MS = isCalm ? 1000 : 100;
/** When the viewer last chose something: while they are at work it moves with what that shows, in no frame of its own. */
let chosenAt = Number.NEGATIVE_INFINITY;
/** When the log was last known to be up to date, on the page's clock. */
export const upToDateAt = signal(Number.NaN);

export const isPast = computed(() => moment.value.kind === "past");

export const isFiltered = computed(() => {
  const { text, hiddenTypes, errorsOnly } = filter.value;
  return text.trim() !== "" || hiddenTypes.length > 0 || errorsOnly;
});

/** Whether lists go along with what runs: only what runs has a newest call that one wants to see. */
export const isFollowingTree = computed(() => {
  const isRead = source.value.kind === "recording" ? source.value.done : connection.value.phase === "live";
  return treeFollowing.value && isRead && header.value.status === "running";
});

/** Now, on the log's clock, as far as it is known; in the past, that moment. */
export const logNow = computed(() => (isPast.value ? moment.value.at : (clock.value.stoppedAt ?? tick.value + clock.value.offsetMs)));

/** The pictures that somebody sees; the others are not made. */
const pictures = computed<readonly Picture[]>(() => {
  if (view.value === "graph") return ["graph"];
  if (view.value === "calls") return ["statistics"];
  if (view.value === "timeline" || (view.value === "tree" && isWide.value)) return ["timeline"];
  return [];
});

/** Of the browser's tab: what went wrong or that all is well, and the run. */
const title = computed(() => {
  const { name, errors, status } = header.value;
  const mark = errors > 0 ? `✕ ${errors}` : status === "ok" || status === "returned" ? "✓" : "";
  return [mark, name, "Agent events"].filter(Boolean).join(" · ");
});

/** Connects, once the bridge has seen the token that the page was opened with, if any. */
async function start(): Promise<void> {
  const addresses = bridgeAddresses(location);
  const { token, hash } = tokenInFragment(location.hash);
  if (token !== "") {
    // Out of the address before anything else: it would stay in the history.
    history.replaceState(history.state, "", `${location.pathname}${location.search}${hash}`);
    // If the token is wrong, the bridge says so when the worker connects.
    await enter(addresses.candidates, token, (url, init) => fetch(url, init));
  }
  send({ kind: "start", addresses });
}

export function boot(): void {
  startWorker(show);
  void start();
  effect(() => void send({ kind: "freeze", pane: "table", frozen: !following.value && !isPast.value }));
  effect(() => void send({ kind: "filter", filter: filter.value }));
  effect(() => void send({ kind: "scope", scope: scope.value }));
  effect(() => void send({ kind: "show", pictures: pictures.value }));
  effect(() => void (document.title = title.value));
  if (!isCalm) effect(() => turnRings(tick.value));
  setInterval(() => {
    if (!document.hidden && performance.now() - chosenAt > AT_WORK_MS) moveClock();
  }, TICK_MS);
}

/** Moves on with what comes, and by itself where nothing does: two moves close together would be drawn as two pictures. */
function moveClock(): void {
  const now = Date.now();
  if (!isPast.peek() && Math.abs(now - tick.peek()) >= TICK_MS * 0.9) tick.value = now;
}

function show(snapshot: Snapshot, heard: number): void {
  batch(() => {
    if (heard >= foreseenBy) foreseen.value = null;
    moveClock();
    if (snapshot.connection.phase === "live") upToDateAt.value = Date.now();
    if (snapshot.moment.kind === "live" && moment.peek().kind === "past") paused.value = false;
    connection.value = snapshot.connection;
    clock.value = snapshot.clock;
    header.value = snapshot.header;
    table.value = snapshot.table;
    draw(tree, snapshot.tree, ({ total }) => total > 0);
    selection.value = snapshot.selection;
    source.value = snapshot.source;
    moment.value = snapshot.moment;
    counters.value = snapshot.counters;
    query.value = snapshot.query;
    nowRunning.value = snapshot.now;
    if (snapshot.runs) runs.value = snapshot.runs;
    if (snapshot.types) types.value = snapshot.types;
    if (snapshot.details !== undefined) draw(details, snapshot.details, (shown) => shown !== null);
    if (snapshot.graph) draw(graph, snapshot.graph, ({ nodes }) => nodes.length > 0);
    if (snapshot.timeline) draw(timeline, snapshot.timeline, (lanes) => lanes !== null);
    if (snapshot.statistics) statistics.value = snapshot.statistics;
  });
}

export function select(target: Target): void {
  // Where there is no row there is none to choose, and the lists follow on.
  if (target.kind === "move" && (target.pane === "tree" ? tree : table).peek().total === 0) return;
  // Rows that go by can't be foreseen.
  const stands = !following.peek() || isPast.peek();
  batch(() => {
    if (target.kind !== "nothing") {
      following.value = false;
      treeFollowing.value = false;
    }
    foreseen.value = stands ? foresee(target, pointer.peek(), table.peek(), tree.peek()) : null;
  });
  if (foreseen.peek()) frameFirst();
  chosenAt = performance.now();
  foreseenBy = send({ kind: "select", target });
}

/** To the next older failure (1) or the next newer (-1). Does nothing where there is none, so that the lists follow on. */
export function selectError(by: 1 | -1): void {
  if (header.peek().errors > 0) select({ kind: "error", by });
}

/** From match to match; where something else is selected, to the newest one. */
export function selectMatch(by: 1 | -1): void {
  const { matches, matchIndex } = query.peek();
  if (matches === 0) return;
  if (matchIndex < 0) send({ kind: "select", target: { kind: "nothing" } });
  select({ kind: "match", by });
}

export function changeFilter(change: Partial<Filter>): void {
  batch(() => {
    filter.value = { ...filter.value, ...change };
    following.value = true;
  });
}

export function clearFilter(): void {
  changeFilter({ ...NO_FILTER, showInternal: filter.value.showInternal });
}

export function showScope(next: Scope): void {
  batch(() => {
    scope.value = next;
    following.value = true;
    treeFollowing.value = true;
  });
  select({ kind: "nothing" });
}

/** Back to the newest row; the selection stays. */
export function follow(): void {
  batch(() => {
    following.value = true;
    treeFollowing.value = true;
  });
  goLive();
}

/** The one way back from the past. */
export function goLive(): void {
  paused.value = false;
  send({ kind: "travel", to: "live" });
}

/** To another moment, which then stands still. */
export function travel(to: Destination): void {
  leaveFor();
  send({ kind: "travel", to });
}

export function stepBy(by: number): void {
  leaveFor();
  send({ kind: "step", by });
}

export function play(speed: number): void {
  leaveFor();
  send({ kind: "play", speed });
}

/** Who moves in time wants to see what happens there. */
function leaveFor(): void {
  batch(() => {
    paused.value = false;
    treeFollowing.value = true;
  });
}

/** Like the key of a player: stops what moves, and moves on what stands. */
export function togglePause(): void {
  const { kind, speed, lastSeq } = moment.peek();
  if (kind === "past") {
    if (paused.peek()) goLive();
    else play(speed > 0 ? 0 : 1);
  } else if (lastSeq >= 0) {
    send({ kind: "travel", to: { seq: lastSeq } });
    paused.value = true;
  }
}

export function toggleBranch(key: string, open?: boolean): void {
  send(open === undefined ? { kind: "toggle", key } : { kind: "toggle", key, open });
}

/** Reads a recording in the place of the connection. */
export function openFile(file: Blob, name: string, demo = false): void {
  batch(() => {
    scope.value = { kind: "auto" };
    following.value = true;
    treeFollowing.value = true;
  });
  send({ kind: "load", file, name, demo });
}

export function closeFile(): void {
  showScope({ kind: "auto" });
  send({ kind: "close" });
}

export function exportFile(what: Exported): void {
  send({ kind: "export", what, format: "ndjson" });
}

/** Which part of the middle the picture takes, above the events; in percent. */
export const share = signal(Math.min(Math.max(Number(kept("share")) || 46, 15), 85));

export function changeShare(percent: number): void {
  share.value = Math.min(Math.max(Math.round(percent), 15), 85);
  keep("share", String(share.value));
}

// Owns what is on screen: the last snapshot, split so that each view redraws for its own part only, and the viewer's
// choices. Every choice becomes a request to the worker here and nowhere else.
import { batch, computed, effect, signal } from "@preact/signals";
import { enter, tokenInFragment } from "../core/access";
import { bridgeAddresses } from "../core/address";
import { BLANK } from "../core/blank";
import { NO_FILTER, type Filter, type Scope } from "../core/filter";
import type { Pane, Snapshot, Target } from "../core/messages";
import { send, startWorker } from "./link";

export const connection = signal(BLANK.connection);
export const clock = signal(BLANK.clock);
export const header = signal(BLANK.header);
export const table = signal(BLANK.table);
export const tree = signal(BLANK.tree);
export const selection = signal(BLANK.selection);
export const runs = signal<NonNullable<Snapshot["runs"]>>([]);
export const types = signal<NonNullable<Snapshot["types"]>>([]);
export const details = signal<NonNullable<Snapshot["details"]> | null>(null);

/** The picture stands still; events are still taken in. */
export const paused = signal(false);
/** The table shows the newest row; off as soon as the viewer looks at another. */
export const following = signal(true);
/** The tree keeps the newest span in view. */
export const treeFollowing = signal(true);
export const filter = signal<Filter>(NO_FILTER);
export const scope = signal<Scope>({ kind: "auto" });
export const tab = signal<Pane>("table");
export const helpOpen = signal(false);
/** The page's clock, ticking only while something on screen grows. */
export const tick = signal(Date.now());
/** When the log was last known to be up to date, on the page's clock. */
export const upToDateAt = signal(Number.NaN);

export const isFiltered = computed(() => {
  const { text, hiddenTypes, errorsOnly } = filter.value;
  return text.trim() !== "" || hiddenTypes.length > 0 || errorsOnly;
});

/** Now, on the log's clock, as far as it is known. */
export const logNow = computed(() => clock.value.stoppedAt ?? tick.value + clock.value.offsetMs);

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
  effect(() => send({ kind: "freeze", pane: "table", frozen: paused.value || !following.value }));
  effect(() => send({ kind: "freeze", pane: "tree", frozen: paused.value }));
  effect(() => send({ kind: "filter", filter: filter.value }));
  effect(() => send({ kind: "scope", scope: scope.value }));
  effect(() => {
    const { name, errors } = header.value;
    document.title = [errors > 0 ? `✕ ${errors}` : "", name, "Agent events"].filter(Boolean).join(" · ");
  });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  setInterval(() => {
    if (!document.hidden && !paused.value) tick.value = Date.now();
  }, calm ? 1000 : 100);
}

function show(snapshot: Snapshot): void {
  batch(() => {
    if (snapshot.connection.phase === "live") upToDateAt.value = Date.now();
    connection.value = snapshot.connection;
    clock.value = snapshot.clock;
    header.value = snapshot.header;
    table.value = snapshot.table;
    tree.value = snapshot.tree;
    selection.value = snapshot.selection;
    if (snapshot.runs) runs.value = snapshot.runs;
    if (snapshot.types) types.value = snapshot.types;
    if (snapshot.details !== undefined) details.value = snapshot.details;
  });
}

export function select(target: Target): void {
  if (target.kind !== "nothing") {
    following.value = false;
    treeFollowing.value = false;
  }
  send({ kind: "select", target });
}

/** Does nothing where there is none, so that the lists go on following. */
export function selectNewestError(): void {
  if (header.peek().errors > 0) select({ kind: "newest-error" });
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
    paused.value = false;
    following.value = true;
    treeFollowing.value = true;
  });
}

export function togglePause(): void {
  paused.value = !paused.value;
}

export function toggleBranch(key: string, open?: boolean): void {
  send(open === undefined ? { kind: "toggle", key } : { kind: "toggle", key, open });
}

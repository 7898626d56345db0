// Owns what is said to those who do not see the page: that a run began or ended, that something failed, and the answer
// to a key. Events fly by unsaid; at most one sentence in five seconds comes without being asked for.
import { effect, signal } from "@preact/signals";
import { formatCount } from "../core/format";
import { connection, header, isPast } from "./state";

const EVERY_MS = 5000;

const said = signal("");
let lastSaid = Number.NEGATIVE_INFINITY;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Says the answer to what the viewer did, at once. */
export function announce(words: string): void {
  said.value = words;
}

/** Says what happened by itself, when it is time again; of several such things the last. */
function mention(words: string): void {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    lastSaid = performance.now();
    said.value = words;
  }, Math.max(lastSaid + EVERY_MS - performance.now(), 0));
}

export function startAnnouncer(): void {
  let known = { run: "", status: "", errors: 0, phase: "" };
  effect(() => {
    const { run, name, status, errors } = header.value;
    const { phase } = connection.value;
    if (isPast.value) return;
    if (run === known.run && phase === "live") {
      if (errors > known.errors) mention(`${formatCount(errors)} ${errors === 1 ? "error" : "errors"} in ${name}. Press e to go to the newest.`);
      else if (status !== known.status && status !== "") mention(`${name}: ${status}`);
    } else if (run !== known.run && run !== "") mention(`Showing ${name}: ${status}`);
    if (phase !== known.phase && (phase === "waiting" || phase === "log-unreachable")) mention("The connection is lost. What is shown stays.");
    known = { run, status, errors, phase };
  });
}

export function Announcer() {
  return <div class="visually-hidden" role="status" aria-live="polite" data-testid="announcer">{said.value}</div>;
}

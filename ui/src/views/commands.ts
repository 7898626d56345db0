// Owns the commands that give on a terminal what is on screen.
import type { DetailsView } from "../core/messages";
import { connection, header, scope } from "./state";

/** The event with what comes after it, from the bridge. */
export function asCurl({ cursor, run }: DetailsView): string {
  const parameters = new URLSearchParams();
  if (run !== "") parameters.set("run", run);
  if (cursor !== "") parameters.set("after", before(cursor));
  if (cursor !== "") parameters.set("limit", "1");
  return `curl ${quoted(`${apiUrl()}?${parameters.toString()}`)}`;
}

/** The shown run, page after page. */
export function runAsCurl(): string {
  const { run } = header.peek();
  return `curl ${quoted(`${apiUrl()}${run === "" || scope.peek().kind === "all" ? "" : `?run=${encodeURIComponent(run)}`}`)}`;
}

export function asRedisCli({ cursor }: DetailsView): string {
  const id = cursor.replace(/@.*/, "");
  return `redis-cli XRANGE ${quoted(stream())} ${quoted(id)} ${quoted(id)}`;
}

function stream(): string {
  const state = connection.peek();
  return state.phase === "live" || state.phase === "replaying" ? state.stream : "agent_events";
}

function apiUrl(): string {
  return `${connection.peek().bridge.replace(/^ws/, "http") || location.origin}/api/events`;
}

/** The Redis id just before an entry's own: `after` leaves out what it names. */
function before(cursor: string): string {
  const [ms = "0", n = "0"] = cursor.replace(/@.*/, "").split("-");
  return n === "0" ? `${BigInt(ms) - 1n}-18446744073709551615` : `${ms}-${BigInt(n) - 1n}`;
}

/** A word as a shell takes it, whatever a producer put into it. */
function quoted(word: string): string {
  return /^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

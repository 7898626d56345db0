// Owns the words about a connection that is not well. It says what is so, never what to do about it.
import type { ConnectionState } from "./connection";
import { sentence } from "./format";

/** Sentences about a state at a time of the page's clock; empty while all is well. */
export function explain(state: ConnectionState, now: number): string {
  const bridge = state.bridge.replace(/^wss?:\/\//, "");
  switch (state.phase) {
    case "waiting": {
      const left = Math.max(Math.ceil((state.retryAt - now) / 1000), 0);
      return `${sentence(`The bridge at ${bridge} ${state.why}`)} Reconnecting in ${left} s (attempt ${state.attempt}).`;
    }
    case "connecting":
      return state.attempt > 0 ? `Reconnecting to the bridge at ${bridge} (attempt ${state.attempt}).` : "";
    case "log-unreachable": {
      const what = `The bridge at ${bridge} is up, but cannot reach its log${state.error ? `: ${state.error}` : ""}`;
      return `${sentence(what)} Events appear as soon as the log answers.`;
    }
    case "locked":
      return `The bridge at ${bridge} asks for a token: that of the file or variable it was started with.`;
    case "stopped":
      return state.why;
    default:
      return "";
  }
}

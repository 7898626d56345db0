// Owns the word about the connection that is always on screen.
import { formatCount } from "../core/format";
import type { ConnectionState } from "../core/connection";
import { connection, header } from "./state";

export function ConnectionPill() {
  const state = connection.value;
  const { tone, word } = pill(state);
  const { rate, received, duplicates, evicted } = header.value;
  const title = `${formatCount(received)} events received, ${formatCount(duplicates)} repeated ones left out, ${formatCount(evicted)} of the oldest let go`;
  return (
    <span class={`pill tone-${tone}`} title={title} role="status">
      <span class={`dot ${state.phase}`} aria-hidden="true" />
      <span>{word}</span>
      {state.phase === "live" && <span class="rate numbers" aria-hidden="true">{rateText(rate)}</span>}
    </span>
  );
}

function rateText(rate: number): string {
  if (rate === 0) return "idle";
  return `${rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate))}/s`;
}

export function pill(state: ConnectionState): { tone: string; word: string } {
  switch (state.phase) {
    case "connecting":
      return { tone: "quiet", word: "Connecting" };
    case "replaying":
      return { tone: "running", word: "Catching up" };
    case "live":
      return { tone: "ok", word: "Live" };
    case "log-unreachable":
      return { tone: "warn", word: "Log unreachable" };
    case "waiting":
      return { tone: "warn", word: "Reconnecting" };
    case "locked":
      return { tone: "warn", word: "Locked" };
    case "stopped":
      return { tone: "error", word: "Stopped" };
  }
}

// Owns what the page says about its connection: one word always, and a line that explains while something is wrong.
import { Icon } from "../components/icon";
import { formatMoment, formatCount } from "../core/format";
import type { ConnectionState } from "../core/connection";
import { explain } from "../core/notice";
import { send } from "./link";
import { TokenEntry } from "./token-entry";
import { connection, header, tick, upToDateAt } from "./state";

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

function pill(state: ConnectionState): { tone: string; word: string } {
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

/** The line below the bar; absent while all is well. */
export function Connection() {
  const state = connection.value;
  const text = explain(state, tick.value);
  if (text === "") return null;
  return (
    <div class={`notice tone-${pill(state).tone}`} data-phase={state.phase}>
      <Icon name="warn" />
      <p>
        {text}
        {Number.isFinite(upToDateAt.value) && <span class="muted"> Up to date until {formatMoment(upToDateAt.value, Date.now())}.</span>}
      </p>
      {state.phase === "locked" && <TokenEntry bridge={state.bridge} />}
      {state.phase === "waiting" && (
        <button type="button" class="button" onClick={() => send({ kind: "retry" })}>Try now</button>
      )}
    </div>
  );
}

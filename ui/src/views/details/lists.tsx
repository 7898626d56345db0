// Owns the lists about a selection: its events, and the failures below it.
import { StatusIcon } from "../../components/status";
import { formatCount, formatTime } from "../../core/format";
import type { DetailsView } from "../../core/messages";
import { select } from "../state";
import { Links } from "./overview";

export function Events({ shown }: { shown: DetailsView }) {
  const hidden = shown.moreEvents + Math.max(shown.events.length - 40, 0);
  return (
    <section>
      <h3>{shown.node ? `Events of ${shown.node.name}` : "Events of this call and below"}</h3>
      <Links list={shown.events} />
      {hidden > 0 && <p class="muted">{formatCount(hidden)} more are not listed here.</p>}
    </section>
  );
}

export function Errors({ shown }: { shown: DetailsView }) {
  return (
    <ol class="errors">
      {shown.errors.map((it) => (
        <li key={it.seq} class="failure tone-error">
          <button type="button" class="link" onClick={() => select({ kind: "row", seq: it.seq })}>
            <StatusIcon status={it.status} />
            <span>{it.label || it.type}</span>
            <span class="muted numbers">{formatTime(it.at)}</span>
          </button>
          {it.errorType !== "" && <p class="mono">{it.errorType}</p>}
          <p class="failure-text">{it.error}</p>
        </li>
      ))}
    </ol>
  );
}

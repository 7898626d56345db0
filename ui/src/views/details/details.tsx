// Owns the panel about what is selected: its heading, its tabs, and what can be taken from it.
import { signal } from "@preact/signals";
import { CopyButton } from "../../components/copy-button";
import { Icon } from "../../components/icon";
import { JsonView } from "../../components/json-view";
import { Menu } from "../../components/menu";
import { Status } from "../../components/status";
import { TypeIcon } from "../../components/type-icon";
import { formatBytes, formatCount, formatDuration, formatElapsed, formatTime } from "../../core/format";
import type { DetailsView } from "../../core/messages";
import { fetchJson } from "../link";
import { linkHere } from "../navigation";
import { asCurl, asRedisCli } from "../commands";
import { details, exportFile, logNow, select } from "../state";
import { Errors, Events } from "./lists";
import { Messages } from "./messages";
import { Overview } from "./overview";

const TABS = ["Overview", "Messages", "Events", "Errors", "JSON"] as const;

type Tab = (typeof TABS)[number];

const tab = signal<Tab>("Overview");

export function Details() {
  const shown = details.value;
  if (!shown) return null;
  const counts: Record<Tab, number> = { Overview: 1, Messages: shown.messages.length, Events: shown.events.length + shown.moreEvents, Errors: shown.errors.length, JSON: 1 };
  // A tab that has nothing for this selection gives way; it comes back with the next one that has.
  const current = counts[tab.value] > 0 ? tab.value : "Overview";
  return (
    <aside class="pane details" id="details" tabIndex={-1} aria-label="Details of what is selected">
      <Heading shown={shown} />
      <Tabs current={current} counts={counts} />
      <div class="details-body" key={`${shown.seq} ${current}`} role="tabpanel" id="details-panel" aria-labelledby={`details-${current}`} tabIndex={0}>
        {current === "Overview" && <Overview shown={shown} />}
        {current === "Messages" && <Messages shown={shown} />}
        {current === "Events" && <Events shown={shown} />}
        {current === "Errors" && <Errors shown={shown} />}
        {current === "JSON" && <Json shown={shown} />}
      </div>
    </aside>
  );
}

function Heading({ shown }: { shown: DetailsView }) {
  const { node } = shown;
  return (
    <header class="details-top">
      <div class="details-head">
        <h2 class="mono"><TypeIcon type={shown.type} icon="" hue={-1} />{shown.type}</h2>
        <CopyButton label="Link" icon="link" text={linkHere} />
        <Take shown={shown} />
        <button type="button" class="button quiet icon-only" aria-label="Close details" title="Esc" onClick={() => select({ kind: "nothing" })}>
          <Icon name="cross" />
        </button>
      </div>
      <p class="when">
        <Status status={shown.status} />
        <span class="numbers when-lasted">{shown.status === "running" ? <Elapsed since={shown.startedAt} /> : formatDuration(shown.duration)}</span>
        <span class="muted numbers" title={`As written by the producer: ${shown.ts || "no time"}`}>{formatTime(shown.at) || "without a time"}</span>
        {node && <button type="button" class="link plain when-node" title={node.goal} onClick={() => select({ kind: "node", id: node.id })}><span class="mono">{node.name}</span> {node.taskType}</button>}
      </p>
    </header>
  );
}

function Elapsed({ since }: { since: number }) {
  return <>{formatElapsed((logNow.value - since) / 1000)}</>;
}

function Take({ shown }: { shown: DetailsView }) {
  return (
    <Menu name="Take out" isIcon class="take" label={<Icon name="save" />}>
      {(close) => (
        <ul class="take-list">
          <li><button type="button" class="choice" onClick={() => { exportFile("selection"); close(); }}><Icon name="save" />Save the selection as NDJSON</button></li>
          <li><CopyButton label="Copy as JSON" text={() => fetchJson(shown.seq)} /></li>
          <li><CopyButton label="Copy as curl" text={() => asCurl(shown)} /></li>
          {shown.cursor !== "" && <li><CopyButton label="Copy as redis-cli" text={() => asRedisCli(shown)} /></li>}
        </ul>
      )}
    </Menu>
  );
}

function Tabs({ current, counts }: { current: Tab; counts: Record<Tab, number> }) {
  const choices = TABS.filter((it) => counts[it] > 0);
  const move = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = choices[(choices.indexOf(current) + by + choices.length) % choices.length];
    if (by === 0 || !next) return;
    event.preventDefault();
    tab.value = next;
    document.getElementById(`details-${next}`)?.focus();
  };
  return (
    <div class="details-tabs" role="tablist" aria-label="About the selection" onKeyDown={move}>
      {choices.map((it) => (
        <button key={it} id={`details-${it}`} type="button" role="tab" aria-selected={it === current} aria-controls="details-panel" tabIndex={it === current ? 0 : -1} onClick={() => (tab.value = it)}>
          {it}
          {it === "Errors" && <span class="tone-error numbers"> {formatCount(counts[it])}</span>}
          {it === "Events" && <span class="muted numbers"> {formatCount(counts[it])}</span>}
        </button>
      ))}
    </div>
  );
}

function Json({ shown }: { shown: DetailsView }) {
  return (
    <section>
      <div class="json-head">
        <h3>As written</h3>
        <CopyButton label="Copy" text={() => fetchJson(shown.seq)} />
      </div>
      {shown.jsonBytes > 0 && <p class="muted">The beginning of {formatBytes(shown.jsonBytes)}; Copy takes all of it.</p>}
      <JsonView text={shown.json} />
    </section>
  );
}

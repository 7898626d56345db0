// Owns what stands where events would: how to send the first one, or which filter hides them all.
import { signal } from "@preact/signals";
import { CopyButton } from "../components/copy-button";
import { Icon } from "../components/icon";
import { formatCount, sentence } from "../core/format";
import { chooseFile } from "./drop";
import { clearFilter, connection, follow, goLive, header, isFiltered, isPast, moment, openFile, query, scope, showScope, source, table } from "./state";

const SNIPPET = `let _events = EventBus::from_env()?.install();   // once, in main

#[emits(StepStarted { step, node_id, ..Default::default() }, StepFinished)]
async fn run_step(step: u64, node_id: &str) -> Result<Report, AgentError> { … }`;

/** A run that comes with the page. */
const DEMO = "./demo.ndjson";

export function Empty() {
  const { hidden, outside, scanning, waiting } = table.value;
  if (scanning) return <div class="empty" role="status"><p class="muted">Searching…</p></div>;
  if (waiting > 0) return <OnlyNew count={waiting} />;
  if (isFiltered.value && hidden > 0) return <AllHidden hidden={hidden} />;
  if (isPast.value && moment.value.behind > 0) {
    return (
      <div class="empty" role="status">
        <p class="empty-title">Nothing had happened yet at this moment</p>
        <button type="button" class="button" onClick={goLive}>Back to live</button>
      </div>
    );
  }
  if (header.value.received > 0 && outside > 0 && scope.value.kind !== "all") {
    return (
      <div class="empty" role="status">
        <p class="empty-title">Nothing of this run is here</p>
        <p class="muted">{formatCount(outside)} events are of other runs.</p>
        <button type="button" class="button" onClick={() => showScope({ kind: "all" })}>Show all runs</button>
      </div>
    );
  }
  return source.value.kind === "recording" ? <EmptyRecording /> : <FirstSteps />;
}

/** The list stands still since something was chosen, and was empty then. */
function OnlyNew({ count }: { count: number }) {
  return (
    <div class="empty" role="status">
      <p class="empty-title">{count === 1 ? "One event has" : `${formatCount(count)} events have`} come since</p>
      <button type="button" class="button" onClick={follow}>Show what comes</button>
    </div>
  );
}

function AllHidden({ hidden }: { hidden: number }) {
  const worst = [...query.value.parts].sort((a, b) => b.hides - a.hides)[0];
  return (
    <div class="empty" role="status">
      <p class="empty-title">The filter hides {hidden === 1 ? "the only event" : `all ${formatCount(hidden)} events`}</p>
      {worst && worst.hides > 0 && query.value.parts.length > 1 && <p class="muted"><code>{worst.text}</code> alone hides {formatCount(worst.hides)}.</p>}
      <button type="button" class="button" onClick={clearFilter}>Clear filter</button>
    </div>
  );
}

function EmptyRecording() {
  return (
    <div class="empty" role="status">
      <p class="empty-title">No event in this recording</p>
      <p class="muted">A recording has one event a line, as <code>event-bridge record</code> and “Save the run” write it.</p>
      <button type="button" class="button" onClick={chooseFile}>Open another…</button>
    </div>
  );
}

function FirstSteps() {
  const state = connection.value;
  if (state.phase === "log-unreachable") return <LogUnreachable why={state.error} />;
  const listening = state.phase === "live" || state.phase === "replaying";
  const stream = listening ? state.stream : "agent_events";
  return (
    <div class="empty">
      <p class="empty-title">{listening ? <>Listening on stream <code>{stream}</code></> : "Not connected yet"}</p>
      <p class="muted">No events so far. Put one attribute on a function and run it:</p>
      <div class="snippet">
        <pre tabIndex={0} aria-label="Example"><code>{SNIPPET}</code></pre>
        <CopyButton label="Copy" text={() => SNIPPET} />
      </div>
      <div class="empty-actions">
        <button type="button" class="button" onClick={() => void playDemo()}><Icon name="triangle" />Play a demo run</button>
        <button type="button" class="button" onClick={chooseFile}><Icon name="file" />Open a recording…</button>
      </div>
      {demoTrouble.value !== "" && <p class="tone-error" role="alert">{demoTrouble.value}</p>}
      <p class="muted">A file can be dropped anywhere on the page. A whole agent at work: <code>cargo demo</code></p>
    </div>
  );
}

const demoTrouble = signal("");

async function playDemo(): Promise<void> {
  try {
    const answer = await fetch(DEMO);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    openFile(await answer.blob(), "demo.ndjson", true);
  } catch (error) {
    demoTrouble.value = `The demo could not be loaded: ${String(error)}. Try again, or run cargo demo.`;
  }
}

function LogUnreachable({ why }: { why: string }) {
  return (
    <div class="empty" role="status">
      <p class="empty-title">The bridge is up, but cannot read its log</p>
      {why !== "" && <p class="empty-reason">{sentence(why)}</p>}
      <p class="muted">Events appear here as soon as the log answers.</p>
      <button type="button" class="button" onClick={chooseFile}><Icon name="file" />Open a recording meanwhile…</button>
    </div>
  );
}

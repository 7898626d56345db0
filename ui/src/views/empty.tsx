// Owns what stands where events would: how to send the first one, or which filter hides them all.
import { CopyButton } from "../components/copy-button";
import { formatCount, sentence } from "../core/format";
import { clearFilter, connection, header, isFiltered, scope, showScope, table } from "./state";

const SNIPPET = `let _events = EventBus::from_env()?.install();   // once, in main

#[emits(StepStarted { step, node_id, ..Default::default() }, StepFinished)]
async fn run_step(step: u64, node_id: &str) -> Result<Report, AgentError> { … }`;

export function Empty() {
  const { hidden, outside, scanning } = table.value;
  if (scanning) return <div class="empty" role="status"><p class="muted">Searching…</p></div>;
  if (isFiltered.value && hidden > 0) {
    return (
      <div class="empty" role="status">
        <p class="empty-title">The filter hides {hidden === 1 ? "the only event" : `all ${formatCount(hidden)} events`}</p>
        <button type="button" class="button" onClick={clearFilter}>Clear filter</button>
      </div>
    );
  }
  if (header.value.received > 0 && outside > 0 && scope.value.kind !== "all") {
    return (
      <div class="empty" role="status">
        <p class="empty-title">Nothing here yet</p>
        <button type="button" class="button" onClick={() => showScope({ kind: "all" })}>Show all runs</button>
      </div>
    );
  }
  return <FirstSteps />;
}

function FirstSteps() {
  const state = connection.value;
  if (state.phase === "log-unreachable") return <LogUnreachable why={state.error} />;
  const listening = state.phase === "live" || state.phase === "replaying";
  const stream = listening ? state.stream : "agent_events";
  return (
    <div class="empty">
      <p class="empty-title">{listening ? <>Listening on <code>{stream}</code></> : "Not connected yet"}</p>
      <p class="muted">No events so far. Put one attribute on a function and run it:</p>
      <pre class="snippet"><code>{SNIPPET}</code></pre>
      <div class="empty-actions">
        <CopyButton label="Copy" text={() => SNIPPET} />
        <span class="muted">or see a whole agent at work: <code>cargo demo</code></span>
      </div>
    </div>
  );
}

function LogUnreachable({ why }: { why: string }) {
  return (
    <div class="empty" role="status">
      <p class="empty-title">The bridge is up, but cannot read its log</p>
      {why !== "" && <p class="empty-reason">{sentence(why)}</p>}
      <p class="muted">Events appear here as soon as the log answers.</p>
    </div>
  );
}

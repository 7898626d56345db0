// Owns the line of figures: state of the run, events, tokens, cost, errors.
import type { ComponentChildren } from "preact";
import { Status } from "../components/status";
import { formatCompact, formatCost, formatCount, formatDuration, formatElapsed } from "../core/format";
import { header, logNow, selectNewestError, tree } from "./state";

export function Figures() {
  const { status, events, tokens, cost, errors, run, invalid } = header.value;
  const { open, lost } = tree.value;
  return (
    <dl class="figures">
      {run !== "" && (
        <Figure name="Run" class="figure-run">
          {status === "" ? <span class="muted">no spans</span> : <Status status={status} />} <RunTime />
        </Figure>
      )}
      <Figure name="Events" title={formatCount(events)}>{formatCompact(events)}</Figure>
      {(open > 0 || lost === 0) && <Figure name="Open spans" class="figure-open">{formatCount(open)}</Figure>}
      {lost > 0 && <Figure name="Lost spans" class="figure-open" title="Spans of runs that fell silent">{formatCount(lost)}</Figure>}
      <Figure name="Tokens" title={formatCount(tokens)}>{formatCompact(tokens)}</Figure>
      <Figure name="Cost" title="Sum of the estimates the agent reported">{formatCost(cost)}</Figure>
      <Figure name="Errors" class={errors > 0 ? "tone-error" : ""}>
        {errors === 0 ? "0" : (
          <button type="button" class="link" title="Select the newest error (e)" onClick={selectNewestError}>{formatCount(errors)}</button>
        )}
      </Figure>
      {invalid > 0 && <Figure name="Invalid" class="figure-invalid" title="Entries of the stream that are no events">{formatCompact(invalid)}</Figure>}
    </dl>
  );
}

function RunTime() {
  const { startedAt, duration, status } = header.value;
  const text = status === "running" ? formatElapsed((logNow.value - startedAt) / 1000) : formatDuration(duration);
  return <span class="numbers">{text}</span>;
}

function Figure({ name, title, class: className, children }: { name: string; title?: string; class?: string; children: ComponentChildren }) {
  return (
    <div class={`figure ${className ?? ""}`} title={title}>
      <dt>{name}</dt>
      <dd class="numbers">{children}</dd>
    </div>
  );
}

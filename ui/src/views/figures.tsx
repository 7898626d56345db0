// Owns the line of figures: how the run goes, how far it is, what it has cost and how fast it spends, what failed.
import type { ComponentChildren } from "preact";
import { Icon } from "../components/icon";
import { Spark } from "../components/spark";
import { Status } from "../components/status";
import { formatCompact, formatCost, formatCount, formatDuration, formatElapsed } from "../core/format";
import { header, isPast, logNow, select, selectError } from "./state";

/** Without an event for so long, a run that runs is said to be silent. */
const SILENT_MS = 8000;

export function Figures() {
  const { events, errors, run, invalid } = header.value;
  return (
    <dl class="figures">
      {run !== "" && <RunFigure />}
      <Progress />
      <Money />
      <Tokens />
      <Figure name="Events" title={formatCount(events)} class="figure-events">{formatCompact(events)}</Figure>
      <Errors errors={errors} />
      {invalid > 0 && <Figure name="Invalid" class="figure-invalid" title="Entries of the stream that are no events">{formatCompact(invalid)}</Figure>}
    </dl>
  );
}

function RunFigure() {
  const { status, startedAt, duration, lastEventAt } = header.value;
  const isRunning = status === "running";
  const silent = isRunning && !isPast.value && Number.isFinite(lastEventAt) ? logNow.value - lastEventAt : 0;
  return (
    <Figure name="Run" class="figure-run">
      {status === "" ? <span class="muted">no calls</span> : <Status status={status} />}
      <span class="numbers">{isRunning ? formatElapsed((logNow.value - startedAt) / 1000) : formatDuration(duration)}</span>
      {silent > SILENT_MS && <span class="tone-warn figure-note" title="Time since the newest event of the run">silent {formatElapsed(silent / 1000)}</span>}
    </Figure>
  );
}

function Progress() {
  const { nodesKnown, nodesSettled } = header.value;
  if (nodesKnown === 0) return null;
  return (
    <Figure name="Nodes" class="figure-nodes" title="Tasks of the plan that are settled, of those known so far; a plan may still grow">
      <span class="numbers">{formatCount(nodesSettled)}/{formatCount(nodesKnown)}</span>
      <span class="progress" aria-hidden="true"><span ref={(bar) => bar?.style.setProperty("inline-size", `${(nodesSettled / nodesKnown) * 100}%`)} /></span>
    </Figure>
  );
}

function Money() {
  const { cost, costPerMinute, spark, status } = header.value;
  return (
    <Figure name="Cost" title="Sum of the estimates the agent reported, and what the last minute cost">
      {cost > 0 ? (
        <button type="button" class="link plain" title="Select the most expensive call" onClick={() => select({ kind: "costliest" })}>{formatCost(cost)}</button>
      ) : formatCost(cost)}
      {status === "running" && spark.some((value) => value > 0) && <Spark values={spark} />}
      {status === "running" && costPerMinute > 0 && <span class="figure-note muted">+{formatCost(costPerMinute)}/min</span>}
    </Figure>
  );
}

function Tokens() {
  const { tokens, tokensIn, tokensOut } = header.value;
  return (
    <Figure name="Tokens" title={`${formatCount(tokens)} tokens: ${formatCount(tokensIn)} in, ${formatCount(tokensOut)} out`}>
      <span>{formatCompact(tokens)}</span>
      {tokensIn + tokensOut > 0 && <span class="figure-note muted figure-split">{formatCompact(tokensIn)} in, {formatCompact(tokensOut)} out</span>}
    </Figure>
  );
}

function Errors({ errors }: { errors: number }) {
  const { firstError } = header.value;
  return (
    <Figure name="Errors" class={errors > 0 ? "figure-errors tone-error" : "figure-errors"}>
      {errors === 0 ? "0" : (
        <>
          <Icon name="cross" />
          <button type="button" class="link" title="Select the newest error (e)" onClick={() => selectError(1)}>{formatCount(errors)}</button>
          {errors > 1 && firstError >= 0 && (
            <button type="button" class="link figure-note" title="Select the first error" onClick={() => select({ kind: "first-error" })}>first</button>
          )}
        </>
      )}
    </Figure>
  );
}

interface FigureProps {
  readonly name: string;
  readonly title?: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

function Figure({ name, title, class: className, children }: FigureProps) {
  return (
    <div class={`figure ${className ?? ""}`} title={title}>
      <dt>{name}</dt>
      <dd class="numbers">{children}</dd>
    </div>
  );
}

// Owns the table of totals: how long each model and tool takes, how often it failed, what it cost.
import { useSignal } from "@preact/signals";
import { Icon } from "../components/icon";
import { sortOf } from "../components/type-icon";
import { formatCompact, formatCost, formatCount, formatDuration } from "../core/format";
import type { StatisticView } from "../core/messages";
import { changeFilter, statistics } from "./state";

interface Column {
  readonly name: string;
  readonly title: string;
  of(row: StatisticView): number;
  show(row: StatisticView): string;
}

const time = (name: string, title: string, of: (row: StatisticView) => number): Column => ({ name, title, of, show: (row) => formatDuration(of(row)) });

const COLUMNS: readonly Column[] = [
  { name: "Calls", title: "Calls that ended, and those that run", of: (row) => row.calls, show: (row) => formatCount(row.calls) },
  { name: "Failed", title: "Calls that failed", of: (row) => row.failures, show: (row) => (row.failures > 0 ? `✕ ${formatCount(row.failures)}` : "") },
  time("p50", "Half of the calls took no longer", (row) => row.p50),
  time("p95", "19 of 20 calls took no longer", (row) => row.p95),
  time("p99", "99 of 100 calls took no longer", (row) => row.p99),
  time("Longest", "The longest call", (row) => row.max),
  time("Total", "All calls together", (row) => row.total),
  time("First token", "Half of the calls had their first token by then", (row) => row.firstToken),
  { name: "Tokens", title: "Tokens of all calls", of: (row) => row.tokens, show: (row) => (row.tokens > 0 ? formatCompact(row.tokens) : "") },
  { name: "Cost", title: "Cost of all calls", of: (row) => row.cost, show: (row) => (row.cost > 0 ? formatCost(row.cost) : "") },
];

export function Calls() {
  const by = useSignal("Total");
  const rows = statistics.value;
  const column = COLUMNS.find(({ name }) => name === by.value);
  const sorted = column ? [...rows].sort((a, b) => (column.of(b) || 0) - (column.of(a) || 0)) : rows;
  const shown = COLUMNS.filter((it) => it.name !== "First token" || rows.some((row) => Number.isFinite(row.firstToken)));
  return (
    <div class="calls" data-pane="calls" tabIndex={0} role="region" aria-label="Totals by model and tool">
      <table>
        <thead>
          <tr>
            <th scope="col">Model, tool or step</th>
            {shown.map(({ name, title }) => (
              <th key={name} scope="col" aria-sort={by.value === name ? "descending" : "none"}>
                <button type="button" title={title} onClick={() => (by.value = name)}>{name}{by.value === name && <Icon name="down" />}</button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, 60).map((row) => (
            <tr key={`${row.kind} ${row.subject}`}>
              <th scope="row">
                <Icon name={sortOf(row.kind)} class="kind" />
                <button type="button" class="link plain" title="Show only its events" onClick={() => changeFilter({ text: queryFor(row) })}>{row.subject}</button>
                {row.open > 0 && <span class="tone-running numbers">{formatCount(row.open)} running</span>}
              </th>
              {shown.map((it) => <td key={it.name} class={`numbers ${it.name === "Failed" ? "tone-error" : ""}`}>{it.show(row)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="muted calls-empty">No call has ended yet.</p>}
      {sorted.length > 60 && <p class="muted calls-empty">{formatCount(sorted.length - 60)} more are not listed.</p>}
    </div>
  );
}

function queryFor({ kind, subject }: StatisticView): string {
  const key = kind === "llm" ? "model" : kind === "tool" ? "tool" : "";
  const value = /[\s"]/.test(subject) ? JSON.stringify(subject) : subject;
  return key === "" ? value : `${key}:${value}`;
}

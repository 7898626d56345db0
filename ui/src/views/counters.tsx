// Owns the counters of honesty: what became of every event that came, and of those that never did.
import { formatCount } from "../core/format";
import { counters, filter, isFiltered } from "./state";
import { clearFilter, scope, showScope } from "./state";

export function Counters() {
  const { received, shown, hidden, outside, dropped, trimmed, trimmedUnknown, evicted, duplicates, invalid } = counters.value;
  const marks = filter.value.marks === true;
  return (
    <p class="counters numbers">
      <Count name="received" count={received} always title="Events this page has read" />
      <Count name="shown" count={shown} always title="Rows of the table" />
      {(isFiltered.value || hidden > 0) && !marks && (
        <span title="Rows the filter leaves out"><b>{formatCount(hidden)}</b> hidden{hidden > 0 && <> <button type="button" class="link" onClick={clearFilter}>clear</button></>}</span>
      )}
      {outside > 0 && scope.value.kind !== "all" && (
        <span><b>{formatCount(outside)}</b> <button type="button" class="link" title="Show all runs" onClick={() => showScope({ kind: "all" })}>in other runs</button></span>
      )}
      <Count name="dropped" count={dropped} tone="warn" title="Lost by the agent before they reached the log, as it reported" />
      <Count name="trimmed" count={trimmed} tone="warn" title="Gone from the log before this page could read them" />
      {trimmedUnknown > 0 && <span class="tone-warn" title="Gaps of unknown size"><b>{formatCount(trimmedUnknown)}</b> gaps of unknown size</span>}
      <Count name="let go" count={evicted} title="The oldest, let go by this page to bound its memory" />
      <Count name="repeated" count={duplicates} title="Stood twice in the log, shown once" />
      <Count name="invalid" count={invalid} tone="warn" title="Entries that are no events" />
    </p>
  );
}

function Count({ name, count, title, tone, always }: { name: string; count: number; title: string; tone?: string; always?: boolean }) {
  if (count === 0 && !always) return null;
  return <span class={tone ? `tone-${tone}` : ""} title={title}><b>{formatCount(count)}</b> {name}</span>;
}

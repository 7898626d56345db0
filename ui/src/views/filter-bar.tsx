// Owns the line above the table: search, types, errors, and what of the stream is not in sight.
import { Icon } from "../components/icon";
import { Menu } from "../components/menu";
import { formatCount } from "../core/format";
import { changeFilter, clearFilter, filter, follow, following, isFiltered, paused, scope, showScope, table, types } from "./state";

export function FilterBar() {
  const { text, errorsOnly } = filter.value;
  return (
    <div class="filter-bar" role="search">
      <label class="search">
        <Icon name="search" />
        <input
          id="search" type="search" placeholder="Search in events" aria-label="Search in events" autocomplete="off" spellcheck={false}
          value={text} onInput={(event) => changeFilter({ text: event.currentTarget.value })}
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <TypeFilter />
      <button type="button" class={`button ${errorsOnly ? "is-on" : ""}`} aria-pressed={errorsOnly} onClick={() => changeFilter({ errorsOnly: !errorsOnly })}>
        <Icon name="warn" />
        <span>Errors</span>
      </button>
      <NotInSight />
      <span class="spring" />
      <FollowButton />
    </div>
  );
}

function TypeFilter() {
  const { hiddenTypes, showInternal } = filter.value;
  const hidden = new Set(hiddenTypes);
  const set = (type: string, shown: boolean) =>
    changeFilter({ hiddenTypes: shown ? hiddenTypes.filter((other) => other !== type) : [...hiddenTypes, type] });
  const all = types.value.filter(({ type }) => type !== "stream_gap" && (showInternal || type !== "producer_alive"));
  return (
    <Menu name="Filter by type" class="type-filter" label={<><Icon name="filter" /><span>{hidden.size === 0 ? "Types" : `Types, ${hidden.size} hidden`}</span></>}>
      {() => (
        <div class="type-list">
          <div class="type-actions">
            <button type="button" class="link" onClick={() => changeFilter({ hiddenTypes: [] })}>All</button>
            <button type="button" class="link" onClick={() => changeFilter({ hiddenTypes: all.map(({ type }) => type) })}>None</button>
          </div>
          {all.length === 0 && <p class="muted">No events yet.</p>}
          {all.map(({ type, count }) => (
            <label key={type} class="type-choice">
              <input type="checkbox" checked={!hidden.has(type)} onChange={(event) => set(type, event.currentTarget.checked)} />
              <span class="mono type-name">{type}</span>
              <span class="numbers muted">{formatCount(count)}</span>
              <button type="button" class="link" aria-label={`Only ${type}`} onClick={() => changeFilter({ hiddenTypes: all.map((other) => other.type).filter((other) => other !== type) })}>
                only
              </button>
            </label>
          ))}
          <label class="type-choice internal">
            <input type="checkbox" checked={showInternal} onChange={(event) => changeFilter({ showInternal: event.currentTarget.checked })} />
            <span>Show internal (producer_alive)</span>
          </label>
        </div>
      )}
    </Menu>
  );
}

function NotInSight() {
  const { hidden, outside, scanning } = table.value;
  return (
    <span class="not-in-sight muted">
      {isFiltered.value && (
        <>
          <span data-testid="hidden">{formatCount(hidden)} hidden{scanning ? " so far" : ""}</span>
          <button type="button" class="link" onClick={clearFilter}>Clear filter</button>
        </>
      )}
      {!isFiltered.value && outside > 0 && scope.value.kind !== "all" && (
        <button type="button" class="link" title="Show all runs" onClick={() => showScope({ kind: "all" })}>{formatCount(outside)} in other runs</button>
      )}
    </span>
  );
}

function FollowButton() {
  if (following.value || paused.value) return null;
  const waiting = table.value.waiting;
  return (
    <button type="button" class="button follow" title="Follow the newest row (f)" onClick={follow}>
      <Icon name="up" />
      <span>{waiting > 0 ? `${formatCount(waiting)} new` : "Follow"}</span>
    </button>
  );
}

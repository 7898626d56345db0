// Owns finding: the search with its grammar, types and errors, and the chips that say what each part hides.
import { signal } from "@preact/signals";
import { Icon } from "../components/icon";
import { Menu } from "../components/menu";
import { formatCount } from "../core/format";
import { isWide } from "./media";
import { changeFilter, clearFilter, counters, filter, isFiltered, query, selectError, selectMatch, types } from "./state";

const EXAMPLES: readonly (readonly [query: string, means: string])[] = [
  ["words", "in the text of the event"],
  ['"a phrase"', "these words together"],
  ["type:tool", "the type, or its beginning"],
  ["status:error", "failed, error, panicked"],
  ["node:3.2", "of this node"],
  ["model:gpt", "of this model; tool: likewise"],
  ["dur>2s", "longer than that; ms, s, m"],
  ["cost>0.01", "more than that, in dollars"],
  ["-type:llm", "a minus turns each around"],
];

const examplesOpen = signal(false);

export function FilterBar() {
  const { text, errorsOnly } = filter.value;
  return (
    <div class="filter-bar" role="search">
      <div class="search">
        <Icon name="search" />
        <input
          id="search" type="search" placeholder={isWide.value ? "Search: words, type:tool, dur>2s" : "Search"} aria-label="Search in events" aria-describedby="search-help" autocomplete="off" spellcheck={false}
          value={text} onInput={(event) => changeFilter({ text: event.currentTarget.value })} onFocus={() => (examplesOpen.value = true)} onBlur={() => (examplesOpen.value = false)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            selectMatch(event.shiftKey ? -1 : 1);
          }}
        />
        <kbd aria-hidden="true">/</kbd>
        {examplesOpen.value && text === "" && <Examples />}
      </div>
      <TypeFilter />
      <button type="button" class={`button errors-only ${errorsOnly ? "is-on" : ""}`} aria-pressed={errorsOnly} title="Only events that tell of a failure" onClick={() => changeFilter({ errorsOnly: !errorsOnly })}>
        <Icon name="warn" label="Only" />
        <span>Errors</span>
      </button>
    </div>
  );
}

function Examples() {
  return (
    <dl class="examples" id="search-help">
      {EXAMPLES.map(([example, means]) => (
        <div key={example}>
          <dt class="mono">{example}</dt>
          <dd class="muted">{means}</dd>
        </div>
      ))}
    </dl>
  );
}

function TypeFilter() {
  const { hiddenTypes, showInternal } = filter.value;
  const hidden = new Set(hiddenTypes);
  const set = (type: string, shown: boolean) =>
    changeFilter({ hiddenTypes: shown ? hiddenTypes.filter((other) => other !== type) : [...hiddenTypes, type] });
  const all = types.value.filter(({ type }) => type !== "stream_gap" && (showInternal || type !== "producer_alive"));
  return (
    <Menu name="Filter by type" class="type-filter" label={<><Icon name="filter" label="Filter by type" /><span>{hidden.size === 0 ? "Types" : `Types, ${hidden.size} hidden`}</span></>}>
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

/** What is filtered, part by part, with what each part hides; absent while nothing is. */
export function Chips() {
  if (!isFiltered.value) return null;
  const { hiddenTypes, errorsOnly, marks } = filter.value;
  const { parts, matches, matchIndex, scanning } = query.value;
  return (
    <div class="chips" role="group" aria-label="Filter">
      {parts.map((part) => (
        <span key={part.from} class={`chip ${part.error === "" ? "" : "is-wrong"}`} title={part.error || undefined}>
          <span class="mono">{part.text}</span>
          {part.error === "" ? part.hides > 0 && <span class="muted numbers">hides {formatCount(part.hides)}</span> : <span class="chip-error">{part.error}</span>}
          <Remove name={part.text} act={() => changeFilter({ text: without(part.from, part.to) })} />
        </span>
      ))}
      {hiddenTypes.length > 0 && <span class="chip">{formatCount(hiddenTypes.length)} {hiddenTypes.length === 1 ? "type" : "types"} hidden <Remove name="hidden types" act={() => changeFilter({ hiddenTypes: [] })} /></span>}
      {errorsOnly && <span class="chip">errors only <Remove name="errors only" act={() => changeFilter({ errorsOnly: false })} /></span>}
      <span class="chips-sum numbers">
        <b>{formatCount(matches)}</b> {matches === 1 ? "match" : "matches"}
        {matchIndex >= 0 && <span class="muted">, at {formatCount(matchIndex + 1)}</span>}
        <span class="muted" data-testid="hidden">, {formatCount(counters.value.hidden)} hidden{scanning ? " so far" : ""}</span>
      </span>
      <button type="button" class="button quiet icon-only" aria-label="Previous match" title="Previous match (N)" onClick={() => selectMatch(-1)}><Icon name="up" /></button>
      <button type="button" class="button quiet icon-only" aria-label="Next match" title="Next match (n)" onClick={() => selectMatch(1)}><Icon name="arrow-down" /></button>
      {errorsOnly && <button type="button" class="button quiet" onClick={() => selectError(1)}>Next error</button>}
      <label class="chips-marks"><input type="checkbox" checked={marks === true} onChange={(event) => changeFilter({ marks: event.currentTarget.checked })} /> only dim</label>
      <button type="button" class="link" onClick={clearFilter}>Clear filter</button>
    </div>
  );
}

function without(from: number, to: number): string {
  const { text } = filter.peek();
  return `${text.slice(0, from).trimEnd()} ${text.slice(to).trimStart()}`.trim();
}

function Remove({ name, act }: { name: string; act: () => void }) {
  return <button type="button" class="chip-remove" aria-label={`Remove ${name}`} onClick={act}><Icon name="cross" /></button>;
}

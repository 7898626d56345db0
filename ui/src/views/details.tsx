// Owns the panel about one event: how it went, its other half and its parent, its fields, its JSON.
import { CopyButton } from "../components/copy-button";
import { Icon } from "../components/icon";
import { JsonView } from "../components/json-view";
import { Status } from "../components/status";
import { formatBytes, formatCost, formatCount, formatDuration, formatElapsed, formatTime } from "../core/format";
import type { DetailsView, LinkedEvent } from "../core/messages";
import { fetchJson } from "./link";
import { details, logNow, select } from "./state";

export function Details() {
  const shown = details.value;
  if (!shown) return null;
  return (
    <aside class="pane details" id="details" tabIndex={-1} aria-label="Details of the selected event">
      <header class="details-head">
        <h2 class="mono">{shown.type}</h2>
        <button type="button" class="button quiet icon-only" aria-label="Close details" title="Esc" onClick={() => select({ kind: "nothing" })}>
          <Icon name="cross" />
        </button>
      </header>
      <div class="details-body" key={shown.seq}>
        <When shown={shown} />
        <Failure shown={shown} />
        <Relations shown={shown} />
        <Fields shown={shown} />
        <Json shown={shown} />
      </div>
    </aside>
  );
}

function When({ shown }: { shown: DetailsView }) {
  return (
    <p class="when">
      <Status status={shown.status} />
      <span class="numbers">
        {shown.status === "running" ? <Elapsed since={shown.startedAt} /> : formatDuration(shown.duration)}
      </span>
      <span class="muted mono" title="As written by the producer">{shown.ts || formatTime(shown.at) || "without a time"}</span>
    </p>
  );
}

function Elapsed({ since }: { since: number }) {
  return <>{formatElapsed((logNow.value - since) / 1000)}</>;
}

function Failure({ shown }: { shown: DetailsView }) {
  if (shown.kind === "gap") return <p class="failure tone-warn">{shown.summary}</p>;
  if (shown.error === "" && shown.errorType === "") return null;
  return (
    <section class="failure tone-error">
      {shown.errorType !== "" && <p class="mono">{shown.errorType}</p>}
      <p class="failure-text">{shown.error}</p>
      {shown.errorChain.length > 1 && (
        <ol>{shown.errorChain.map((link, i) => <li key={i}>{link}</li>)}</ol>
      )}
    </section>
  );
}

function Relations({ shown }: { shown: DetailsView }) {
  const { pair, parent, sums, phase } = shown;
  if (!pair && !parent && !sums) return null;
  return (
    <dl class="relations">
      {pair && <Link name={phase === "start" ? "Finished by" : "Started by"} to={pair} go={() => select({ kind: "row", seq: pair.seq })} />}
      {!pair && phase === "start" && <div><dt>Finished by</dt><dd class="muted">not yet</dd></div>}
      {!pair && phase === "finish" && <div><dt>Started by</dt><dd class="muted">no started event here</dd></div>}
      {parent && <Link name="Parent" to={parent} go={() => select({ kind: "span", key: parent.span })} />}
      {sums && sums.spans > 0 && (
        <div>
          <dt>Below</dt>
          <dd>
            {formatCount(sums.spans)} spans
            {sums.errors > 0 && <span class="tone-error">, {formatCount(sums.errors)} {sums.errors === 1 ? "error" : "errors"}</span>}
            {sums.tokens > 0 && <>, {formatCount(sums.tokens)} tokens, {formatCost(sums.cost)}</>}
          </dd>
        </div>
      )}
    </dl>
  );
}

function Link({ name, to, go }: { name: string; to: LinkedEvent; go: () => void }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <button type="button" class="link" onClick={go}>
          <Status status={to.status} terse />
          <span>{to.label || to.type}</span>
          <span class="muted numbers">{formatTime(to.at)}</span>
        </button>
      </dd>
    </div>
  );
}

function Fields({ shown }: { shown: DetailsView }) {
  if (shown.fields.length === 0) return null;
  return (
    <section>
      <h3>Fields</h3>
      <dl class="fields">
        {shown.fields.map(({ key, value }) => (
          <div key={key}>
            <dt class="mono">{key}</dt>
            <dd class="mono">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Json({ shown }: { shown: DetailsView }) {
  return (
    <section>
      <div class="json-head">
        <h3>JSON</h3>
        <CopyButton label="Copy" text={() => fetchJson(shown.seq)} />
      </div>
      {shown.jsonBytes > 0 && <p class="muted">The beginning of {formatBytes(shown.jsonBytes)}; Copy takes all of it.</p>}
      <JsonView text={shown.json} />
    </section>
  );
}

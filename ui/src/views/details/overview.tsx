// Owns the first tab about a selection: what failed, what it waits for, how long it was in which status, what it cost,
// what was tried again, and its fields.
import type { ComponentChildren } from "preact";
import { Icon } from "../../components/icon";
import { StatusIcon } from "../../components/status";
import { formatCost, formatCount, formatDuration, formatElapsed, formatTime } from "../../core/format";
import type { DetailsView, LinkedEvent } from "../../core/messages";
import { logNow, select } from "../state";
import { Strip } from "./strip";

export function Overview({ shown }: { shown: DetailsView }) {
  return (
    <>
      {shown.node?.goal && <p class="goal">{shown.node.goal}</p>}
      <Failure shown={shown} />
      <Waiting shown={shown} />
      <Strip stretches={shown.strip} />
      <Tried shown={shown} />
      <Repeated shown={shown} />
      <Relations shown={shown} />
      <Fields shown={shown} />
    </>
  );
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

/** Why a node does not go on; the graph lights the same nodes. */
function Waiting({ shown }: { shown: DetailsView }) {
  const { waiting } = shown;
  if (!waiting || waiting.on.length === 0) return null;
  return (
    <section class="waits-for">
      <h3>
        Waiting for {formatCount(waiting.on.length)} {waiting.on.length === 1 ? "task" : "tasks"}
        {Number.isFinite(waiting.since) && <span class="muted numbers"> since {formatElapsed((logNow.value - waiting.since) / 1000)}</span>}
      </h3>
      <ul>
        {waiting.on.slice(0, 12).map(({ id, name, goal, status }) => (
          <li key={id}>
            <button type="button" class="link plain" onClick={() => select({ kind: "node", id })}>
              <StatusIcon status={status} /> <span class="mono">{name}</span> {goal}
            </button>
          </li>
        ))}
      </ul>
      {waiting.chain.length > 2 && (
        <p class="chain">
          <span class="muted">Longest way: </span>
          {waiting.chain.map(({ id, name, status }, i) => (
            <span key={id}>{i > 0 && <span class="muted" aria-label="waits for"> ← </span>}<button type="button" class="link plain mono" onClick={() => select({ kind: "node", id })}><StatusIcon status={status} />{name}</button></span>
          ))}
        </p>
      )}
    </section>
  );
}

function Tried({ shown }: { shown: DetailsView }) {
  const { retry } = shown;
  if (!retry) return null;
  return (
    <section>
      <h3>Tried {formatCount(retry.attempts.length)} times, {retry.succeeded ? "then it succeeded" : "none succeeded"}</h3>
      <Links list={retry.attempts} />
    </section>
  );
}

function Repeated({ shown }: { shown: DetailsView }) {
  const { repeat } = shown;
  if (!repeat) return null;
  return (
    <section class="repeated">
      <h3 class="tone-warn"><Icon name="repeat" /> {repeat.subject} was called {formatCount(repeat.count)} times with the same arguments</h3>
      {repeat.arguments !== "" && <p class="mono muted clamp">{repeat.arguments}</p>}
      <Links list={repeat.calls} />
    </section>
  );
}

export function Links({ list }: { list: readonly LinkedEvent[] }) {
  return (
    <ul class="links">
      {list.slice(0, 40).map((to) => (
        <li key={to.seq}>
          <button type="button" class="choice" onClick={() => select({ kind: "row", seq: to.seq })}>
            <StatusIcon status={to.status} />
            <span class="links-label">{to.label || to.type}</span>
            <span class="muted numbers">{formatTime(to.at)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Relations({ shown }: { shown: DetailsView }) {
  const { pair, parent, sums, phase, firstToken } = shown;
  return (
    <dl class="relations">
      {sums && (sums.tokens > 0 || sums.cost > 0) && <Pair name="Cost"><b class="numbers">{formatCost(sums.cost)}</b> <span class="numbers muted">{formatCount(sums.tokens)} tokens</span></Pair>}
      {Number.isFinite(firstToken) && <Pair name="First token"><span class="numbers">{formatDuration(firstToken)}</span></Pair>}
      {sums && sums.spans > 0 && (
        <Pair name="Below">
          {formatCount(sums.spans)} {sums.spans === 1 ? "call" : "calls"}
          {sums.errors > 0 && <span class="tone-error">, {formatCount(sums.errors)} {sums.errors === 1 ? "error" : "errors"}</span>}
        </Pair>
      )}
      {pair && <Pair name={phase === "start" ? "Finished by" : "Started by"}><Link to={pair} go={() => select({ kind: "row", seq: pair.seq })} /></Pair>}
      {!pair && phase === "start" && <Pair name="Finished by"><span class="muted">not yet</span></Pair>}
      {!pair && phase === "finish" && <Pair name="Started by"><span class="muted">no started event here</span></Pair>}
      {parent && <Pair name="Parent"><Link to={parent} go={() => select({ kind: "span", key: parent.span })} /></Pair>}
    </dl>
  );
}

function Pair({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Link({ to, go }: { to: LinkedEvent; go: () => void }) {
  return (
    <button type="button" class="link" onClick={go}>
      <StatusIcon status={to.status} />
      <span>{to.label || to.type}</span>
      <span class="muted numbers">{formatTime(to.at)}</span>
    </button>
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

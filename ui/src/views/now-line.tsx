// Owns the line that says where the work is: the way to the call that has run longest, and the others beside it.
import { Icon } from "../components/icon";
import { TypeIcon } from "../components/type-icon";
import { formatCount, formatElapsed } from "../core/format";
import type { NowPath } from "../core/messages";
import { header, isPast, logNow, nowRunning, select } from "./state";

/** Paths that are spelt out; the rest is counted. */
const BESIDE = 3;

export function NowLine() {
  const { paths, more } = nowRunning.value;
  const [first, ...others] = paths;
  if (!first) {
    const { status, run } = header.value;
    if (run === "" || status === "") return null;
    return (
      <div class="now-line">
        <span class="now-word">{isPast.value ? "then" : "now"}</span>
        <span class="muted">{status === "running" ? "between two calls" : "nothing runs"}</span>
      </div>
    );
  }
  const beyond = more + Math.max(others.length - BESIDE, 0);
  return (
    <div class="now-line" aria-label="What runs now">
      <span class="now-word">{isPast.value ? "then" : "now"}</span>
      <button type="button" class="now-path" title="Select this call" onClick={() => select({ kind: "span", key: first.key })}>
        {first.path.slice(0, -1).map(({ key, label, node }) => (
          <span key={key} class="now-step muted">{label}{node && <span class="mono"> {node}</span>}<span aria-hidden="true"> › </span></span>
        ))}
        <Active path={first} isFirst />
      </button>
      {others.slice(0, BESIDE).map((path) => (
        <button key={path.key} type="button" class="now-beside" title={path.path.map(({ label }) => label).join(" › ")} onClick={() => select({ kind: "span", key: path.key })}>
          <Active path={path} />
        </button>
      ))}
      {beyond > 0 && <span class="muted now-more">+{formatCount(beyond)} more</span>}
    </div>
  );
}

function Active({ path, isFirst }: { path: NowPath; isFirst?: boolean }) {
  return (
    <span class={isFirst ? "now-active" : "now-active muted"}>
      {isFirst && <Icon name="ring" class="tone-running" />}
      <TypeIcon type={path.type} icon="" hue={-1} />
      <span class="now-label">{path.label}</span>
      {path.node && <span class="mono muted">{path.node}</span>}
      {isFirst && path.detail && <span class="now-detail muted">{path.detail}</span>}
      <span class="numbers tone-running">{formatElapsed((logNow.value - path.startedAt) / 1000)}</span>
    </span>
  );
}

// Owns the first line of the page: which run, whether it is live, pause, theme.
import { Icon, type IconName } from "../components/icon";
import { Menu } from "../components/menu";
import { Status, StatusIcon } from "../components/status";
import { CopyButton } from "../components/copy-button";
import { formatCount, formatMoment } from "../core/format";
import type { RunView } from "../core/messages";
import { runAsCurl } from "./commands";
import { ConnectionPill } from "./connection";
import { chooseFile } from "./drop";
import { FilterBar } from "./filter-bar";
import { closeFile, exportFile, helpOpen, header, isPast, logNow, moment, runs, scope, showScope, source, togglePause } from "./state";
import { nextTheme, theme, type Theme } from "./theme";

export function TopBar() {
  return (
    <header class="top-bar">
      <h1 class="brand">
        <img src="./icon.svg" alt="" width="18" height="18" />
        <span>Agent events</span>
      </h1>
      <RunPicker />
      <FilterBar />
      <div class="spring" />
      <ConnectionPill />
      <PauseButton />
      <FileMenu />
      <ThemeButton />
      <button type="button" class="button quiet icon-only help-button" aria-label="Keys" title="Keys (?)" onClick={() => (helpOpen.value = true)}>
        <Icon name="keys" />
      </button>
    </header>
  );
}

function PauseButton() {
  const { behind, speed } = moment.value;
  const stands = isPast.value && speed === 0;
  const label = stands ? `Paused, +${formatCount(behind)} new` : "Pause";
  return (
    <button type="button" class={`button pause ${stands ? "is-on" : ""}`} aria-pressed={stands} title="Space" onClick={togglePause}>
      <Icon name={stands ? "triangle" : "pause"} />
      <span>{label}</span>
    </button>
  );
}

function FileMenu() {
  const { value } = source;
  const entries = (close: () => void) => {
    const act = (what: () => void) => () => {
      what();
      close();
    };
    return (
      <ul class="take-list">
        <li><button type="button" class="choice" onClick={act(chooseFile)}><Icon name="file" />Open a recording…</button></li>
        {value.kind === "recording" && <li><button type="button" class="choice" onClick={act(closeFile)}><Icon name="cross" />Close {value.name}</button></li>}
        <li><button type="button" class="choice" onClick={act(() => exportFile("run"))}><Icon name="save" />Save the run as NDJSON</button></li>
        <li><button type="button" class="choice" onClick={act(() => exportFile("table"))}><Icon name="save" />Save the rows of the table</button></li>
        <li><CopyButton label="Copy the run as curl" text={runAsCurl} /></li>
      </ul>
    );
  };
  return <Menu name="Files" isIcon class="files" label={<Icon name="file" />}>{entries}</Menu>;
}

const THEMES: Record<Theme, { icon: IconName; name: string }> = {
  system: { icon: "screen", name: "Theme: as the system" },
  light: { icon: "sun", name: "Theme: light" },
  dark: { icon: "moon", name: "Theme: dark" },
};

function ThemeButton() {
  const { icon, name } = THEMES[theme.value];
  return (
    <button type="button" class="button quiet icon-only" aria-label={name} title={name} onClick={nextTheme}>
      <Icon name={icon} />
    </button>
  );
}

function RunPicker() {
  return (
    <Menu class="run-picker" name="Choose a run" label={<PickedRun />}>
      {(close) => {
        const pick = (next: typeof scope.value) => {
          showScope(next);
          close();
        };
        return <RunList pick={pick} />;
      }}
    </Menu>
  );
}

function PickedRun() {
  const { name, run, status } = header.value;
  const kind = scope.value.kind;
  const title = kind === "all" ? "All runs" : kind === "none" ? "Events of no run" : name || "No run yet";
  return (
    <>
      {kind === "all" || kind === "none" ? <Icon name="run" /> : <StatusIcon status={status} />}
      <span class="run-title">{title}</span>
      {run !== "" && <span class="run-id mono">{run.slice(0, 8)}</span>}
      {kind === "auto" && run !== "" && <span class="tag">newest</span>}
      <Icon name="down" />
    </>
  );
}

function RunList({ pick }: { pick: (next: typeof scope.value) => void }) {
  const current = scope.value;
  return (
    <ul class="run-list">
      <Choice on={current.kind === "auto"} title="Newest run" note="moves on when another starts" pick={() => pick({ kind: "auto" })} />
      <Choice on={current.kind === "all"} title="All runs" note="everything on the stream" pick={() => pick({ kind: "all" })} />
      <Choice on={current.kind === "none"} title="Events of no run" note="from producers that name none" pick={() => pick({ kind: "none" })} />
      {runs.value.length > 0 && <li class="run-heading" aria-hidden="true">Runs, newest first</li>}
      {runs.value.map((run) => (
        <RunChoice key={run.id} run={run} on={current.kind === "run" && current.id === run.id} pick={() => pick({ kind: "run", id: run.id })} />
      ))}
    </ul>
  );
}

function Choice({ on, title, note, pick }: { on: boolean; title: string; note: string; pick: () => void }) {
  return (
    <li>
      <button type="button" class="run-choice" aria-pressed={on} onClick={pick}>
        <span class="run-title">{title}</span>
        <span class="muted">{note}</span>
      </button>
    </li>
  );
}

function RunChoice({ run, on, pick }: { run: RunView; on: boolean; pick: () => void }) {
  return (
    <li>
      <button type="button" class="run-choice" aria-pressed={on} onClick={pick}>
        <span class="run-line">
          <span class="run-title">{run.name}</span>
          <span class="run-id mono">{run.id.slice(0, 8)}</span>
        </span>
        {run.question !== "" && <span class="run-question muted">{run.question}</span>}
        <span class="run-line muted">
          <Status status={run.status} />
          <span>{formatCount(run.events)} events</span>
          {run.errors > 0 && <span class="tone-error">{formatCount(run.errors)} {run.errors === 1 ? "error" : "errors"}</span>}
          <span class="spring" />
          <span class="numbers">{formatMoment(run.startedAt, logNow.peek())}</span>
        </span>
      </button>
    </li>
  );
}

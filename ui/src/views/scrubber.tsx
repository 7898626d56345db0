// Owns the line of time below everything: where the picture stands in the run, where it failed, and how to go elsewhere.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Icon } from "../components/icon";
import { formatDuration, formatTime } from "../core/format";
import { SPEEDS } from "./keys";
import { goLive, isPast, moment, play, source, stepBy, timeline, togglePause, travel } from "./state";

/** How much of the run a key moves by. */
const KEY_PART = 0.02;

export function Scrubber() {
  const { firstAt, lastAt, at, speed } = moment.value;
  if (!Number.isFinite(firstAt) || !Number.isFinite(lastAt)) return null;
  const past = isPast.value;
  const isRecording = source.value.kind === "recording";
  const end = Math.max(lastAt, firstAt + 1);
  return (
    <div class={`scrubber ${past ? "is-past" : ""}`} role="group" aria-label="Time">
      <button type="button" class="button quiet icon-only" aria-label="Back by one event" title="Back by one event (,)" onClick={() => stepBy(-1)}><Icon name="previous" /></button>
      <button type="button" class="button quiet icon-only" aria-label={past && speed === 0 ? "Go on" : "Stop"} title="Space" onClick={togglePause}>
        <Icon name={past && speed === 0 ? "triangle" : "pause"} />
      </button>
      <button type="button" class="button quiet icon-only" aria-label="On by one event" title="On by one event (.)" disabled={!past} onClick={() => stepBy(1)}><Icon name="next" /></button>
      <div class="speeds" role="group" aria-label="Speed">
        {SPEEDS.map((times) => (
          <button key={times} type="button" class="speed" aria-pressed={past && speed === times} disabled={!past} title={`Play ${times} times as fast`} onClick={() => play(times)}>{times}×</button>
        ))}
      </div>
      <Track from={firstAt} to={end} at={past ? at : end} />
      <span class="scrubber-time numbers">{past ? `${formatDuration((at - firstAt) / 1000) || "0 s"} in` : formatTime(lastAt)}</span>
      <button type="button" class={`button go-live ${past ? "is-on" : "quiet"}`} disabled={!past} title={isRecording ? "To the end (L)" : "Back to live (L)"} onClick={goLive}>
        <Icon name="live" />
        <span>{isRecording ? (past ? "To the end" : "The end") : past ? "Go live" : "Live"}</span>
      </button>
    </div>
  );
}

function Track({ from, to, at }: { from: number; to: number; at: number }) {
  const box = useRef<HTMLDivElement>(null);
  const pulled = useSignal(Number.NaN);
  const part = (time: number): number => Math.min(Math.max((time - from) / (to - from), 0), 1);
  const shown = Number.isNaN(pulled.value) ? part(at) : pulled.value;
  const go = (portion: number): void => (portion >= 0.999 ? goLive() : travel({ at: from + portion * (to - from) }));
  const place = (event: PointerEvent): number => {
    const { left = 0, width = 1 } = box.current?.getBoundingClientRect() ?? {};
    return Math.min(Math.max((event.clientX - left) / width, 0), 1);
  };
  const release = (): void => {
    pulled.value = Number.NaN;
  };
  return (
    <div
      class="track" ref={box} role="slider" tabIndex={0} aria-label="Moment of the run" aria-valuemin={0} aria-valuemax={Math.round((to - from) / 1000)}
      aria-valuenow={Math.round((shown * (to - from)) / 1000)} aria-valuetext={isPast.value ? `${formatDuration((at - from) / 1000)} after the start` : "live"}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        pulled.value = place(event);
        go(pulled.value);
      }}
      onPointerMove={(event) => {
        if (Number.isNaN(pulled.peek())) return;
        pulled.value = place(event);
        go(pulled.value);
      }}
      onPointerUp={release} onPointerCancel={release}
      onKeyDown={(event) => {
        const by = { ArrowLeft: -KEY_PART, ArrowRight: KEY_PART, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        go(Math.max(part(at) + by, 0));
      }}
    >
      <span class="track-line" />
      <span class="track-done" ref={(bar) => bar?.style.setProperty("inline-size", `${shown * 100}%`)} />
      <Marks from={from} to={to} />
      <span class="track-knob" ref={(knob) => knob?.style.setProperty("inset-inline-start", `${shown * 100}%`)} />
    </div>
  );
}

/** Where the run failed: one path for all marks. */
function Marks({ from, to }: { from: number; to: number }) {
  const picture = timeline.value;
  if (!picture || picture.failures.length === 0 || !(to > from)) return null;
  const step = (picture.end - picture.start) / picture.failures.length;
  const marks = picture.failures.flatMap((count, i) => (count > 0 ? [((picture.start + (i + 0.5) * step - from) / (to - from)) * 1000] : []));
  return (
    <svg class="track-marks" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
      <path d={marks.filter((x) => x >= 0 && x <= 1000).map((x) => `M${x.toFixed(1)} 0v10`).join("")} />
    </svg>
  );
}

// Owns the lines below the bar: what is wrong with the connection, that a recording is shown, that the picture is of the
// past. Each says what to do; all are absent while all is well and all is now.
import { Icon } from "../components/icon";
import { formatBytes, formatCount, formatMoment, formatTime } from "../core/format";
import { explain } from "../core/notice";
import { pill } from "./connection";
import { send } from "./link";
import { TokenEntry } from "./token-entry";
import { closeFile, connection, goLive, isPast, logNow, moment, paused, source, tick, upToDateAt } from "./state";

export function Notices() {
  return (
    <div class="notices">
      <Trouble />
      <RecordingNotice />
      <PastNotice />
    </div>
  );
}

function Trouble() {
  const state = connection.value;
  const text = explain(state, tick.value);
  // What is wrong with the connection is not wrong with a recording.
  if (text === "" || source.value.kind === "recording") return null;
  return (
    <div class={`notice tone-${pill(state).tone}`} data-phase={state.phase}>
      <Icon name="warn" />
      <p>
        {text}
        {Number.isFinite(upToDateAt.value) && <span class="muted"> Up to date until {formatMoment(upToDateAt.value, Date.now())}.</span>}
      </p>
      {state.phase === "locked" && <TokenEntry bridge={state.bridge} />}
      {state.phase === "waiting" && (
        <button type="button" class="button" onClick={() => send({ kind: "retry" })}>Try now</button>
      )}
    </div>
  );
}

/** The recording that is shown instead of the connection, marked as what it is. */
function RecordingNotice() {
  const { value } = source;
  if (value.kind !== "recording") return null;
  return (
    <div class={`notice ${value.error === "" ? "tone-quiet" : "tone-error"}`} data-testid="recording">
      <Icon name="file" />
      <p>
        {value.demo ? <><strong class="tag">Demo</strong> A recorded run, not one of yours. </> : <>Recording <strong>{value.name}</strong>. </>}
        {!value.done && value.bytes > 0 && <span class="numbers">Reading {formatBytes(value.bytesRead)} of {formatBytes(value.bytes)}. </span>}
        {value.badLines > 0 && <span class="tone-warn">{formatCount(value.badLines)} {value.badLines === 1 ? "line is" : "lines are"} no event: {value.firstBad} </span>}
        {value.error}
      </p>
      <button type="button" class="button" onClick={closeFile}>Close</button>
    </div>
  );
}

/** Says that what is on screen is not now. */
function PastNotice() {
  if (!isPast.value) return null;
  const { at, behind, speed } = moment.value;
  const what = paused.value ? "Paused" : speed > 0 ? `Playing ${speed}×` : "In the past";
  return (
    <div class="notice past-notice" data-testid="past">
      <Icon name={speed > 0 ? "triangle" : "pause"} />
      <p>
        <strong>{what}</strong> at <span class="numbers">{formatTime(at, logNow.peek())}</span>. Everything below is as it was then
        {behind > 0 && <>; <span class="numbers">{formatCount(behind)}</span> events came after</>}.
      </p>
      <button type="button" class="button" onClick={goLive}>{source.value.kind === "recording" ? "To the end" : "Back to live"} <kbd>L</kbd></button>
    </div>
  );
}

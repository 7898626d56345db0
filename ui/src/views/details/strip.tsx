// Owns the status strip of a node: how long it was in which status, drawn to scale, and said in words below.
import { lookOf, Status } from "../../components/status";
import { formatDuration, formatElapsed } from "../../core/format";
import type { StatusStretch } from "../../core/messages";
import { logNow } from "../state";

export function Strip({ stretches }: { stretches: readonly StatusStretch[] }) {
  if (stretches.length === 0) return null;
  const now = logNow.value;
  const lengths = stretches.map(({ from, to }) => Math.max((Number.isNaN(to) ? now : to) - from, 0));
  const whole = lengths.reduce((sum, length) => sum + length, 0) || 1;
  const sums = new Map<string, number>();
  for (const [i, { status }] of stretches.entries()) sums.set(status, (sums.get(status) ?? 0) + (lengths[i] ?? 0));
  const last = stretches.at(-1);
  return (
    <section class="strip-section">
      <h3>Time in each status</h3>
      <div class="strip" aria-hidden="true">
        {stretches.map(({ status, from }, i) => (
          <span
            key={from} class={`strip-part tone-${lookOf(status).tone} strip-${lookOf(status).icon}`} title={`${lookOf(status).word}: ${formatDuration((lengths[i] ?? 0) / 1000)}`}
            ref={(part) => part?.style.setProperty("flex-grow", String((lengths[i] ?? 0) / whole))}
          />
        ))}
      </div>
      <ul class="strip-words">
        {[...sums].filter(([, length]) => length > 0).sort(([, a], [, b]) => b - a).map(([status, length]) => (
          <li key={status}>
            <Status status={status} />
            <span class="numbers">{status === last?.status && Number.isNaN(last.to) ? formatElapsed(length / 1000) : formatDuration(length / 1000)}</span>
            <span class="muted numbers">{length / whole < 0.005 ? "< 1" : Math.round((length / whole) * 100)} %</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

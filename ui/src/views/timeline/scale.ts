// Owns the arithmetic between times and pixels: where a time stands, which stretch is seen after a zoom, where ticks
// are. It knows no canvas.

/** A stretch of time on so many pixels. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

/** The least a view shows: a tenth of a millisecond. */
const FINEST_MS = 0.1;

export function xOf({ from, to, width }: Scale, time: number): number {
  return to > from ? ((time - from) / (to - from)) * width : 0;
}

export function timeOf({ from, to, width }: Scale, x: number): number {
  return width > 0 ? from + (x / width) * (to - from) : from;
}

/** The stretch after a zoom by `factor` (below 1 shows less) that keeps `anchor` in its place, within `bounds`. */
export function zoom(scale: Scale, factor: number, anchor: number, bounds: Scale): Scale {
  const length = Math.min(Math.max((scale.to - scale.from) * factor, FINEST_MS), bounds.to - bounds.from);
  const part = scale.to > scale.from ? (anchor - scale.from) / (scale.to - scale.from) : 0.5;
  return within({ ...scale, from: anchor - part * length, to: anchor + (1 - part) * length }, bounds);
}

/** The stretch moved by a time, stopped at the bounds. */
export function pan(scale: Scale, by: number, bounds: Scale): Scale {
  return within({ ...scale, from: scale.from + by, to: scale.to + by }, bounds);
}

function within(scale: Scale, bounds: Scale): Scale {
  const length = Math.min(scale.to - scale.from, bounds.to - bounds.from);
  const from = Math.min(Math.max(scale.from, bounds.from), bounds.to - length);
  return { ...scale, from, to: from + length };
}

export interface Tick {
  readonly time: number;
  readonly label: string;
}

const STEPS_MS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
];

/** Round times since `start`, at least `apart` pixels from each other. */
export function ticks(scale: Scale, start: number, apart = 84): Tick[] {
  const length = scale.to - scale.from;
  if (!(length > 0) || scale.width < apart) return [];
  const least = (length / scale.width) * apart;
  const step = STEPS_MS.find((known) => known >= least) ?? Math.ceil(least / 86_400_000) * 86_400_000;
  const list: Tick[] = [];
  for (let n = Math.ceil((scale.from - start) / step); start + n * step <= scale.to; n += 1) list.push({ time: start + n * step, label: sinceStart(n * step, step) });
  return list;
}

function sinceStart(ms: number, step: number): string {
  if (ms === 0) return "0";
  if (step < 1000 && Math.abs(ms) < 1000) return `${trim(ms)} ms`;
  if (Math.abs(ms) < 60_000) return `${trim(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (hours > 0) return `${hours}h ${String(minutes).padStart(2, "0")}m`;
  const fine = step < 1000 ? trim((ms / 1000) % 60) : String(rest);
  return rest === 0 && step >= 60_000 ? `${minutes}m` : `${minutes}m ${fine.padStart(2, "0")}s`;
}

function trim(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

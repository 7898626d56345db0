// Owns which stretch of a run the timeline shows: all of it, growing with it, until someone looks closer.
import { computed, signal } from "@preact/signals";
import { logNow, timeline } from "../state";
import { pan, zoom, type Scale } from "./scale";

/** Room behind the end of a run, for what stands beside the last bars. */
const AFTER = 0.06;

/** A part of the run that was chosen, or null for the whole. */
const chosen = signal<{ readonly from: number; readonly to: number } | null>(null);

/** Width of the lanes in pixels. */
export const lanesWidth = signal(0);

/** All of the run, up to now while something in it is open. */
export const whole = computed<Scale>(() => {
  const picture = timeline.value;
  const width = lanesWidth.value;
  if (!picture || !Number.isFinite(picture.start)) return { from: 0, to: 1, width };
  const isOpen = picture.rows.some((lane) => Number.isNaN(lane.endedAt));
  const end = Math.max(picture.end, isOpen ? logNow.value : picture.end, picture.start + 1);
  return { from: picture.start, to: end + (end - picture.start) * AFTER, width };
});

export const isZoomed = computed(() => chosen.value !== null);

/** What the lanes show. */
export const stretch = computed<Scale>(() => (chosen.value ? { ...chosen.value, width: lanesWidth.value } : whole.value));

export function showStretch(from: number, to: number): void {
  const bounds = whole.peek();
  const [first, last] = [Math.max(Math.min(from, to), bounds.from), Math.min(Math.max(from, to), bounds.to)];
  chosen.value = last - first < (bounds.to - bounds.from) * 0.999 ? { from: first, to: Math.max(last, first + 0.1) } : null;
}

export function resetStretch(): void {
  chosen.value = null;
}

/** Zooms about a time, or the middle. */
export function zoomStretch(factor: number, about = (stretch.peek().from + stretch.peek().to) / 2): void {
  const next = zoom(stretch.peek(), factor, about, whole.peek());
  showStretch(next.from, next.to);
}

/** Moves what is shown by a part of its length. */
export function panStretch(part: number): void {
  if (!chosen.peek()) return;
  const shown = stretch.peek();
  const next = pan(shown, part * (shown.to - shown.from), whole.peek());
  showStretch(next.from, next.to);
}

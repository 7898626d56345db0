// Owns the open ring of what runs, which turns with the page's clock. An animation of the style sheet would be simpler, and
// have the browser put the whole page together again sixty times a second, for eight positions.
import { signal } from "@preact/signals";

const POSITIONS = 8;
const POSITION_MS = 200;
const RADIUS = 5.5;

/** Three quarters of a circle, from a position on. */
const ARCS = Array.from({ length: POSITIONS }, (_, position) => `M${pointAt(position)}A${RADIUS} ${RADIUS} 0 1 1 ${pointAt(position + POSITIONS * 0.75)}`);

const position = signal(0);

/** Where all rings stand at a time, in milliseconds. */
export function turnRings(now: number): void {
  position.value = Math.floor(now / POSITION_MS) % POSITIONS;
}

export function Ring() {
  return <path d={ARCS[position.value] ?? ""} />;
}

/** In a drawing of 16 units, clockwise from the top. */
function pointAt(eighth: number): string {
  const angle = (eighth / POSITIONS) * 2 * Math.PI;
  return `${(8 + RADIUS * Math.sin(angle)).toFixed(2)} ${(8 - RADIUS * Math.cos(angle)).toFixed(2)}`;
}

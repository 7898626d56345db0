// Owns how a list fills: some rows a frame. A screen full of rows at once, when none is drawn yet, would hold up the page.
import { useEffect, useRef, useState } from "preact/hooks";

/** Rows that one frame adds. */
const STEP = 6;

/** How many of so many rows are drawn now; the others follow in the next frames. */
export function useGradual(count: number): number {
  const drawn = useRef(0);
  const [, drawAgain] = useState(0);
  const now = Math.min(count, drawn.current + STEP);
  useEffect(() => {
    drawn.current = now;
    if (now === count) return undefined;
    const frame = requestAnimationFrame(() => drawAgain((turn) => turn + 1));
    return () => cancelAnimationFrame(frame);
  });
  return now;
}

// Owns a scrolling list of rows of one height of which only those near the viewport exist. It knows positions, never
// what a row shows.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Rows kept beyond each edge, so that a scroll finds something there while the worker answers. */
const MARGIN = 6;

/** By how many rows the asked stretch moves at a time. */
const STEP = 4;

/**
 * Rows that exist at most. Consecutive rows whose keys are their positions modulo this share no key, and a row that
 * leaves at one end gives its elements to the one that enters at the other.
 */
export const ROW_POOL = 256;

export interface VirtualRowsProps {
  readonly total: number;
  readonly rowHeight: number;
  /** Where the rows' own positions start, in rows; see `event-table`. */
  readonly shift?: number;
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** Index to bring into view, whenever `revealToken` changes. */
  readonly reveal: number;
  readonly revealToken: number | string;
  onWindow(from: number, count: number): void;
  /** `moved` is how far the viewer scrolled; 0 where the list moved by itself, because it shrank or was told to. */
  onScroll?(top: number, moved: number): void;
  readonly children: ComponentChildren;
}

export function VirtualRows({ total, rowHeight, shift = 0, scroller, reveal, revealToken, onWindow, onScroll, children }: VirtualRowsProps) {
  const rows = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);
  const asked = useRef("");
  // Where the list itself left the viewport. A scroll to anywhere else is the viewer's.
  const placed = useRef(0);

  const ask = () => {
    const box = scroller.current;
    if (!box) return;
    const visible = Math.ceil(box.clientHeight / rowHeight) + 1;
    // In steps, so that a slow scroll asks rarely.
    const from = Math.max(Math.floor(box.scrollTop / rowHeight / STEP) * STEP - MARGIN, 0);
    const count = Math.min(visible + 2 * MARGIN + STEP, ROW_POOL);
    if (asked.current === `${from} ${count}`) return;
    asked.current = `${from} ${count}`;
    onWindow(from, count);
  };

  useEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    const observer = new ResizeObserver(() => setHeight(box.clientHeight));
    observer.observe(box);
    return () => observer.disconnect();
  }, [scroller]);
  useEffect(ask, [height, rowHeight]);
  // Positions are set by script: a style attribute is what the page's own security policy forbids.
  useLayoutEffect(() => {
    const style = rows.current?.style;
    if (!style) return;
    style.height = `${total * rowHeight}px`;
    style.setProperty("--shift", `${shift * rowHeight}px`);
    placed.current = scroller.current?.scrollTop ?? 0;
  }, [total, rowHeight, shift]);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box || reveal < 0 || box.clientHeight === 0) return;
    const top = reveal * rowHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
    placed.current = box.scrollTop;
    // What was revealed while the list was hidden is revealed when it has a height.
  }, [revealToken, height > 0]);

  return (
    <div
      class="virtual"
      ref={scroller}
      role="presentation"
      onScroll={(event) => {
        ask();
        const top = event.currentTarget.scrollTop;
        const moved = top - placed.current;
        placed.current = top;
        onScroll?.(top, moved);
      }}
    >
      <div class="virtual-rows" role="presentation" ref={rows}>
        {children}
      </div>
    </div>
  );
}

// Owns a scrolling list of rows of one height of which only those near the viewport exist. It knows positions, never
// what a row shows.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { afterDrawing } from "./measure";

/** Rows kept beyond each edge, so that a scroll finds something there while the worker answers. */
const MARGIN = 3;

/** By how many rows the asked stretch moves at a time. */
const STEP = 3;

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
  /** `from` is where the list stood before; where it stands now, if it moved by itself. */
  onScroll?(from: number): void;
  readonly children: ComponentChildren;
}

export function VirtualRows({ total, rowHeight, shift = 0, scroller, reveal, revealToken, onWindow, onScroll, children }: VirtualRowsProps) {
  const rows = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);
  const asked = useRef("");
  // Where the list itself left the viewport, and how high it was. A scroll to anywhere else is the viewer's.
  const placed = useRef(0);
  const wasHigh = useRef(0);
  const revealed = useRef(-1);
  revealed.current = reveal * rowHeight;

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

  /** Where the list has to stand for its revealed row to be in view. */
  const placeToShow = (at: number, high: number): number => {
    const top = revealed.current;
    if (top < 0 || high === 0) return at;
    return top < at ? top : Math.max(at, top + rowHeight - high);
  };

  useEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    // The revealed row stays in view if it was, and comes into view if the list was hidden.
    const observer = new ResizeObserver(() => {
      const top = revealed.current;
      const wasSeen = top >= placed.current - 1 && top + rowHeight <= placed.current + wasHigh.current + 1;
      if (wasSeen || wasHigh.current === 0) moveTo(box, placeToShow(box.scrollTop, box.clientHeight));
      wasHigh.current = box.clientHeight;
      placed.current = box.scrollTop;
      setHeight(box.clientHeight);
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [scroller, rowHeight]);
  useEffect(ask, [height, rowHeight]);
  // Positions are set by script: a style attribute is what the page's own security policy forbids.
  useLayoutEffect(() => {
    const style = rows.current?.style;
    if (!style) return;
    style.height = `${total * rowHeight}px`;
    style.setProperty("--shift", `${shift * rowHeight}px`);
  }, [total, rowHeight, shift]);
  const lastToken = useRef<number | string | null>(null);
  useLayoutEffect(() => {
    const isNews = lastToken.current !== revealToken;
    lastToken.current = revealToken;
    afterDrawing(() => {
      const box = scroller.current;
      if (!box) return undefined;
      placed.current = box.scrollTop;
      if (!isNews) return undefined;
      const place = placeToShow(box.scrollTop, box.clientHeight);
      return () => {
        moveTo(box, place);
        placed.current = box.scrollTop;
      };
    });
  }, [total, rowHeight, shift, revealToken]);

  return (
    <div
      class="virtual"
      ref={scroller}
      role="presentation"
      onScroll={(event) => {
        ask();
        const from = placed.current;
        placed.current = event.currentTarget.scrollTop;
        onScroll?.(from);
      }}
    >
      <div class="virtual-rows" role="presentation" ref={rows}>
        {children}
      </div>
    </div>
  );
}

function moveTo(box: HTMLElement, place: number): void {
  if (place !== box.scrollTop) box.scrollTop = place;
}

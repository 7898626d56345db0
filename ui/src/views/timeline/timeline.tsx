// Owns the timeline on the page: the canvas with the lanes, what the pointer does on it, and the same lanes as a tree of
// words for those who do not see a canvas.
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { afterDrawing } from "../../components/measure";
import { lookOf } from "../../components/status";
import { formatDuration, formatTime } from "../../core/format";
import type { TimelineLane } from "../../core/messages";
import { send } from "../link";
import { looksBack } from "../scroll";
import { isFollowingTree, logNow, pointer, select, timeline, toggleBranch, tree, treeFollowing } from "../state";
import { paint } from "../theme";
import { drawLanes, LANE, RULER } from "./draw";
import { Overview } from "./overview";
import { readPalette } from "./palette";
import { timeOf } from "./scale";
import { isZoomed, lanesWidth, panStretch, resetStretch, showStretch, stretch, zoomStretch } from "./stretch";
import { useDrawing, useSize } from "./surface";

/** Lanes asked for beyond each edge, so that a scroll finds something there. */
const MARGIN = 10;

export function Timeline() {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(scroller);
  const scrolled = useSignal(0);
  const pointed = useSignal("");
  const picture = timeline.value;
  const scale = stretch.value;
  const lanes = picture?.lanes ?? 0;
  const chosen = pointer.value.span;
  const colours = useMemo(readPalette, [paint.value]);
  useEffect(() => {
    lanesWidth.value = size.width;
  }, [size.width]);
  useSignalEffect(() => {
    const firstLane = Math.max(Math.floor(scrolled.value / LANE / 4) * 4 - MARGIN, 0);
    const whole = !isZoomed.value;
    const { from, to } = whole ? { from: Number.NaN, to: Number.NaN } : stretch.value;
    const width = lanesWidth.value;
    const count = Math.ceil((scroller.current?.clientHeight ?? 600) / LANE) + 2 * MARGIN + 4;
    if (width > 0) send({ kind: "timeline", window: { from, to, width, firstLane, lanes: count, buckets: Math.min(Math.max(Math.floor(width / 5), 20), 240) } });
  });
  const placed = useReveal(scroller, size.height, lanes, (top) => (scrolled.value = top));
  useDrawing(canvas, size, (pen) => {
    if (!picture) return;
    drawLanes(pen, { view: picture, scale, height: size.height, scrolled: scrolled.peek(), chosen, pointed: pointed.peek(), now: logNow.peek() }, colours);
  });
  // Read so that open calls grow and the picture is drawn again.
  void [scrolled.value, pointed.value, picture?.rows.some((lane) => Number.isNaN(lane.endedAt)) ? logNow.value : 0];
  const laneAt = (event: MouseEvent): TimelineLane | undefined => {
    const box = scroller.current?.getBoundingClientRect();
    if (!box || !picture || event.clientY - box.top < RULER) return undefined;
    return picture.rows[Math.floor((event.clientY - box.top - RULER + scrolled.peek()) / LANE) - picture.first];
  };
  const drag = useDrag(scroller);
  // The picture is drawn again whenever an open call has grown; its words are the same until another picture comes.
  const words = useMemo(() => picture?.rows.map((row, i) => <LaneWords key={row.key} lane={row} index={picture.first + i} start={picture.start} isChosen={row.key === chosen} />), [picture, chosen]);
  const lane = picture?.rows.find(({ key }) => key === pointed.value);
  return (
    <div class="timeline" data-pane="timeline">
      <Overview colours={colours} />
      <div
        class="lanes" ref={scroller} tabIndex={0} role="treegrid" aria-label="Timeline" aria-rowcount={lanes}
        aria-activedescendant={picture?.rows.some(({ key }) => key === chosen) ? "lane-chosen" : undefined}
        title={lane ? titleOf(lane) : undefined}
        onScroll={(event) => {
          const top = event.currentTarget.scrollTop;
          if (looksBack(event.currentTarget, placed.current)) treeFollowing.value = false;
          placed.current = top;
          scrolled.value = top;
        }}
        onWheel={(event) => wheel(event, scroller.current)}
        onPointerMove={(event) => {
          pointed.value = laneAt(event)?.key ?? "";
          drag.move(event);
        }}
        onPointerLeave={() => (pointed.value = "")}
        onPointerDown={drag.start}
        onPointerUp={drag.end}
        onClick={(event) => {
          const hit = laneAt(event);
          if (!hit || drag.moved()) return;
          if (hit.kind === "span") select({ kind: "span", key: hit.key });
          else toggleBranch(hit.key);
        }}
        onDblClick={(event) => {
          const hit = laneAt(event);
          if (hit) showStretch(...around(hit));
          else resetStretch();
        }}
      >
        <div class="lanes-space" role="presentation" ref={(box) => box?.style.setProperty("height", `${lanes * LANE + RULER}px`)}>
          <canvas ref={canvas} class="lanes-canvas" aria-hidden="true" />
        </div>
        <div class="visually-hidden" role="rowgroup">
          {words}
        </div>
      </div>
      <Legend />
    </div>
  );
}

/** A call with some room on both sides. */
function around({ startedAt, endedAt }: TimelineLane): [number, number] {
  const end = Number.isNaN(endedAt) ? logNow.peek() : endedAt;
  const room = Math.max((end - startedAt) * 0.15, 0.5);
  return [startedAt - room, end + room];
}

/**
 * Brings the chosen lane into view, or the newest while the tree follows. Gives where the lanes were left by that, or
 * because they became fewer: a scroll to anywhere else is the viewer's.
 */
function useReveal(scroller: { readonly current: HTMLDivElement | null }, height: number, lanes: number, onMove: (top: number) => void): { current: number } {
  const placed = useRef(0);
  const shown = useRef("");
  const { treeIndex, reveal, span } = pointer.value;
  const follows = isFollowingTree.value;
  const index = follows ? tree.value.newest : treeIndex;
  const token = follows ? `newest ${index} ${height}` : `chosen ${reveal} ${span}`;
  useLayoutEffect(() => {
    const asked = `${token} ${height > 0}`;
    const isNews = shown.current !== asked && index >= 0 && height > 0;
    shown.current = asked;
    afterDrawing(() => {
      const box = scroller.current;
      if (!box) return undefined;
      const at = box.scrollTop;
      placed.current = at;
      if (!isNews) return undefined;
      const place = Math.min(Math.max(at, index * LANE - (box.clientHeight - RULER - LANE)), index * LANE);
      return () => {
        if (place === at) return;
        box.scrollTop = place;
        placed.current = box.scrollTop;
        onMove(placed.current);
      };
    });
  }, [token, height > 0, lanes]);
  return placed;
}

/** Ctrl and the wheel zoom, Shift and the wheel (or a wheel that goes aside) move in time; the rest scrolls. */
function wheel(event: WheelEvent, box: HTMLDivElement | null): void {
  if (!box) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    const scale = stretch.peek();
    zoomStretch(event.deltaY > 0 ? 1.25 : 0.8, timeOf(scale, event.clientX - box.getBoundingClientRect().left));
  } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    event.preventDefault();
    panStretch((event.deltaX || event.deltaY) / Math.max(box.clientWidth, 1));
  }
}

/** Dragging across the lanes moves in time, where there is somewhere to move. */
function useDrag(scroller: { readonly current: HTMLDivElement | null }) {
  const last = useRef(Number.NaN);
  const way = useRef(0);
  return {
    start(event: PointerEvent) {
      way.current = 0;
      if (event.button === 0 && event.pointerType === "mouse" && isZoomed.peek()) last.current = event.clientX;
    },
    move(event: PointerEvent) {
      if (Number.isNaN(last.current) || (event.buttons & 1) === 0) return;
      way.current += Math.abs(event.clientX - last.current);
      panStretch((last.current - event.clientX) / Math.max(scroller.current?.clientWidth ?? 1, 1));
      last.current = event.clientX;
    },
    end: () => (last.current = Number.NaN),
    moved: () => way.current > 4,
  };
}

function titleOf(lane: TimelineLane): string {
  const end = Number.isNaN(lane.endedAt) ? logNow.peek() : lane.endedAt;
  return [lane.label, lane.node, lookOf(lane.status).word, formatDuration((end - lane.startedAt) / 1000), `from ${formatTime(lane.startedAt)}`].filter(Boolean).join(" · ");
}

function LaneWords({ lane, index, start, isChosen }: { lane: TimelineLane; index: number; start: number; isChosen: boolean }) {
  const lasted = Number.isNaN(lane.endedAt) ? "still open" : formatDuration((lane.endedAt - lane.startedAt) / 1000);
  return (
    <div
      id={isChosen ? "lane-chosen" : undefined} role="row" aria-level={lane.depth + 1} aria-rowindex={index + 1} aria-selected={isChosen}
      aria-expanded={lane.hasChildren ? lane.isOpen : undefined}
    >
      <span role="gridcell">{`${lane.label} ${lane.node}, ${lookOf(lane.status).word}, ${lasted}, ${formatDuration((lane.startedAt - start) / 1000)} after the start`}</span>
    </div>
  );
}

const SORTS = [["own", "own work"], ["tool", "tool"], ["llm", "model"], ["waiting", "waiting"]] as const;

function Legend() {
  return (
    <div class="legend muted">
      {SORTS.map(([sort, words]) => <span key={sort} class="legend-entry"><i class={`sort sort-${sort}`} aria-hidden="true" />{words}</span>)}
      <span class="spring" />
      {isZoomed.value
        ? <button type="button" class="link" onClick={resetStretch}>Whole run (0)</button>
        : <span class="hint">Ctrl + wheel or ] zooms, a double click shows one call</span>}
    </div>
  );
}

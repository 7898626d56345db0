// Owns the strip above the lanes: the whole run in little, on which a stretch is brushed.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { timeline } from "../state";
import { drawOverview, type Palette } from "./draw";
import { timeOf, xOf } from "./scale";
import { isZoomed, panStretch, resetStretch, showStretch, stretch, whole } from "./stretch";
import { useDrawing, useSize } from "./surface";

/** A press that moves less than this is a click. */
const LEAST_BRUSH = 4;

export function Overview({ colours }: { colours: Palette }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(box);
  const brush = useSignal<{ readonly from: number; readonly to: number } | null>(null);
  const picture = timeline.value;
  const shown = stretch.value;
  const all = { ...whole.value, width: size.width };
  const marked = brush.value ? { from: timeOf(all, Math.min(brush.value.from, brush.value.to)), to: timeOf(all, Math.max(brush.value.from, brush.value.to)) } : shown;
  useDrawing(canvas, size, (pen) => {
    if (picture) drawOverview(pen, { view: { ...picture, start: all.from, end: all.to }, width: size.width, height: size.height, from: marked.from, to: marked.to, until: picture.end }, colours);
  });
  const place = (event: PointerEvent): number => event.clientX - (box.current?.getBoundingClientRect().left ?? 0);
  return (
    <div
      class="overview" ref={box} role="slider" tabIndex={0} aria-label="Stretch of the run that is shown" aria-valuemin={0} aria-valuemax={100}
      aria-valuenow={Math.round((xOf(all, shown.from) / Math.max(all.width, 1)) * 100)}
      aria-valuetext={isZoomed.value ? `${Math.round(((shown.to - shown.from) / (all.to - all.from)) * 100)} percent of the run` : "the whole run"}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        brush.value = { from: place(event), to: place(event) };
      }}
      onPointerMove={(event) => {
        if (brush.value) brush.value = { ...brush.value, to: place(event) };
      }}
      onPointerUp={() => {
        const drawn = brush.value;
        brush.value = null;
        if (!drawn) return;
        if (Math.abs(drawn.to - drawn.from) >= LEAST_BRUSH) showStretch(timeOf(all, drawn.from), timeOf(all, drawn.to));
        else if (isZoomed.peek()) panStretch((timeOf(all, drawn.from) - (shown.from + shown.to) / 2) / (shown.to - shown.from));
      }}
      onPointerCancel={() => (brush.value = null)}
      onDblClick={resetStretch}
      onKeyDown={(event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        event.preventDefault();
        panStretch(event.key === "ArrowLeft" ? -0.2 : 0.2);
      }}
    >
      <canvas ref={canvas} class="overview-canvas" aria-hidden="true" />
    </div>
  );
}

// Owns how the timeline looks: pure functions from lanes to strokes. They read no page, keep nothing, and draw only what
// is given, so that a picture can be had of any moment.
import { formatDuration } from "../../core/format";
import type { TimelineBar, TimelineLane, TimelineView } from "../../core/messages";
import { ticks, xOf, type Scale } from "./scale";

/** What is drawn with; the part of a canvas that is used. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  "fillRect" | "strokeRect" | "clearRect" | "fillText" | "measureText" | "beginPath" | "moveTo" | "lineTo" | "stroke" | "save" | "restore" | "rect" | "clip"
> & { fillStyle: unknown; strokeStyle: unknown; lineWidth: number; font: string; textBaseline: unknown; textAlign: unknown; globalAlpha: number };

/** The colours of the page's theme, by what they are for. */
export interface Palette {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly chosen: string;
  readonly hover: string;
  readonly accent: string;
  readonly done: string;
  readonly llm: string;
  readonly running: string;
  readonly error: string;
  readonly cancelled: string;
  readonly lost: string;
  readonly font: string;
}

export const LANE = 22;
export const RULER = 22;

/** Bars narrower than this are drawn as wide: what happened has to be seen. */
const THINNEST = 2;

/** How tall each sort of time is: a full bar works itself, a middle one waits for a tool, a thin one for a model. */
const TALL: Record<TimelineBar["kind"], number> = { own: 12, waiting: 12, tool: 8, llm: 5 };

const FAILED = new Set(["failed", "error", "panicked"]);

export interface Picture {
  readonly view: TimelineView;
  readonly scale: Scale;
  readonly height: number;
  /** How far the lanes are scrolled. */
  readonly scrolled: number;
  readonly chosen: string;
  readonly pointed: string;
  /** Time on the log's clock, up to which open calls reach. */
  readonly now: number;
}

/** The lanes that are in sight, with the ruler above them. */
export function drawLanes(pen: Pen, picture: Picture, colours: Palette): void {
  const { view, scale, height, scrolled } = picture;
  pen.clearRect(0, 0, scale.width, height);
  pen.font = colours.font;
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  for (const [i, lane] of view.rows.entries()) {
    const top = RULER + (view.first + i) * LANE - scrolled;
    if (top < RULER - LANE || top > height) continue;
    drawGround(pen, picture, colours, lane, top);
  }
  drawRuler(pen, picture, colours);
  pen.save();
  pen.beginPath();
  pen.rect(0, RULER, scale.width, height - RULER);
  pen.clip();
  for (const [i, lane] of view.rows.entries()) {
    const top = RULER + (view.first + i) * LANE - scrolled;
    if (top < RULER - LANE || top > height) continue;
    drawLane(pen, picture, colours, lane, top);
  }
  pen.restore();
}

function drawGround(pen: Pen, { scale, chosen, pointed }: Picture, colours: Palette, lane: TimelineLane, top: number): void {
  if (lane.key !== chosen && lane.key !== pointed) return;
  pen.fillStyle = lane.key === chosen ? colours.chosen : colours.hover;
  pen.fillRect(0, top, scale.width, LANE);
}

function drawRuler(pen: Pen, { view, scale, height, now }: Picture, colours: Palette): void {
  pen.fillStyle = colours.line;
  pen.fillRect(0, RULER - 1, scale.width, 1);
  for (const { time, label } of ticks(scale, view.start)) {
    const x = Math.round(xOf(scale, time));
    pen.fillStyle = colours.line;
    pen.fillRect(x, RULER - 6, 1, height);
    pen.fillStyle = colours.muted;
    pen.fillText(label, x + 4, RULER / 2 - 1);
  }
  const x = Math.round(xOf(scale, now));
  if (x < 0 || x > scale.width || !view.rows.some((lane) => Number.isNaN(lane.endedAt))) return;
  pen.fillStyle = colours.running;
  pen.fillRect(Math.min(x, scale.width - 1), RULER - 6, 1, height);
}

function drawLane(pen: Pen, picture: Picture, colours: Palette, lane: TimelineLane, top: number): void {
  const { scale } = picture;
  const middle = top + LANE / 2;
  const isOpen = Number.isNaN(lane.endedAt);
  const end = isOpen ? picture.now : lane.endedAt;
  pen.globalAlpha = lane.isDimmed ? 0.35 : 1;
  const colour = colourOf(lane, colours);
  const last = lane.bars.length - 1;
  for (const [i, bar] of lane.bars.entries()) {
    const to = isOpen && i === last ? Math.max(bar.to, picture.now) : bar.to;
    drawBar(pen, scale, bar, to, middle, bar.kind === "llm" && colour === colours.done ? colours.llm : colour);
  }
  drawEnd(pen, scale, lane, end, middle, colour);
  drawLabel(pen, picture, colours, lane, end, middle);
  pen.globalAlpha = 1;
}

function colourOf({ status }: TimelineLane, colours: Palette): string {
  if (FAILED.has(status)) return colours.error;
  if (status === "running") return colours.running;
  if (status === "lost") return colours.lost;
  return status === "cancelled" ? colours.cancelled : colours.done;
}

function drawBar(pen: Pen, scale: Scale, { kind, from }: TimelineBar, to: number, middle: number, colour: string): void {
  const left = Math.max(xOf(scale, from), -1);
  const right = Math.min(xOf(scale, to), scale.width + 1);
  if (right < 0 || left > scale.width) return;
  const width = Math.max(right - left, THINNEST);
  const height = TALL[kind];
  if (kind !== "waiting") {
    pen.fillStyle = colour;
    pen.fillRect(left, middle - height / 2, width, height);
    return;
  }
  drawWaiting(pen, left, middle - height / 2, width, height, colour);
}

/** An outline with strokes across: time in which others work. */
function drawWaiting(pen: Pen, left: number, top: number, width: number, height: number, colour: string): void {
  const alpha = pen.globalAlpha;
  pen.fillStyle = colour;
  pen.globalAlpha = alpha * 0.16;
  pen.fillRect(left, top, width, height);
  if (width >= 6) {
    pen.save();
    pen.beginPath();
    pen.rect(left, top, width, height);
    pen.clip();
    pen.globalAlpha = alpha * 0.5;
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    pen.beginPath();
    // The strokes stand still while a bar grows: they are counted from the left edge of the page, not of the bar.
    for (let x = Math.floor((left - height) / 6) * 6; x < left + width; x += 6) {
      pen.moveTo(x, top + height);
      pen.lineTo(x + height, top);
    }
    pen.stroke();
    pen.restore();
  }
  pen.globalAlpha = alpha * 0.6;
  pen.fillRect(left, top, width, 1);
  pen.fillRect(left, top + height - 1, width, 1);
  pen.globalAlpha = alpha;
}

/** A failure ends in a cross, a lost call in a gap, so that neither is told by colour alone. */
function drawEnd(pen: Pen, scale: Scale, lane: TimelineLane, end: number, middle: number, colour: string): void {
  const x = xOf(scale, end);
  if (x < -8 || x > scale.width + 8) return;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.6;
  pen.beginPath();
  if (FAILED.has(lane.status)) {
    cross(pen, x + 7, middle, 3.2);
  } else if (lane.status === "lost") {
    for (const y of [-5, -1, 3]) {
      pen.moveTo(x + 3, middle + y);
      pen.lineTo(x + 3, middle + y + 2);
    }
  }
  pen.stroke();
}

function cross(pen: Pen, x: number, y: number, arm: number): void {
  pen.moveTo(x - arm, y - arm);
  pen.lineTo(x + arm, y + arm);
  pen.moveTo(x - arm, y + arm);
  pen.lineTo(x + arm, y - arm);
}

/** The name stands behind the bar, or before it, or on it, wherever there is room first. */
function drawLabel(pen: Pen, { scale, now }: Picture, colours: Palette, lane: TimelineLane, end: number, middle: number): void {
  const began = xOf(scale, lane.startedAt);
  const ended = xOf(scale, end);
  if (ended < 0 || began > scale.width) return;
  const isFailed = FAILED.has(lane.status);
  const ms = Math.min(end, Number.isNaN(lane.endedAt) ? now : end) - lane.startedAt;
  // Times are known to the millisecond here.
  const lasted = ms < 1 ? "< 1 ms" : formatDuration(ms / 1000);
  const text = [lane.label, lane.node, lasted].filter(Boolean).join("  ");
  const width = pen.measureText(text).width;
  const colour = isFailed ? colours.error : lane.status === "running" ? colours.text : colours.muted;
  const after = Math.max(ended, 0) + (isFailed ? 15 : 6);
  if (after + width <= scale.width) return write(pen, text, after, middle, colour);
  if (began - 6 - width >= 0) return write(pen, text, began - 6 - width, middle, colour);
  const furthest = scale.width - width - 6;
  const on = Math.max(Math.min(began + 6, furthest), 6);
  pen.fillStyle = colours.surface;
  pen.fillRect(on - 4, middle - 8, width + 8, 16);
  write(pen, text, on, middle, colour);
}

function write(pen: Pen, text: string, x: number, y: number, colour: string): void {
  pen.fillStyle = colour;
  pen.fillText(text, x, y + 0.5);
}

export interface Overview {
  readonly view: TimelineView;
  readonly width: number;
  readonly height: number;
  /** The part of the run that the lanes show. */
  readonly from: number;
  readonly to: number;
  /** Where what is counted ends; behind it is room. */
  readonly until: number;
}

/** The whole run in little: how much happened when, where it failed, and which part is shown. */
export function drawOverview(pen: Pen, { view, width, height, from, to, until }: Overview, colours: Palette): void {
  pen.clearRect(0, 0, width, height);
  const scale: Scale = { from: view.start, to: view.end, width };
  const most = view.density.reduce((high, count) => Math.max(high, count), 1);
  const step = xOf(scale, until) / Math.max(view.density.length, 1);
  for (const [i, count] of view.density.entries()) {
    if (count === 0) continue;
    // By the root, so that a quiet stretch is still seen beside a burst.
    const tall = Math.max(Math.sqrt(count / most) * (height - 6), 2);
    pen.fillStyle = colours.done;
    pen.globalAlpha = 0.55;
    pen.fillRect(i * step, height - tall, Math.max(step - 1, 1), tall);
    pen.globalAlpha = 1;
    if ((view.failures[i] ?? 0) === 0) continue;
    pen.fillStyle = colours.error;
    pen.fillRect(i * step, 0, Math.max(step, THINNEST), height);
  }
  const left = xOf(scale, from);
  const right = xOf(scale, to);
  if (right - left >= width - 0.5) return;
  pen.fillStyle = colours.surface;
  pen.globalAlpha = 0.66;
  pen.fillRect(0, 0, left, height);
  pen.fillRect(right, 0, width - right, height);
  pen.globalAlpha = 1;
  pen.strokeStyle = colours.accent;
  pen.lineWidth = 1.5;
  pen.strokeRect(left + 0.75, 0.75, Math.max(right - left - 1.5, THINNEST), height - 1.5);
}

import { expect, test } from "vitest";
import type { TimelineLane, TimelineView } from "../../core/messages";
import { drawLanes, drawOverview, LANE, RULER, type Palette, type Pen, type Picture } from "./draw";

const COLOURS: Palette = {
  text: "text", muted: "muted", line: "line", surface: "surface", chosen: "chosen", hover: "hover", accent: "accent", done: "done", llm: "llm",
  running: "running", error: "error", cancelled: "cancelled", lost: "lost", font: "12px sans",
};

interface Rectangle {
  readonly colour: unknown;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly alpha: number;
}

/** A pen that keeps what it is told to draw. */
function recorder(): { pen: Pen; rectangles: Rectangle[]; texts: { text: string; x: number; y: number; colour: unknown }[]; outlines: number[][]; strokes: [unknown, number[][]][] } {
  const rectangles: Rectangle[] = [];
  const texts: { text: string; x: number; y: number; colour: unknown }[] = [];
  const outlines: number[][] = [];
  const strokes: [unknown, number[][]][] = [];
  let path: number[][] = [];
  const pen: Pen = {
    fillStyle: "", strokeStyle: "", lineWidth: 1, font: "", textBaseline: "", textAlign: "", globalAlpha: 1,
    fillRect: (x, y, width, height) => rectangles.push({ colour: pen.fillStyle, x, y, width, height, alpha: pen.globalAlpha }),
    strokeRect: (x, y, width, height) => outlines.push([x, y, width, height]),
    clearRect: () => undefined,
    fillText: (text: string, x: number, y: number) => texts.push({ text, x, y, colour: pen.fillStyle }),
    measureText: (text: string) => ({ width: text.length * 6 }) as TextMetrics,
    beginPath: () => (path = []),
    moveTo: (x, y) => path.push([x, y]),
    lineTo: (x, y) => path.push([x, y]),
    stroke: () => strokes.push([pen.strokeStyle, path]),
    save: () => undefined, restore: () => undefined, rect: () => undefined, clip: () => undefined,
  };
  return { pen, rectangles, texts, outlines, strokes };
}

function lane(key: string, more: Partial<TimelineLane> = {}): TimelineLane {
  return {
    key, kind: "span", depth: 0, type: "step_started", label: key, node: "", status: "ok", startedAt: 0, endedAt: 500, errorsBelow: 0, hasChildren: false,
    isOpen: true, bars: [{ kind: "own", from: 0, to: 500 }], isDimmed: false, ...more,
  };
}

function picture(rows: readonly TimelineLane[], more: Partial<Picture> = {}): Picture {
  const view: TimelineView = { start: 0, end: 1000, from: 0, to: 1000, now: 1000, lanes: rows.length, first: 0, rows, density: [], failures: [] };
  return { view, scale: { from: 0, to: 1000, width: 1000 }, height: 400, scrolled: 0, chosen: "", pointed: "", now: 1000, ...more };
}

/** Bars of a lane: what is drawn in its rows' middle, neither ground nor ruler nor the ground of a label. */
function bars({ rectangles }: { rectangles: Rectangle[] }, row: number): Rectangle[] {
  const middle = RULER + row * LANE + LANE / 2;
  return rectangles.filter(({ y, height, colour }) => y + height / 2 === middle && colour !== "surface" && colour !== "chosen" && colour !== "hover");
}

test("own work, a tool, a model and waiting are told apart by how tall they are and by strokes", () => {
  const drawn = recorder();
  const kinds = (["own", "tool", "llm", "waiting"] as const).map((kind, i) => ({ kind, from: i * 100, to: i * 100 + 90 }));
  drawLanes(drawn.pen, picture([lane("a", { bars: kinds })]), COLOURS);
  const [own, tool, llm, waiting] = bars(drawn, 0);
  expect(new Set([own?.height, tool?.height, llm?.height]).size).toBe(3);
  expect(llm?.colour).toBe("llm");
  expect(waiting?.alpha).toBeLessThan(0.5);
  const hatching = drawn.strokes.find(([, path]) => path.length > 20);
  expect(hatching?.[1].every(([x = 0]) => x >= 300 - 18 && x <= 390 + 12)).toBe(true);
});

test("a bar stands where its time is, and one too short to see is still seen", () => {
  const drawn = recorder();
  drawLanes(drawn.pen, picture([lane("a", { bars: [{ kind: "own", from: 250, to: 750 }] }), lane("b", { bars: [{ kind: "own", from: 400, to: 400.01 }] })]), COLOURS);
  expect(bars(drawn, 0)[0]).toMatchObject({ x: 250, width: 500 });
  expect(bars(drawn, 1)[0]).toMatchObject({ x: 400, width: 2 });
});

test("an open call reaches up to now", () => {
  const drawn = recorder();
  drawLanes(drawn.pen, picture([lane("a", { status: "running", endedAt: Number.NaN, bars: [{ kind: "own", from: 100, to: 400 }] })], { now: 900 }), COLOURS);
  expect(bars(drawn, 0)[0]).toMatchObject({ x: 100, width: 800, colour: "running" });
});

test("failures are in their colour and end in a cross", () => {
  const drawn = recorder();
  drawLanes(drawn.pen, picture([lane("a", { status: "failed" })]), COLOURS);
  expect(bars(drawn, 0)[0]?.colour).toBe("error");
  expect(drawn.strokes.some(([colour, path]) => colour === "error" && path.length === 4)).toBe(true);
  expect(drawn.texts.find(({ text }) => text.startsWith("a"))?.colour).toBe("error");
});

test("a name stands behind its bar, else before it, else on it", () => {
  const name = "a name of some length";
  const where = (from: number, to: number): number => {
    const drawn = recorder();
    drawLanes(drawn.pen, picture([lane(name, { startedAt: from, endedAt: to, bars: [{ kind: "own", from, to }] })]), COLOURS);
    return drawn.texts.find(({ text }) => text.startsWith(name))?.x ?? Number.NaN;
  };
  expect(where(0, 300)).toBe(306);
  expect(where(700, 980)).toBeLessThan(700);
  expect(where(10, 990)).toBe(16);
});

test("a long name on its bar does not leave the picture", () => {
  const drawn = recorder();
  const name = "a".repeat(90);
  drawLanes(drawn.pen, picture([lane(name, { startedAt: 500, endedAt: 990, bars: [{ kind: "own", from: 500, to: 990 }] })]), COLOURS);
  const { text = "", x = 0 } = drawn.texts.find((each) => each.text.startsWith(name)) ?? {};
  expect(x).toBeLessThan(500);
  expect(x + text.length * 6).toBeLessThanOrEqual(1000);
});

test("lanes out of sight are not drawn", () => {
  const drawn = recorder();
  const rows = Array.from({ length: 100 }, (_, i) => lane(`lane ${i}`));
  drawLanes(drawn.pen, picture(rows, { scrolled: 50 * LANE, height: RULER + 4 * LANE }), COLOURS);
  const names = drawn.texts.map(({ text }) => text).filter((text) => text.startsWith("lane"));
  expect(names.length).toBeGreaterThanOrEqual(4);
  expect(names.length).toBeLessThanOrEqual(6);
  expect(names.some((text) => text.startsWith("lane 50"))).toBe(true);
});

test("the overview shows each failure, and which part of the run is in sight", () => {
  const drawn = recorder();
  const { view } = picture([]);
  drawOverview(drawn.pen, { view: { ...view, density: [4, 0, 1, 100], failures: [0, 0, 1, 0] }, width: 400, height: 36, from: 250, to: 500, until: 1000 }, COLOURS);
  expect(drawn.rectangles.filter(({ colour }) => colour === "error")).toMatchObject([{ x: 200, height: 36 }]);
  expect(drawn.rectangles.filter(({ colour }) => colour === "done").map(({ x }) => x)).toEqual([0, 200, 300]);
  expect(drawn.outlines).toEqual([[100.75, 0.75, 98.5, 34.5]]);
});

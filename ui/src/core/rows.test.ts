import { expect, test } from "vitest";
import { event, finished, put, RUN, started } from "./fixtures";
import { Histogram } from "./histogram";
import { hueOf, hueOfName, lookOf } from "./looks";
import { Store } from "./store";
import { Words } from "./words";

test("a row that is asked for again is the one that came", () => {
  const store = new Store({ rows: 80, bytes: 1e9 });
  const written = Array.from({ length: 60 }, (_, i) => event("grüße", { run_id: `run-${i % 3}`, i, node_id: "n", text: "ü€😀".repeat(i) }));
  for (const it of written) store.add(it, JSON.stringify(it), `${written.indexOf(it)}-0@1`, () => 0);
  for (let seq = store.rows.firstSeq; seq < store.rows.nextSeq; seq += 1) {
    const it = written[seq];
    expect(store.rows.get(seq)).toMatchObject({ seq, id: it?.id, ts: it?.ts, type: "grüße", run: `run-${seq % 3}`, text: JSON.stringify(it) });
    expect(store.rows.cursorOf(seq)).toBe(`${seq}-0@1`);
  }
});

test("rows go by the chunk, and words that nobody uses go with them", () => {
  const store = new Store({ rows: 64, bytes: 1e9 });
  for (let i = 0; i < 1000; i += 1) put(store, started("step_started", `s${i}`, "", { run_id: `r${i}`, node_id: `n${i}` }));
  for (let i = 0; i < 1000; i += 1) put(store, finished("step_finished", `s${i}`, "", { run_id: `r${i}`, node_id: `n${i}` }));
  expect(store.rows.size).toBeLessThanOrEqual(72);
  expect(store.rows.firstSeq % 8).toBe(0);
  expect(store.rows.words.size).toBeLessThan(72 * 2 + 10);
  expect(store.spans.size).toBeLessThanOrEqual(72);
  expect([...store.runs.all()].length).toBeLessThanOrEqual(73);
});

test("a word is kept as long as somebody uses it", () => {
  const words = new Words();
  const [a, again] = [words.hold("a"), words.hold("a")];
  expect(again).toBe(a);
  words.letGo(a);
  expect(words.find("a")).toBe(a);
  words.letGo(a);
  expect(words.find("a")).toBe(-1);
  expect(words.hold("b")).toBe(a);
  expect(words.text(a)).toBe("b");
  expect(words.hold("")).toBe(0);
});

test("a time is looked up among times that do not always rise", () => {
  const store = new Store();
  for (const second of [1, 3, 2, 3, 5]) put(store, { ...event("a"), ts: new Date(second * 1000).toISOString() });
  expect([0, 1000, 2999, 3000, 4000, 9000].map((at) => store.rows.seqAt(at))).toEqual([-1, 0, 0, 3, 3, 4]);
});

test("percentiles are as near as a bucket is wide", () => {
  const histogram = new Histogram();
  const durations = Array.from({ length: 1000 }, (_, i) => 0.001 * 1.01 ** i);
  for (const it of durations) histogram.add(it);
  histogram.add(Number.NaN);
  for (const share of [0.5, 0.95, 0.99]) expect(histogram.percentile(share) / (durations[Math.ceil(share * 1000) - 1] ?? 0)).toBeCloseTo(1, 0.9);
  expect(histogram.max).toBe(durations.at(-1));
  expect(histogram.size).toBe(1000);
  const both = new Histogram();
  both.addAll(histogram);
  both.addAll(histogram);
  expect(both.percentile(0.5)).toBe(histogram.percentile(0.5));
  expect(new Histogram().percentile(0.5)).toBeNaN();
});

test("a type of one's own has a colour by its name, or the one it says", () => {
  expect(lookOf("llm_call_started", {})).toEqual({ icon: "", hue: -1 });
  expect(lookOf("my_type", {})).toEqual({ icon: "", hue: hueOfName("my_type") });
  expect(lookOf("my_type", { icon: "🧪🔥x", color: "#00f" })).toEqual({ icon: "🧪🔥", hue: 240 });
  expect(["red", "#0f0", "#112233", "rgb(255, 0, 255)", "hsl(400 50% 50%)", "url(x)", "#888", "constructor"].map(hueOf)).toEqual([0, 120, 210, 300, 40, -1, -1, -1]);
});

test("what producers dropped and the log trimmed is counted, known or not", () => {
  const store = new Store();
  put(store, event("events_dropped", { count: 7, reason: "queue full" }));
  put(store, event("stream_gap", { lost: 5, why: "trimmed" }));
  put(store, event("stream_gap", { lost: null, why: "trimmed" }));
  store.addGap(Number.NaN, "gone", "{}", 3);
  store.addGap(Number.NaN, "gone", "{}", null);
  expect(store.intake).toMatchObject({ dropped: 7, trimmed: 8, trimmedUnknown: 2 });
  expect(store.runs.get(RUN)).toBeUndefined();
});

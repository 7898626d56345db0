import { expect, test } from "vitest";
import { event, finished, put, RUN, started } from "./fixtures";
import { Store } from "./store";

test("an event that comes twice is kept once, and counted", () => {
  const store = new Store();
  const it = event("a");
  expect(put(store, it)).toBeDefined();
  expect(put(store, it)).toBeUndefined();
  expect(store.rows.size).toBe(1);
  expect(store.intake).toMatchObject({ received: 1, duplicates: 1 });
});

test("two events that share an id are two, and the repeat of either is none", () => {
  const store = new Store({ rows: 8, bytes: 1e9 });
  const [first, second, third] = [1, 2, 3].map((a) => ({ ...event("a", { a }), id: "x" }));
  for (const it of [first, second, third, second, first, third]) if (it) put(store, it);
  expect(store.intake).toMatchObject({ received: 3, duplicates: 3 });
  for (let i = 0; i < 20; i += 1) put(store, event("b"));
  expect(store.rows.get(2)).toBeUndefined();
  for (const it of [first, second, first, second]) if (it) put(store, it);
  expect(store.intake).toMatchObject({ received: 25, duplicates: 5 });
});

test("events without an id are told apart by their place in the log", () => {
  const store = new Store();
  for (const cursor of ["1-0", "2-0", "2-0"]) store.add({ type: "a" }, '{"type":"a"}', cursor, () => 0);
  expect(store.rows.size).toBe(2);
});

test("beyond the limit the oldest rows go, and everything that hung on them", () => {
  const store = new Store({ rows: 1000, bytes: 1e9 });
  for (let i = 0; i < 1000; i += 1) {
    put(store, started("step_started", `s${i}`));
    put(store, finished("step_finished", `s${i}`));
  }
  put(store, event("other", { run_id: "another" }));
  expect(store.rows.size).toBeLessThanOrEqual(1125);
  expect(store.rows.get(0)).toBeUndefined();
  expect(store.rows.get(2000)?.type).toBe("other");
  expect(store.intake.evicted).toBe(2001 - store.rows.size);
  expect(store.spans.size).toBeLessThanOrEqual(563);
  expect(store.runs.get(RUN)).toMatchObject({ sums: { events: 2000, openSpans: 0 }, openRoots: 0 });
  const kept = [...store.types.values()].reduce((sum, count) => sum + count, 0);
  expect(kept).toBe(store.rows.size);
});

test("a node of the plan keeps none of the calls whose rows are gone", () => {
  const store = new Store({ rows: 80, bytes: 1e9 });
  put(store, started("run_started", "r"));
  for (let i = 0; i < 200; i += 1) {
    put(store, started("step_started", `s${i}`, "r", { node_id: "n" }));
    put(store, finished("step_finished", `s${i}`, "r", { node_id: "n" }));
  }
  const spans = store.runs.get(RUN)?.nodes.get("n")?.spans ?? [];
  expect(spans.filter(({ gone }) => gone)).toEqual([]);
  expect(spans.at(-1)?.id).toBe("s199");
  expect(spans.length).toBe(store.spans.size - 1);
});

test("a call that is gone leads to none of those that came after it", () => {
  const store = new Store({ rows: 80, bytes: 1e9 });
  put(store, started("run_started", "r"));
  put(store, finished("llm_call_completed", "first", "r"));
  const first = store.spans.get(RUN, "first");
  for (let i = 0; i < 200; i += 1) put(store, finished("llm_call_completed", `s${i}`, "r"));
  expect(first).toMatchObject({ gone: true, parent: null, next: null, previous: null, firstChild: null, lastChild: null });
});

test("large events count by their size", () => {
  const store = new Store({ rows: 1000, bytes: 10_000 });
  for (let i = 0; i < 20; i += 1) put(store, event("big", { text: "x".repeat(2000) }));
  expect(store.rows.size).toBeLessThan(6);
  expect(store.rows.size).toBeGreaterThan(0);
});

test("a run goes with its last row", () => {
  const store = new Store({ rows: 8, bytes: 1e9 });
  put(store, event("a", { run_id: "short" }));
  for (let i = 0; i < 20; i += 1) put(store, event("b", { run_id: "long" }));
  expect(store.runs.get("short")).toBeUndefined();
  expect(store.runs.get("long")?.sums.events).toBe(20);
});

test("tokens and cost are those of model calls, not those a summary repeats", () => {
  const store = new Store();
  const usage = { token_usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }, cost_estimate: 0.25 };
  put(store, started("run_started", "r"));
  put(store, finished("llm_call_completed", "c1", "r", usage));
  put(store, finished("llm_call_completed", "c2", "r", usage));
  put(store, finished("run_finished", "r", "", { total_cost: 0.5, token_usage: { total_tokens: 30 } }));
  expect(store.runs.get(RUN)?.sums).toMatchObject({ tokens: 30, nanos: 5e8 });
  expect(store.spans.get(RUN, "r")?.sums).toMatchObject({ tokens: 30, nanos: 5e8 });
});

test("a run whose root was trimmed gives way like any other", () => {
  const store = new Store({ rows: 20_000, bytes: 1e9 });
  for (let i = 0; i < 60_000; i += 1) put(store, finished("llm_call_completed", `s${i}`, "trimmed"));
  expect(store.spans.size).toBe(store.rows.size);
  expect(store.runs.get(RUN)?.roots.size).toBe(store.rows.size);
  expect(store.runs.get(RUN)).toMatchObject({ sums: { openSpans: 0 }, openRoots: 0 });
});

import { expect, test } from "vitest";
import { event, finished, started } from "./fixtures";
import { readEvent, readTime } from "./event";
import type { WireEvent } from "./protocol";

const read = (it: WireEvent) => readEvent(it, JSON.stringify(it), 7, "9-0@9").row;

test("a time without a zone is UTC, whatever separates its halves", () => {
  const noon = Date.UTC(2026, 0, 1, 12, 0, 0);
  expect(readTime("2026-01-01T12:00:00")).toBe(noon);
  expect(readTime("2026-01-01 12:00:00")).toBe(noon);
  expect(readTime("2026-01-01T12:00:00.123456")).toBe(noon + 123);
  expect(readTime("2026-01-01T14:00:00+02:00")).toBe(noon);
  expect(readTime("2026-01-01T12:00:00.123456Z")).toBe(noon + 123);
  expect(readTime(noon / 1000)).toBe(noon);
  expect(readTime(noon)).toBe(noon);
});

test("an event without anything is still a row", () => {
  expect(read({})).toMatchObject({ seq: 7, id: "9-0@9", type: "(no type)", phase: "point", run: "", at: Number.NaN, outcome: "" });
  expect(read({ type: "t", payload: [1, 2] })).toMatchObject({ type: "t", summary: "value=1, 2" });
  expect(read({ type: 5, ts: {}, id: null, payload: null })).toMatchObject({ type: "(no type)", ts: "" });
});

test("a span without an outcome has started, with one it has finished", () => {
  expect(read(started("step_started", "a1")).phase).toBe("start");
  expect(read(finished("step_finished", "a1")).phase).toBe("finish");
  expect(read(event("node_created", { parent_id: "a1" })).phase).toBe("point");
});

test("the guide's own words are understood", () => {
  expect(read(event("llm_call_started", { node: "n7", agent: "Planner", model: "gpt" }))).toMatchObject({ node: "n7", subject: "gpt", summary: "Planner" });
  expect(read(event("node_status_change", { node: "n7", old: "READY", new: "DOING" }))).toMatchObject({ node: "n7", summary: "READY → DOING" });
  expect(read(event("tool_returned", { tool: "search", latency: 0.25, state: "API_ERROR" }))).toMatchObject({ subject: "search", duration: 0.25, outcome: "error" });
  expect(read(event("llm_call_completed", { duration: "TODO" })).duration).toBeNaN();
});

test("an error without an outcome is a failure, and is said first", () => {
  const row = read(event("my_done", { error: "429 Too Many Requests", error_type: "agent::llm::RateLimited", attempt: 2 }));
  expect(row.outcome).toBe("error");
  expect(row.summary).toBe("RateLimited: 429 Too Many Requests · attempt=2");
});

test("a call that returned in good order may still say that it failed", () => {
  const tool = (more: Record<string, unknown>) => read(finished("tool_returned", "a1", "", { outcome: "ok", ...more })).outcome;
  expect(tool({ success: true })).toBe("ok");
  expect(tool({ success: false, state: "HTTP_ERROR" })).toBe("failed");
  expect(tool({ success: true, error: "half of it" })).toBe("failed");
  expect(tool({ outcome: "panicked", success: false })).toBe("panicked");
});

test("what is no event is marked as such", () => {
  expect(read(event("invalid_entry", { reason: "not JSON", raw: "not json", bytes: 8 }))).toMatchObject({ outcome: "invalid", summary: "not JSON · not json · bytes=8" });
});

test("a summary is one short line of a payload of any size", () => {
  const row = read(event("huge", { text: "word\n".repeat(400_000), list: Array.from({ length: 50_000 }, (_, i) => ({ i })) }));
  expect(row.summary.length).toBeLessThanOrEqual(240);
  expect(row.summary).not.toContain("\n");
});

test("housekeeping is marked", () => {
  expect(read(event("producer_alive", { producer_id: "p" })).internal).toBe(true);
});

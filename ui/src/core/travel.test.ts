import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTime } from "./event";
import { event, finished, line, RUN, started } from "./fixtures";
import { NO_FILTER } from "./filter";
import type { Snapshot } from "./messages";
import { readFrames, type WireEvent } from "./protocol";
import { Session } from "./session";

const golden = readFileSync(join(import.meta.dirname, "../../fixtures/research.ndjson"), "utf8").trim().split("\n").map((text) => JSON.parse(text) as WireEvent);

const PICTURES = ["graph", "timeline", "statistics"] as const;

/** A viewer of some run, at a time of its own clock. */
function viewer(now: () => number, run: string): Session {
  const session = new Session(now);
  session.request({ kind: "scope", scope: { kind: "run", id: run } });
  session.request({ kind: "window", pane: "table", window: { from: 0, count: 1000 } });
  session.request({ kind: "window", pane: "tree", window: { from: 0, count: 1000 } });
  session.request({ kind: "timeline", window: { from: Number.NaN, to: Number.NaN, width: 300, firstLane: 0, lanes: 1000, buckets: 20 } });
  return session;
}

function take(session: Session, events: readonly WireEvent[]): void {
  for (const it of events) for (const frame of readFrames(line(it))) session.frame(frame);
}

/** What a viewer sees of the run: everything but what tells where the moment lies and what else has arrived. */
function seen(session: Session): unknown {
  session.request({ kind: "show", pictures: PICTURES });
  session.work(() => false);
  const { header, table, tree, counters, query, now, details, graph, timeline, statistics }: Snapshot = session.snapshot();
  const { received, evicted, duplicates, invalid, rate, ...head } = header;
  const rows = table.rows.map(({ rank: _, ...row }) => row);
  return {
    head, rows, total: table.total, gaps: table.gaps, hidden: table.hidden, outside: table.outside, tree, query, now, details, graph, timeline, statistics,
    counted: [counters.shown, counters.hidden, counters.outside],
  };
}

/** Short, equal for equal pictures. */
function digest(picture: unknown): string {
  const text = JSON.stringify(picture, (_key, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value));
  return createHash("sha1").update(text).digest("base64");
}

/** Compares every moment of a recording with a viewer to whom nothing had come since. */
function compareAll(events: readonly WireEvent[], run: string, text = ""): void {
  let latest = Number.NEGATIVE_INFINITY;
  const times = events.map((it) => (latest = Math.max(latest, readTime(it.ts))));
  let now = 0;
  const end = latest + 1000;
  const start = (clock: () => number): Session => {
    const session = viewer(clock, run);
    session.request({ kind: "filter", filter: { ...NO_FILTER, text } });
    return session;
  };
  const point = (session: Session, seq: number): void => session.request({ kind: "select", target: { kind: "row", seq } });
  const early = start(() => now);
  const seenThen = events.map((it, seq) => {
    now = times[seq] ?? 0;
    take(early, [it]);
    point(early, seq);
    return digest(seen(early));
  });
  const late = start(() => end);
  take(late, events);
  // Forth in leaps and back: moments are reached from both sides.
  const order = events.map((_, seq) => seq).sort((a, b) => ((a * 7919) % events.length) - ((b * 7919) % events.length));
  for (const seq of order) {
    late.request({ kind: "travel", to: { seq } });
    point(late, seq);
    const picture = seen(late);
    if (digest(picture) === seenThen[seq]) continue;
    // Once more from the beginning, to say what differs.
    const again = start(() => times[seq] ?? 0);
    take(again, events.slice(0, seq + 1));
    point(again, seq);
    expect(picture, `after event ${seq}`).toEqual(seen(again));
    throw new Error(`after event ${seq}: as from the beginning, but not as one that saw it come`);
  }
}

test("every moment of a recorded run looks as it looked to who had seen no further", () => {
  const run = String((golden[0]?.payload as Record<string, unknown>)["run_id"]);
  compareAll(golden, run);
}, 120_000);

test("so does every moment under a query", () => {
  const run = String((golden[0]?.payload as Record<string, unknown>)["run_id"]);
  compareAll(golden.slice(0, 60), run, "type:llm -agent_class:planner dur<100s");
});

test("and of runs at random: parents late, ends before starts, failures, retries, runs in between", () => {
  for (let seed = 1; seed <= 6; seed += 1) compareAll(randomRun(seed, 60), RUN);
});

test("a moment stays as it is while the run goes on behind it", () => {
  const events = randomRun(11, 80);
  const session = viewer(() => Date.UTC(2030, 0), RUN);
  take(session, events.slice(0, 40));
  session.request({ kind: "travel", to: { seq: 25 } });
  const before = seen(session);
  take(session, events.slice(40));
  expect(seen(session)).toEqual(before);
  expect(session.snapshot().moment).toMatchObject({ kind: "past", seq: 25, behind: 54 });
  session.request({ kind: "travel", to: "live" });
  expect(session.snapshot().moment).toMatchObject({ kind: "live", seq: 79, behind: 0 });
});

test("what was let go of still counts in the past", () => {
  const session = new Session(() => Date.UTC(2030, 0), { rows: 64, bytes: 1e9 });
  session.request({ kind: "scope", scope: { kind: "run", id: RUN } });
  take(session, [started("run_started", "r")]);
  for (let i = 0; i < 200; i += 1) {
    take(session, [started("llm_call_started", `c${i}`, "r"), finished("llm_call_completed", `c${i}`, "r", { cost_estimate: 0.1, token_usage: { total_tokens: 10 } })]);
  }
  session.request({ kind: "travel", to: { seq: 380 } });
  const { header, tree } = session.snapshot();
  expect(header).toMatchObject({ events: 381, tokens: 1900, llmCalls: 190 });
  expect(header.cost).toBeCloseTo(19, 9);
  expect(tree.rows[0]).toMatchObject({ label: "run", tokens: 1900, below: 190 });
  session.request({ kind: "travel", to: { seq: 0 } });
  expect(session.snapshot().moment.seq).toBeGreaterThan(0);
});

test("steps go by events of the shown run, and playing comes to the present", () => {
  let now = Date.UTC(2030, 0);
  const session = viewer(() => now, RUN);
  take(session, [started("run_started", "r"), event("run_started", { run_id: "other", span_id: "o" }), started("step_started", "a", "r"), finished("step_finished", "a", "r")]);
  session.request({ kind: "step", by: -1 });
  expect(session.snapshot().moment).toMatchObject({ kind: "past", seq: 2 });
  session.request({ kind: "step", by: -1 });
  expect(session.snapshot().moment).toMatchObject({ seq: 0 });
  expect(session.snapshot().now.paths.map(({ label }) => label)).toEqual(["run"]);
  session.request({ kind: "play", speed: 2 });
  now += 1100;
  session.work(() => false);
  expect(session.snapshot().moment).toMatchObject({ seq: 2, speed: 2 });
  expect(session.snapshot().now.paths.map(({ label, path }) => [label, path.length])).toEqual([["step", 2]]);
  now += 5000;
  session.work(() => false);
  expect(session.snapshot().moment).toMatchObject({ kind: "live", speed: 0 });
});

/** A run of calls in and out of each other, with everything that careless producers do. */
function randomRun(seed: number, count: number): WireEvent[] {
  let state = seed * 2654435761;
  const random = (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) >>> 0;
    return state % below;
  };
  const spans = ["s0"];
  const events: WireEvent[] = [];
  const kinds = [["step_started", "step_finished"], ["llm_call_started", "llm_call_completed"], ["tool_invoked", "tool_returned"], ["my_work_started", "my_work_ended"]] as const;
  for (let i = 0; i < count; i += 1) {
    const span = `s${random(count / 3)}`;
    const parent = random(4) === 0 ? "" : `s${random(count / 3)}`;
    const [begin = "", end = ""] = kinds[random(kinds.length)] ?? [];
    const node = { node_id: `n${random(4)}` };
    const args = { tool_name: "t", args_hash: `h${random(2)}`, agent_class: `A${random(2)}`, prompt_hash: `p${random(2)}`, model: "m" };
    const usage = { token_usage: { prompt_tokens: random(50), completion_tokens: random(20), total_tokens: random(70) }, cost_estimate: random(1000) / 7e5 };
    const outcome = random(3) === 0 ? { outcome: "error", error: `boom ${random(3)}` } : {};
    if (!spans.includes(span)) spans.push(span);
    switch (random(6)) {
      case 0:
        events.push(event("node_created", { run_id: RUN, ...node, nid: node.node_id === "n0" ? "1" : `1.${node.node_id.slice(1)}`, status: "NOT_READY", parents: random(2) ? ["n1"] : [], task_goal: `goal ${random(9)}` }));
        break;
      case 1:
        events.push(event("node_status_change", { run_id: RUN, ...node, old_status: "READY", new_status: ["DOING", "FINISH", "FAILED", "READY"][random(4)] ?? "", layer: 1 }));
        break;
      case 2:
        events.push(random(2) ? event("note", { run_id: "elsewhere" }) : event("broke", { run_id: RUN, parent_id: span, error: "by itself" }));
        break;
      case 3:
        events.push(finished(end, span, parent, { ...node, ...args, ...usage, ...outcome, duration: random(900) / 1000 }));
        break;
      default:
        events.push(started(begin, span, parent, { ...node, ...args }));
    }
  }
  return events;
}

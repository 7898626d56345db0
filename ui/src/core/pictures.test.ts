import { beforeEach, expect, test } from "vitest";
import { event, feed, finished, line, RUN, started } from "./fixtures";
import type { Snapshot } from "./messages";
import type { WireEvent } from "./protocol";
import { Session } from "./session";

let session: Session;
let now: number;
let at: number;

beforeEach(() => {
  at = Date.UTC(2026, 10, 22, 13, 0, 0);
  now = at + 100_000;
  session = new Session(() => now);
  session.request({ kind: "timeline", window: { from: Number.NaN, to: Number.NaN, width: 1000, firstLane: 0, lanes: 100, buckets: 10 } });
});

/** Feeds events, each so many seconds after the first. */
function tell(...events: readonly (readonly [second: number, it: WireEvent])[]): void {
  for (const [second, it] of events) feed(session, line({ ...it, ts: new Date(at + second * 1000).toISOString() }));
}

function look(): Snapshot {
  session.request({ kind: "show", pictures: ["graph", "timeline", "statistics"] });
  session.work(() => false);
  return session.snapshot();
}

function created(id: string, nid: string, parents: readonly string[] = [], outer?: string): WireEvent {
  return event("node_created", { run_id: RUN, node_id: id, nid, status: "NOT_READY", parents, node_type: "PLAN_NODE", task_type: "write", task_goal: `do ${nid}`, layer: nid.split(".").length - 1, ...(outer ? { outer_node_id: outer } : {}) });
}

function becomes(id: string, from: string, to: string): WireEvent {
  return event("node_status_change", { run_id: RUN, node_id: id, old_status: from, new_status: to });
}

test("the graph knows what lies in what, what waits for what, and adds up from the inside", () => {
  tell([0, started("run_started", "r")], [0, created("root", "0")], [1, created("b", "2", ["a"], "root")], [1, created("a", "1", [], "root")], [1, created("a1", "1.1", [])]);
  tell([2, becomes("a", "NOT_READY", "DOING")], [2, started("step_started", "s", "r", { node_id: "a1", action_name: "execute" })]);
  tell([3, finished("llm_call_completed", "l", "s", { node_id: "a1", token_usage: { total_tokens: 50 }, cost_estimate: 0.5 })]);
  const graph = look().graph;
  expect(graph?.nodes.map(({ id, name, outer }) => [id, name, outer])).toEqual([["root", "0", ""], ["b", "2", "root"], ["a", "1", "root"], ["a1", "1.1", "a"]]);
  const [root, b, a, a1] = graph?.nodes ?? [];
  expect([root?.tokens, a?.tokens, a1?.tokens, b?.tokens]).toEqual([50, 50, 50, 0]);
  expect(root?.cost).toBe(0.5);
  expect(b).toMatchObject({ dependencies: ["a"], waitsFor: ["a"], status: "NOT_READY", goal: "do 2" });
  expect(a1).toMatchObject({ action: "execute", span: `${RUN}/s`, isOpen: true });
});

test("a node that waits says for whom, by the longest way, and how long it was in each status", () => {
  tell([0, started("run_started", "r")], [0, created("a", "1")], [0, created("b", "2", ["a"])], [0, created("c", "3", ["a", "b"])]);
  tell([2, becomes("a", "NOT_READY", "READY")], [5, becomes("a", "READY", "DOING")]);
  session.request({ kind: "select", target: { kind: "node", id: "c" } });
  const { details, selection } = look();
  expect(selection.node).toBe("c");
  expect(details?.waiting?.on.map(({ name, status }) => [name, status])).toEqual([["1", "DOING"], ["2", "NOT_READY"]]);
  expect(details?.waiting?.chain.map(({ name }) => name)).toEqual(["3", "2", "1"]);
  session.request({ kind: "select", target: { kind: "node", id: "a" } });
  expect(look().details?.strip.map(({ status, from, to }) => [status, (from - at) / 1000, (to - at) / 1000])).toEqual([["NOT_READY", 0, 2], ["READY", 2, 5], ["DOING", 5, Number.NaN]]);
  tell([9, becomes("a", "DOING", "FINISH")], [9, becomes("b", "NOT_READY", "FINISH")]);
  session.request({ kind: "select", target: { kind: "node", id: "c" } });
  expect(look().details?.waiting).toBeNull();
  expect(look().header).toMatchObject({ nodesKnown: 3, nodesSettled: 2 });
});

test("a run without nodes is a graph of its calls", () => {
  tell([0, started("run_started", "r", "", { name: "demo" })], [1, started("my_work_started", "a", "r")], [2, finished("tool_returned", "t", "a", { tool_name: "grep" })]);
  expect(look().graph).toMatchObject({ source: "calls", more: 0, nodes: [{ name: "demo", outer: "", isOpen: true }, { outer: `${RUN}/r`, layer: 1 }, { name: "grep", outer: `${RUN}/a`, isOpen: false }] });
});

test("a lane tells own work, waiting and a model's answer apart", () => {
  tell([0, started("step_started", "s")], [2, started("llm_call_started", "l", "s")], [5, finished("llm_call_completed", "l", "s")], [6, started("my_work_started", "w", "s")], [8, finished("my_work_ended", "w", "s")], [10, finished("step_finished", "s", "", { duration: 10 })]);
  const timeline = look().timeline;
  expect(timeline).toMatchObject({ lanes: 3, first: 0 });
  const bars = (index: number) => timeline?.rows[index]?.bars.map(({ kind, from, to }) => [kind, (from - at) / 1000, (to - at) / 1000]);
  expect(bars(0)).toEqual([["own", 0, 2], ["llm", 2, 5], ["own", 5, 6], ["waiting", 6, 8], ["own", 8, 10]]);
  expect(bars(1)).toEqual([["llm", 2, 5]]);
  expect(timeline?.density.reduce((sum, count) => sum + count, 0)).toBe(6);
  session.request({ kind: "timeline", window: { from: at + 3000, to: at + 4000, width: 1000, firstLane: 0, lanes: 100, buckets: 0 } });
  expect(look().timeline?.rows.map(({ bars: inside }) => inside.map(({ kind }) => kind))).toEqual([["llm"], ["llm"], []]);
});

test("a hundred thousand calls in one lane are no more bars than there are pixels", () => {
  tell([0, started("run_started", "r")]);
  for (let i = 0; i < 5000; i += 1) tell([i * 0.01, finished("llm_call_completed", `c${i}`, "r", { duration: 0.004 })]);
  session.request({ kind: "timeline", window: { from: Number.NaN, to: Number.NaN, width: 200, firstLane: 0, lanes: 1, buckets: 5 } });
  expect(look().timeline?.rows[0]?.bars.length).toBeLessThanOrEqual(200);
});

test("what runs now is told with the way that leads there, several at a time", () => {
  session.connected({ phase: "live", bridge: "b", stream: "s", log: "redis" });
  now = at;
  tell([0, started("run_started", "r", "", { name: "demo" })], [1, started("step_started", "a", "r", { step: 1 })], [2, started("tool_invoked", "t", "a", { tool_name: "grep", args_preview: "x" })], [3, started("step_started", "b", "r", { step: 2 })]);
  expect(look().now.paths.map(({ path, detail }) => [path.map(({ label }) => label).join(" › "), detail])).toEqual([["demo › step 1 › grep", "x"], ["demo › step 2", ""]]);
  tell([4, finished("tool_returned", "t", "a", { tool_name: "grep" })]);
  expect(look().now.paths.map(({ path }) => path.length)).toEqual([2, 2]);
});

test("attempts fold into the call that followed them, and unfold", () => {
  const call = (span: string, second: number, more: Record<string, unknown>) =>
    tell([second, started("tool_invoked", span, "r", { tool_name: "get", args_hash: "h" })], [second + 1, finished("tool_returned", span, "r", { tool_name: "get", args_hash: "h", ...more })]);
  tell([0, started("run_started", "r")]);
  call("x", 1, { outcome: "error", error: "429" });
  call("y", 3, { outcome: "error", error: "429 again" });
  call("z", 5, {});
  tell([7, started("tool_invoked", "other", "r", { tool_name: "get", args_hash: "another" })]);
  expect(look().tree.rows.map(({ key, retries, repeats }) => [key.split("/")[1], retries, repeats])).toEqual([["r", 0, 0], ["z", 2, 3], ["other", 0, 0]]);
  session.request({ kind: "toggle", key: `retries:${RUN}/z` });
  expect(look().tree.rows.map(({ key }) => key.split("/")[1])).toEqual(["r", "x", "y", "z", "other"]);
  session.request({ kind: "select", target: { kind: "span", key: `${RUN}/x` } });
  const { details } = look();
  expect(details?.retry).toMatchObject({ succeeded: true, attempts: [{ status: "error" }, { status: "error" }, { status: "ok" }] });
  expect(details?.repeat).toMatchObject({ subject: "get", count: 3 });
  expect(details?.repeat?.calls).toHaveLength(3);
});

test("statistics tell of each tool and model, first tokens included, and outlive their rows", () => {
  const small = new Session(() => now, { rows: 64, bytes: 1e9 });
  session = small;
  tell([0, started("run_started", "r")]);
  for (let i = 1; i <= 100; i += 1) {
    tell([i, finished("llm_call_completed", `l${i}`, "r", { model: "m", duration: i / 10, time_to_first: 0.5, cost_estimate: 0.01, token_usage: { total_tokens: 10 } })]);
    tell([i, finished("tool_returned", `t${i}`, "r", { tool_name: "get", duration: 0.1, ...(i % 10 === 0 ? { outcome: "error", error: "x" } : {}) })]);
  }
  tell([101, started("tool_invoked", "open", "r", { tool_name: "get" })]);
  const { statistics, header } = look();
  expect(small.store.rows.firstSeq).toBeGreaterThan(0);
  const [model, tool] = statistics ?? [];
  expect(model).toMatchObject({ kind: "llm", subject: "m", calls: 100, failures: 0, max: 10, tokens: 1000 });
  expect((model?.p50 ?? 0) / 5).toBeCloseTo(1, 0);
  expect((model?.firstToken ?? 0) / 0.5).toBeCloseTo(1, 0);
  expect(tool).toMatchObject({ kind: "tool", subject: "get", calls: 101, failures: 10, open: 1 });
  expect(header.cost).toBeCloseTo(1, 9);
});

test("burn is what the last minute cost, or what a younger run makes of a minute", () => {
  tell([0, started("run_started", "r")]);
  for (let i = 0; i < 10; i += 1) tell([i + 20, finished("llm_call_completed", `l${i}`, "r", { cost_estimate: 0.1, token_usage: { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 } })]);
  session.connected({ phase: "live", bridge: "b", stream: "s", log: "redis" });
  now = at + 30_000;
  const { header } = look();
  expect(header).toMatchObject({ tokensIn: 200, tokensOut: 100, tokens: 300 });
  expect(header.costPerMinute).toBeCloseTo(2, 6);
  expect(header.tokensPerMinute).toBeCloseTo(600, 6);
  expect(header.spark.reduce((sum, it) => sum + it, 0)).toBeCloseTo(1, 6);
});

test("texts of a call are told by their role, thoughts apart from the answer", () => {
  tell([0, started("llm_call_started", "l", "", { prompt_preview: "What is…" })], [1, finished("llm_call_completed", "l", "", { prompt_preview: "What is…", truncated_result: "<think>hm</think>\n**It** is", truncated: true })]);
  session.request({ kind: "select", target: { kind: "row", seq: 0 } });
  expect(look().details?.messages.map(({ role, text, truncated }) => [role, text, truncated])).toEqual([["prompt", "What is…", true], ["thoughts", "hm", false], ["answer", "**It** is", true]]);
  tell([2, event("chat", { messages: [{ role: "system", content: "be" }, { role: "user", content: [{ text: "a" }, { text: "b" }] }] })]);
  session.request({ kind: "select", target: { kind: "row", seq: 2 } });
  expect(look().details?.messages.map(({ role, text }) => [role, text])).toEqual([["system", "be"], ["prompt", "a\n\nb"]]);
});

import { expect, test } from "vitest";
import { LogClock } from "./clock";
import { event, finished, put, RUN, started } from "./fixtures";
import { Lens } from "./lens";
import { runStatus } from "./runs";
import { Store } from "./store";
import { TreeView, type TreeNode } from "./tree";

function linesOf(store: Store, tree = new TreeView(), frozenAt?: number): readonly TreeNode[] {
  return tree.layOut(new Lens(store, clock(), undefined, frozenAt), [...store.runs.all()], false, 0);
}

function outline(store: Store): string[] {
  return linesOf(store).map((node) => (node.kind === "span" ? `${"  ".repeat(node.depth)}${node.span.id} ${node.span.outcome || "open"}` : node.run.id));
}

const clock = (): LogClock => {
  const it = new LogClock(() => Date.UTC(2026, 10, 22, 13, 0, 0));
  it.setLive(true);
  return it;
};

test("spans stand under their parents in the order they began", () => {
  const store = new Store();
  put(store, started("run_started", "r"));
  put(store, started("step_started", "a", "r"));
  put(store, started("llm_call_started", "a1", "a"));
  put(store, started("step_started", "b", "r"));
  put(store, finished("llm_call_completed", "a1", "a"));
  expect(outline(store)).toEqual(["r open", "  a open", "    a1 ok", "  b open"]);
});

test("a child that comes before its parent moves under it, with what it counted", () => {
  const store = new Store();
  put(store, finished("llm_call_completed", "a1", "a", { outcome: "error", error: "boom", cost_estimate: 1 }));
  expect(outline(store)).toEqual(["a1 error"]);
  put(store, started("step_started", "a"));
  expect(outline(store)).toEqual(["a open", "  a1 error"]);
  expect(store.spans.get(RUN, "a")).toMatchObject({ sums: { errors: 1, nanos: 1e9, below: 1 } });
  expect(store.runs.get(RUN)).toMatchObject({ openRoots: 1, sums: { openSpans: 1, errors: 1 } });
});

test("a finish without a start is a span of its own", () => {
  const store = new Store();
  put(store, finished("search_completed", "q", "", { query_terms: ["a", "b"] }));
  expect(outline(store)).toEqual(["q ok"]);
  const span = store.spans.get(RUN, "q");
  expect(span?.label).toBe("search");
  expect(span && store.detailOf(span)).toBe("a, b");
});

test("steps that nobody named go by their numbers", () => {
  const store = new Store();
  put(store, started("step_started", "a", "", { step: 1 }));
  put(store, started("step_started", "b", "", { step: 2, action_name: "plan" }));
  expect([...(store.runs.get(RUN)?.roots ?? [])].map(({ label }) => label)).toEqual(["step 1", "plan"]);
});

test("producers whose parents form a ring break nothing", () => {
  const store = new Store();
  put(store, started("a", "x", "y"));
  put(store, started("a", "y", "x"));
  put(store, started("a", "z", "z"));
  expect(outline(store).map((text) => text.trim().split(" ")[0]).toSorted()).toEqual(["x", "y", "z"]);
});

test("an error counts once, where it began, however far it travels", () => {
  const store = new Store();
  put(store, started("run_started", "r"));
  put(store, started("step_started", "a", "r"));
  put(store, finished("llm_call_completed", "a1", "a", { outcome: "error", error: "429" }));
  put(store, finished("step_finished", "a", "r", { outcome: "error", error: "step failed", error_chain: ["step failed", "429"] }));
  put(store, finished("run_finished", "r", "", { outcome: "error", error: "no plan" }));
  expect(store.spans.get(RUN, "a1")?.ownError).toBe(true);
  expect(store.spans.get(RUN, "a")?.ownError).toBe(false);
  expect(store.spans.get(RUN, "r")?.ownError).toBe(true);
  expect(store.runs.get(RUN)?.sums.errors).toBe(2);
  expect(store.intake.errors).toBe(2);
});

test("a run's status is the outcome of its root", () => {
  const store = new Store();
  put(store, started("run_started", "r"));
  const run = store.runs.get(RUN);
  if (!run) throw new Error("the run is missing");
  expect(runStatus(run, clock())).toBe("running");
  put(store, finished("step_finished", "a", "r", { outcome: "error", error: "x" }));
  put(store, finished("run_finished", "r", "", { outcome: "cancelled" }));
  expect(runStatus(run, clock())).toBe("cancelled");
});

test("a run of point events has no status", () => {
  const store = new Store();
  put(store, event("note", { run_id: RUN }));
  const run = store.runs.get(RUN);
  expect(run && runStatus(run, clock())).toBe("");
});

test("ten thousand levels are laid out", () => {
  const store = new Store();
  for (let i = 0; i < 10_000; i += 1) put(store, started("s", `${i}`, i === 0 ? "" : `${i - 1}`));
  expect(outline(store)).toHaveLength(10_000);
});

test("a closed branch leaves out what is below, and opens for a span inside it", () => {
  const store = new Store();
  put(store, started("run_started", "r"));
  put(store, started("step_started", "a", "r"));
  put(store, started("llm_call_started", "a1", "a"));
  const tree = new TreeView();
  const lines = () => linesOf(store, tree).length;
  tree.toggle(`${RUN}/r`);
  expect(lines()).toBe(1);
  const inner = store.spans.get(RUN, "a1");
  if (inner) tree.reveal(inner);
  expect(lines()).toBe(3);
});

test("a tree frozen in the past shows no later span", () => {
  const store = new Store();
  put(store, started("run_started", "r"));
  const frozenAt = store.rows.nextSeq - 1;
  put(store, started("step_started", "a", "r"));
  expect(linesOf(store, undefined, frozenAt)).toHaveLength(1);
});

import { expect, test } from "vitest";
import { summarize } from "./summary";

test("a plan is told by its tasks", () => {
  const plan = (value: unknown) => summarize("plan_received", { run_id: "r", node_id: "n", plan: value });
  expect(plan([])).toBe("no tasks");
  expect(plan([{ goal: "find" }])).toBe("1 task: find");
  expect(plan([{ goal: "find", id: 1 }, { task_goal: "compare" }, "write"])).toBe("3 tasks: find; compare; write");
  expect(plan(Array.from({ length: 40 }, (_, i) => ({ goal: `goal ${i} ${"long ".repeat(20)}` })))).toMatch(/^40 tasks: goal 0 .{100,230}…$/);
  expect(plan("as text")).toBe("as text");
});

test("a payload with fields of its own is never an empty line", () => {
  expect(summarize("mine", { run_id: "r", span_id: "s", function: "f", list: [], text: "" })).toBe("list=(empty) · text=(empty)");
  expect(summarize("mine", { run_id: "r", node_id: "n7" })).toBe("node_id=n7");
  expect(summarize("tool_invoked", { tool_name: "search", args_hash: "sha256:0" })).toBe("args_hash=sha256:0");
  expect(summarize("mine", { nested: [{ a: 1 }, { a: 2 }] })).toBe("nested=[2 items]");
  expect(summarize("mine", { run_id: "r", span_id: "s", outcome: "ok", duration: 1 })).toBe("");
});

test("a step that nobody named goes by its number", () => {
  expect(summarize("step_started", { step: 3, node_id: "greeting", root_id: "0" })).toBe("step 3");
  expect(summarize("step_started", { step: 3, action_name: null, goal: "" })).toBe("step 3");
  expect(summarize("step_started", { step: 3, action_name: "plan" })).toBe("plan");
  expect(summarize("step_finished", { step: 3, error: "boom" })).toBe("boom · step 3");
});

test("an answer is told without the thoughts before it", () => {
  const answer = (truncated_result: string) => summarize("llm_call_completed", { truncated_result });
  expect(answer("<think>\nhm, 1858?\n</think>\n\nThe first cable")).toBe("The first cable");
  expect(answer("<think>hm, 1858? It was")).toBe("hm, 1858? It was");
  expect(answer("<think>only thoughts</think>")).toBe("only thoughts");
  expect(answer("the tag <think> is shown")).toBe("the tag <think> is shown");
});

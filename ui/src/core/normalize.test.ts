import { expect, test } from "vitest";
import { normalize } from "./normalize";

test("an alias takes its canonical name", () => {
  expect(normalize("llm_call_completed", { tokens: 12, extract: "so" })).toEqual({ token_usage: { total_tokens: 12 }, truncated_result: "so" });
});

test("an alias never overwrites what is there", () => {
  const payload = { node: "a", node_id: "b", tokens: 1, token_usage: { total_tokens: 2 } };
  expect(normalize("llm_call_completed", payload)).toEqual(payload);
});

test("an alias means nothing in other types", () => {
  expect(normalize("my_type", { node: "a", tokens: 1 })).toEqual({ node: "a", tokens: 1 });
});

test("a tool's state tells its success", () => {
  expect(normalize("tool_returned", { state: "SUCCESS" })).toEqual({ state: "SUCCESS", success: true });
  expect(normalize("tool_returned", { state: "API_ERROR", success: true })).toEqual({ state: "API_ERROR", success: true });
});

test("the payload given is left as it was", () => {
  const payload = Object.freeze({ node: "a" });
  expect(normalize("step_started", payload)).toEqual({ node_id: "a" });
});

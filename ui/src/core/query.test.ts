import { expect, test } from "vitest";
import { parseQuery } from "./query";

const one = (query: string) => parseQuery(query)[0];

test("words, phrases, pairs and their opposites are told apart, and where each stands", () => {
  expect(parseQuery('rate "too many" type:llm,tool -status:ok dur>1.5s').map(({ from, to, negated, test }) => [from, to, negated, test])).toEqual([
    [0, 4, false, { kind: "text", text: "rate" }],
    [5, 15, false, { kind: "text", text: "too many" }],
    [16, 29, false, { kind: "is", key: "type", values: ["llm", "tool"] }],
    [30, 40, true, { kind: "is", key: "status", values: ["ok"] }],
    [41, 49, false, { kind: "number", key: "dur", compare: ">", value: 1.5 }],
  ]);
});

test("units are understood, and so are other words for a key", () => {
  expect(one("duration<300ms")?.test).toEqual({ kind: "number", key: "dur", compare: "<", value: 0.3 });
  expect(one("dur>=2m")?.test).toMatchObject({ compare: ">=", value: 120 });
  expect(one("dur:>2s")?.test).toMatchObject({ compare: ">", value: 2 });
  expect(one("cost>$0.01")?.test).toMatchObject({ key: "cost", value: 0.01 });
  expect(one("size>10kb")?.test).toMatchObject({ key: "size", value: 10_000 });
});

test("any other key is a field of the payload, an address is text, and so is a number with a minus", () => {
  expect(one("agent_class:Planner")?.test).toEqual({ kind: "field", name: "agent_class", compare: ":", value: "planner" });
  expect(one("page_count>3")?.test).toMatchObject({ kind: "field", compare: ">", value: "3" });
  expect(one("http://host:1/x")?.test).toEqual({ kind: "text", text: "http://host:1/x" });
  expect(one("-5")).toMatchObject({ negated: false, test: { kind: "text", text: "-5" } });
  expect(one('name:"two words"')?.test).toMatchObject({ kind: "field", value: "two words" });
});

test("nonsense says what is wrong with it and what to write, and hides nothing", () => {
  const errors = ["dur>soon", "dur>2parsecs", "stauts:error", "typ:llm", "type>5", "status:", "tokens>"].map((query) => one(query));
  expect(errors.every((part) => part?.test === null)).toBe(true);
  expect(errors.map((part) => part?.error)).toEqual([
    "soon is no number. Write for example dur>2s, dur<300ms.",
    "parsecs is no unit of dur. Write for example dur>2s, dur<300ms.",
    "There is no key stauts. Did you mean status:error? Keys: type, status, node, tool, model, outcome, run, span, dur, tokens, cost, size; any other is a field of the payload.",
    "There is no key typ. Did you mean type:llm? Keys: type, status, node, tool, model, outcome, run, span, dur, tokens, cost, size; any other is a field of the payload.",
    "type is a name, not a number: write type:5.",
    "status: has no value yet. Write for example status:error.",
    "tokens> has no value yet. Write for example tokens>1000.",
  ]);
});

import { expect, test } from "vitest";
import { readPlace, START, writePlace, type Place } from "./place";

const EVERYTHING: Place = {
  scope: { kind: "run", id: "7fb4/1 c" }, view: "graph", query: 'type:tool "a & b" dur>2s -50%+', at: 1_795_719_271_318, node: "3.2.1", span: "ae94", event: "1795719271318-0",
};

test("an address says everything that is on screen, and reading it gives that back", () => {
  expect(readPlace(writePlace(EVERYTHING))).toEqual(EVERYTHING);
  for (const scope of [{ kind: "auto" }, { kind: "all" }, { kind: "none" }] as const) {
    expect(readPlace(writePlace({ ...START, scope }))).toEqual({ ...START, scope });
  }
});

test("an address stays short and can be read", () => {
  expect(writePlace(START)).toBe("#/");
  expect(writePlace({ ...START, scope: { kind: "run", id: "7fb4" }, query: "type:tool dur>2s", view: "events" })).toBe("#/r/7fb4?q=type:tool+dur>2s&v=events");
});

test("what an address says wrongly is as if it were not there", () => {
  for (const hash of ["", "#", "#/", "#/r/", "#/unknown", "#/?v=map&t=yesterday", "#?&&="]) expect(readPlace(hash)).toEqual(START);
  expect(readPlace("#/r/%E0%A4%A")).toMatchObject({ scope: { kind: "run", id: "%E0%A4%A" } });
});

import { expect, test } from "vitest";
import { layOutGraph } from "../../core/graph-layout";
import { edgePaths, withoutDetours } from "./edges";

test("a dependency that follows from others is not drawn, and no other is left out", () => {
  const edges = [{ from: "1", to: "2" }, { from: "2", to: "3" }, { from: "1", to: "3" }, { from: "3", to: "4" }, { from: "1", to: "4" }, { from: "0", to: "4" }];
  expect(withoutDetours(edges)).toEqual([{ from: "1", to: "2" }, { from: "2", to: "3" }, { from: "3", to: "4" }, { from: "0", to: "4" }]);
});

test("a ring of dependencies loses no task its last line", () => {
  const ring = [{ from: "a", to: "b" }, { from: "b", to: "a" }];
  expect(withoutDetours(ring)).toEqual(ring);
});

test("a line leads from the right of one box to the left of the other", () => {
  const { boxes, edges } = layOutGraph([{ id: "a", outer: "", parents: [] }, { id: "b", outer: "", parents: ["a"] }]);
  const [a, b] = [boxes.get("a"), boxes.get("b")];
  if (!a || !b) throw new Error("no boxes");
  const { lines, heads } = edgePaths(edges, boxes);
  expect(lines.startsWith(`M${a.x + a.width} ${a.y + a.height / 2}C`)).toBe(true);
  expect(heads.startsWith(`M${b.x} ${b.y + b.height / 2}`)).toBe(true);
});

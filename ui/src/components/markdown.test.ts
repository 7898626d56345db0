import { expect, test } from "vitest";
import { blocksOf } from "./markdown";

test("headings, lists, code, quotes and rules are blocks, everything else is a paragraph", () => {
  const text = "# Title #\nOne line\nand another\n\n- a\n- b\n  goes on\n\n3. three\n4. four\n> said\n> twice\n```rust\nfn main() {}\n# no heading\n```\n---\nlast";
  expect(blocksOf(text)).toEqual([
    { kind: "heading", level: 1, text: "Title" },
    { kind: "paragraph", text: "One line\nand another" },
    { kind: "list", ordered: false, start: 1, items: ["a", "b\ngoes on"] },
    { kind: "list", ordered: true, start: 3, items: ["three", "four"] },
    { kind: "quote", text: "said\ntwice" },
    { kind: "code", text: "fn main() {}\n# no heading" },
    { kind: "rule" },
    { kind: "paragraph", text: "last" },
  ]);
});

test("HTML is text like any other, and a fence that nobody closes ends with the text", () => {
  expect(blocksOf("<script>alert(1)</script>")).toEqual([{ kind: "paragraph", text: "<script>alert(1)</script>" }]);
  expect(blocksOf("```\nopen")).toEqual([{ kind: "code", text: "open" }]);
});

test("nothing of a text is lost, whatever it is made of", () => {
  const pieces = ["word", "# h", "- a", "1. b", "> q", "```", "", "  indented", "***", "|t|"];
  for (let seed = 1; seed < 300; seed += 1) {
    const lines = Array.from({ length: 12 }, (_, i) => `${pieces[(seed * (i + 3) * 7 + i * seed) % pieces.length]}${seed % 3 === 0 && !pieces[(seed * (i + 3) * 7 + i * seed) % pieces.length]?.startsWith("`") ? ` x${i}` : ""}`);
    const said = JSON.stringify(blocksOf(lines.join("\n")));
    for (const word of lines.join(" ").match(/word|x\d+|indented/g) ?? []) expect(said).toContain(word);
  }
});

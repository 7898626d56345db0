import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

const root = import.meta.dirname;
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => ({ path: relative(root, join(entry.parentPath, entry.name)), text: readFileSync(join(entry.parentPath, entry.name), "utf8") }));
const product = files.filter(({ path }) => !path.endsWith(".test.ts"));

test("text is only ever set as text", () => {
  const dangerous = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML|\beval\(|new Function|srcdoc|createContextualFragment/;
  expect(product.filter(({ text }) => dangerous.test(text)).map(({ path }) => path)).toEqual([]);
});

test("the core knows no view and no framework", () => {
  const foreign = /from "(preact|@preact|\.\.\/(views|components|worker))/;
  const core = product.filter(({ path }) => path.startsWith("core"));
  expect(core.length).toBeGreaterThan(10);
  expect(core.filter(({ text }) => foreign.test(text)).map(({ path }) => path)).toEqual([]);
});

test("components know no view", () => {
  const parts = product.filter(({ path }) => path.startsWith("components"));
  expect(parts.filter(({ text }) => /from "\.\.\/(views|worker)/.test(text)).map(({ path }) => path)).toEqual([]);
});

test("every file says what it owns", () => {
  const silent = product.filter(({ text }) => !/^\/\/ (Owns|Builders|Generated)/.test(text));
  expect(silent.map(({ path }) => path)).toEqual([]);
});

test("the page asks no other host for anything", () => {
  expect(product.filter(({ text }) => /https?:\/\/(?!127\.0\.0\.1|localhost)[a-z]/.test(text)).map(({ path }) => path)).toEqual([]);
});

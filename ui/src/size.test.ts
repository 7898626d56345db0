import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

test("the page's script is small enough to be there at once", () => {
  const dist = join(import.meta.dirname, "../dist");
  const bytes = ["app.js", "worker.js"].map((file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length);
  expect(bytes.reduce((sum, it) => sum + it, 0)).toBeLessThanOrEqual(80 * 1024);
});

import { defineConfig } from "vitest/config";

// Measured, not tested: `cargo xtask bench ui` runs this and prints what it wrote.
export default defineConfig({
  test: { include: ["bench/**/*.bench.ts"], environment: "node", fileParallelism: false, testTimeout: 3_600_000, hookTimeout: 120_000 },
});

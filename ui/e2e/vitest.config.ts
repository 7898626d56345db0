import { defineConfig } from "vitest/config";

// Real parts: redis-server, the bridge binary, a browser. One file at a time, for they share a machine.
export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // As long as `until` waits.
    expect: { poll: { timeout: 30_000, interval: 25 } },
  },
});

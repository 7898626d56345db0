import { defineConfig } from "vitest/config";

// Not a test: `npm run pictures` takes the pictures of the README with what the tests are made of.
export default defineConfig({ test: { include: ["e2e/pictures/take.ts"], environment: "node", testTimeout: 240_000, hookTimeout: 60_000 } });

import { defineConfig } from "vitest/config";

// The output is committed and embedded in a Rust binary, so it must be the same bytes on every machine:
// stable names, no hashes, no source maps, no absolute paths. `cargo xtask dist` checks that.
export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: { entryFileNames: "app.js", chunkFileNames: "[name].js", assetFileNames: assetName, codeSplitting: false },
    },
  },
  worker: {
    format: "es",
    rolldownOptions: { output: { entryFileNames: "worker.js", codeSplitting: false } },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node", testTimeout: 30_000 },
});

// One style sheet, under the name the page and the Rust table know.
function assetName(asset: { names: string[] }): string {
  return asset.names.some((name) => name.endsWith(".css")) ? "app.css" : "[name][extname]";
}

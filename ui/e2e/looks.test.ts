import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { research, Run } from "./agent";
import { faintTexts } from "./contrast";
import { until } from "./deadline";
import { bridge, bridgeForAll, browser } from "./stage";
import { Viewer } from "./viewer";

bridgeForAll(async (redis) => {
  for (let i = 0; i < 12; i += 1) for (const json of research(new Run())) await redis.add(json);
  await redis.add("not json");
});

const SIZES = [
  { width: 320, height: 640 }, { width: 360, height: 740 }, { width: 768, height: 1024 }, { width: 1440, height: 900 }, { width: 3840, height: 2160 },
];
const CASES = SIZES.flatMap((viewport) => (["light", "dark"] as const).map((colorScheme) => ({ viewport, colorScheme, name: `${viewport.width}-${colorScheme}` })));

test.each(CASES)("at $name everything fits, is legible and within the policy", async ({ viewport, colorScheme, name }) => {
  const viewer = await Viewer.open(browser, bridge.url, { viewport, colorScheme });
  await viewer.isLive();
  if (viewport.width <= 1100) await viewer.page.getByRole("tab", { name: "Events" }).click();
  await viewer.shows("step_finished");
  await fits(viewer);
  await viewer.picture(`events-${name}`);
  if (viewport.width <= 1100) await viewer.page.getByRole("tab", { name: "Tree" }).click();
  await viewer.spans("search.web").first().click();
  await viewer.details().getByText("page could not be loaded").first().waitFor();
  await fits(viewer);
  expect(await viewer.page.locator(".details-tabs").evaluate((tabs) => tabs.scrollWidth - tabs.clientWidth)).toBe(0);
  await viewer.picture(`details-${name}`);
  await viewer.page.keyboard.press("Escape");
  await viewer.page.locator(".run-picker > .button").click();
  await fits(viewer);
  await viewer.picture(`runs-${name}`);
  expect(await viewer.close()).toEqual([]);
});

async function fits(viewer: Viewer): Promise<void> {
  const overflow = await viewer.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBe(0);
  expect(await faintTexts(viewer.page)).toEqual([]);
}

test("a chosen theme is kept, and wins over the system's", async () => {
  const viewer = await Viewer.open(browser, bridge.url, { colorScheme: "light" });
  const ground = () => viewer.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await viewer.page.getByRole("button", { name: "Theme: as the system" }).click();
  await viewer.page.getByRole("button", { name: "Theme: light" }).click();
  await viewer.page.getByRole("button", { name: "Theme: dark" }).waitFor();
  const dark = await ground();
  expect(dark).not.toBe(light);
  await viewer.page.reload();
  await until("the theme is dark again", async () => (await ground()) === dark);
  expect(await viewer.close()).toEqual([]);
});

test("a page without storage works all the same", async () => {
  const viewer = await Viewer.open(browser, "about:blank");
  await viewer.page.addInitScript(() => {
    Object.defineProperty(globalThis, "localStorage", { get: () => { throw new DOMException("denied", "SecurityError"); } });
  });
  await viewer.page.goto(bridge.url);
  await viewer.isLive();
  await viewer.page.getByRole("button", { name: "Theme: as the system" }).click();
  await viewer.page.getByRole("button", { name: "Theme: light" }).waitFor();
  expect(await viewer.close()).toEqual([]);
});

test("those who want less motion get none", async () => {
  const viewer = await Viewer.open(browser, bridge.url, { reducedMotion: "reduce" });
  await viewer.shows("step_finished");
  const ring = viewer.spans().locator(".tone-running path").first();
  const [drawn, lasted] = [await ring.getAttribute("d"), await viewer.figure("Run")];
  await expect.poll(() => viewer.figure("Run"), { timeout: 5000 }).not.toBe(lasted);
  expect(await ring.getAttribute("d")).toBe(drawn);
  expect(await viewer.page.evaluate(() => document.getAnimations().length)).toBe(0);
  expect(await viewer.close()).toEqual([]);
});

test("any static server can serve the page for a bridge elsewhere", async () => {
  const server = await serveDist();
  const { port } = server.address() as AddressInfo;
  const viewer = await Viewer.open(browser, `http://127.0.0.1:${port}/?bridge=127.0.0.1:${bridge.port}`);
  await viewer.isLive();
  await viewer.shows("step_finished");
  expect(await viewer.close()).toEqual([]);
  server.close();
});

test("a bridge's address that is none is refused with the form it should have", async () => {
  const viewer = await Viewer.open(browser, `${bridge.url}?bridge=http://x/`);
  await viewer.page.getByText("Expected host:port").waitFor();
  expect(await viewer.close()).toEqual([]);
});

const TYPES: Record<string, string> = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };

function serveDist(): Promise<Server> {
  const dist = join(import.meta.dirname, "../dist");
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    const name = path === "/" ? "index.html" : path.slice(1);
    readFile(join(dist, name)).then(
      (bytes) => response.writeHead(200, { "content-type": TYPES[name.split(".").at(-1) ?? ""] ?? "text/plain" }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

// The page of the guide that this project grew from, unmodified, served from a port of its own: what speaks to the
// guide's bridge speaks to ours.
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { event } from "./agent";
import { Bridge } from "./bridge";
import { until } from "./deadline";
import { Redis } from "./redis";
import { startBrowser } from "./viewer";

/** The port that the guide's page has written into it. */
const GUIDE_PORT = 9999;

let redis: Redis;
let bridge: Bridge;
let pages: Server;
let browser: Browser;

beforeAll(async () => {
  redis = await Redis.start();
  bridge = await Bridge.start(redis.url, {}, GUIDE_PORT);
  const html = await readFile(new URL("fixtures/guide.html", import.meta.url));
  pages = createServer((_, response) => response.setHeader("content-type", "text/html").end(html));
  await new Promise<void>((listening) => pages.listen(0, "127.0.0.1", listening));
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  pages?.close();
  await bridge?.stop();
  await redis?.remove();
});

test("the guide's own page shows our events, newest first", async () => {
  const page = await browser.newPage();
  const connected = page.waitForEvent("websocket").then((socket) => socket.url());
  await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
  expect(await connected).toBe(`ws://127.0.0.1:${GUIDE_PORT}/events`);
  const cells = page.locator("#t tbody tr").first().locator("td");
  // What is added before the page is connected is not shown to it: it starts at the end.
  await until("the page is connected", async () => {
    await redis.add(event("knock", {}));
    return (await cells.count()) === 3;
  });
  await redis.add(event("step_started", { step: 3, node_id: "1.2", root_id: "0" }));
  await until("the newest row is the step", async () => (await cells.nth(1).innerText()) === "step_started");
  await expect.poll(() => cells.nth(0).innerText()).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  await expect.poll(() => cells.nth(2).innerText()).toBe('{"step":3,"node_id":"1.2","root_id":"0"}');
});

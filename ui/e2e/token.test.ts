import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { event } from "./agent";
import { Bridge } from "./bridge";
import { Redis } from "./redis";
import { startBrowser, Viewer } from "./viewer";

const TOKEN = "correct-horse-battery-staple";

let redis: Redis;
let bridge: Bridge;
let browser: Browser;
let viewer: Viewer | undefined;

beforeAll(async () => {
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
});

beforeEach(async () => {
  redis = await Redis.start();
  bridge = await Bridge.start(redis.url, { EVENT_BRIDGE_TOKEN: TOKEN });
  await redis.add(event("guarded", { secret: "of the run" }));
});

afterEach(async () => {
  const faults = await viewer?.close();
  await bridge.stop();
  await redis.remove();
  expect(faults).toEqual([]);
});

test("a page opened with the token enters, and keeps it neither in its address nor where scripts can read it", async () => {
  viewer = await Viewer.open(browser, `${bridge.url}#token=${TOKEN}`);
  await viewer.isLive();
  await viewer.shows("of the run");
  const { page } = viewer;
  expect(page.url()).not.toContain("token");
  await expect.poll(() => page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, history.state]))).not.toMatch(/horse|event-bridge/);
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", secure: false });
  expect(cookie?.value).not.toContain(TOKEN);

  await page.goto(bridge.url);
  await viewer.isLive();
});

test("a page without the token says what it lacks, and enters once it is typed", async () => {
  viewer = await Viewer.open(browser, bridge.url);
  const { page } = viewer;
  await page.getByText(/asks for a token/).waitFor();
  await expect.poll(() => page.getByText("of the run").count()).toBe(0);
  await viewer.picture("locked");
  const field = page.getByLabel("Token of the bridge");
  await field.fill("wrong-horse-battery-staple");
  await field.press("Enter");
  await page.getByText("The bridge does not know this token.").waitFor();
  await field.fill(TOKEN);
  await page.getByRole("button", { name: "Enter" }).click();
  await viewer.isLive();
  await viewer.shows("of the run");
  await expect.poll(() => field.count()).toBe(0);
});

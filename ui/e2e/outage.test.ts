import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { event, Run } from "./agent";
import { Bridge } from "./bridge";
import { until } from "./deadline";
import { Redis } from "./redis";
import { startBrowser, Viewer } from "./viewer";

let redis: Redis;
let bridge: Bridge;
let browser: Browser;
let viewer: Viewer;

beforeAll(async () => {
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
});

beforeEach(async () => {
  redis = await Redis.start();
  bridge = await Bridge.start(redis.url);
  viewer = await Viewer.open(browser, bridge.url, { viewport: { width: 1440, height: 2400 } });
  await viewer.isLive();
});

afterEach(async () => {
  const faults = await viewer.close();
  await bridge.stop();
  await redis.remove();
  expect(faults).toEqual([]);
});

async function add(from: number, to: number): Promise<void> {
  for (let i = from; i < to; i += 1) await redis.add(event("numbered", { number: i }));
}

/** Each number once, the newest on top. */
async function showsEach(count: number): Promise<void> {
  await viewer.shows(`number=${count - 1}`);
  const wanted = Array.from({ length: count }, (_, i) => `number=${count - 1 - i}`);
  expect(await viewer.everyPayload()).toEqual(wanted);
}

test.each(["SIGKILL", "SIGTERM"] as const)("a bridge that ends by %s is waited for, and nothing is missed or shown twice", async (signal) => {
  await add(0, 20);
  await showsEach(20);
  await bridge.stop(signal);
  await viewer.page.getByText(/Reconnecting in \d+ s \(attempt \d+\)/).waitFor();
  await viewer.picture(`bridge-gone-${signal.toLowerCase()}`);
  await add(20, 40);
  await bridge.resume();
  await viewer.isLive();
  await add(40, 50);
  await showsEach(50);
  await expect.poll(() => viewer.page.locator(".notice").count()).toBe(0);
});

test("a Redis that restarts is told apart from a bridge that does, and nothing is missed or shown twice", async () => {
  await add(0, 20);
  await showsEach(20);
  await redis.pause();
  await viewer.page.getByText(/is up, but cannot reach its log/).waitFor();
  await expect.poll(() => viewer.rows().count()).toBe(20);
  await viewer.picture("log-unreachable");
  await redis.resume();
  await viewer.isLive();
  await add(20, 40);
  await showsEach(40);
});

test("bridge and Redis may go together", async () => {
  await add(0, 10);
  await showsEach(10);
  await bridge.stop("SIGKILL");
  await redis.pause();
  await redis.resume();
  await add(10, 20);
  await bridge.resume();
  await viewer.isLive();
  await showsEach(20);
});

test("what Redis trimmed while the page was away is announced with its number", async () => {
  await add(0, 10);
  await showsEach(10);
  await bridge.stop("SIGKILL");
  await add(10, 30);
  await redis.command("XTRIM", "agent_events", "MAXLEN", "5");
  await bridge.resume();
  await viewer.isLive();
  await viewer.shows("number=29");
  await viewer.rows("15 events trimmed before they could be read").waitFor();
  await expect.poll(() => viewer.rows("numbered").count()).toBe(15);
  await viewer.picture("gap");
});

test("a page opened before there is a bridge finds it when it comes", async () => {
  await bridge.stop();
  await viewer.page.getByText(/Reconnecting in/).waitFor();
  await add(0, 3);
  await bridge.resume();
  await viewer.page.reload();
  await showsEach(3);
});

test("a viewer who does not want to wait tries at once", async () => {
  await bridge.stop();
  await viewer.page.getByText(/attempt [3-9]/).waitFor();
  await bridge.resume();
  await until("the page is live again", async () => {
    const button = viewer.page.getByRole("button", { name: "Try now" });
    if (await button.isVisible()) await button.click();
    return (await viewer.page.locator(".dot.live").count()) === 1;
  });
});

test.each(["under the bridge", "while it is away"])("a log that was deleted %s is announced once, whatever run is shown", async (when) => {
  const [first, second] = [new Run(), new Run()];
  await redis.add(first.started("run_started", "a000000000000001", "", { name: "first-run" }));
  await viewer.shows("first-run");
  const away = when === "while it is away";
  if (away) await bridge.stop();
  await redis.command("DEL", "agent_events");
  await redis.add(second.started("run_started", "b000000000000001", "", { name: "second-run" }));
  if (away) await bridge.resume();
  const announced = viewer.rows("The log was deleted or restored; what follows is new");
  await announced.waitFor();
  await viewer.shows("second-run");
  await expect.poll(() => viewer.rows().count()).toBe(2);
  await viewer.picture("reset");
  await viewer.page.locator(".run-picker > .button").click();
  await viewer.page.locator(".run-choice", { hasText: "first-run" }).click();
  await viewer.shows("first-run");
  await expect.poll(() => announced.count()).toBe(1);
});

test("a bridge that may not read its log says so where events would be", async () => {
  await bridge.stop();
  await redis.command("CONFIG", "SET", "requirepass", "secret");
  await bridge.resume();
  await viewer.page.getByText("The bridge is up, but cannot read its log").waitFor();
  await expect.poll(() => viewer.page.locator(".table-pane .empty").innerText()).toMatch(/NOAUTH|password/i);
  await expect.poll(() => viewer.page.getByText("Not connected yet").count()).toBe(0);
  await expect.poll(() => viewer.page.locator(".notice p").innerText()).not.toMatch(/[.?]\. /);
  await viewer.picture("log-refused");
});

// Owns what a test file stands on: a redis-server, a bridge in front of it, a browser, and the page that a test looks at.
// The names it exports are live: they mean what stands there at the moment.
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { Bridge } from "./bridge";
import { Redis } from "./redis";
import { startBrowser, Viewer } from "./viewer";

export let redis: Redis;
export let bridge: Bridge;
export let browser: Browser;
/** The page that was opened last. */
export let viewer: Viewer;

let isOpen = false;

/** Each test has a bridge of its own, on an empty stream. */
export function bridgeForEach(): void {
  beforeAll(async () => {
    redis = await Redis.start();
    browser = await startBrowser();
  });

  beforeEach(async () => {
    await redis.command("FLUSHALL");
    bridge = await Bridge.start(redis.url);
  });

  afterEach(async () => {
    const faults = await close();
    await bridge.stop();
    expect(faults).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
    await redis?.remove();
  });
}

/** All tests look at one bridge, on a stream that was filled before. */
export function bridgeForAll(fill: (redis: Redis) => Promise<void>): void {
  beforeAll(async () => {
    redis = await Redis.start();
    await fill(redis);
    bridge = await Bridge.start(redis.url);
    browser = await startBrowser();
  });

  afterEach(async () => {
    expect(await close()).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
    await bridge?.stop();
    await redis?.remove();
  });
}

/** Opens a page at this place of the bridge's, which is closed with the test, and waits until it is live. */
export async function open(place = "", options: BrowserContextOptions = {}): Promise<void> {
  viewer = await Viewer.open(browser, `${bridge.url}${place}`, options);
  isOpen = true;
  await viewer.isLive();
}

/** Closes the page, if one is open; what went wrong on it. */
async function close(): Promise<string[]> {
  if (!isOpen) return [];
  isOpen = false;
  return viewer.close();
}

// Owns the pictures of the README: a real run of the research agent, watched through a real bridge, at three moments.
// `cargo xtask pictures` builds what it needs and calls it.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Bridge } from "../bridge";
import { until } from "../deadline";
import { withPalette } from "../png";
import { ended, Redis } from "../redis";
import { startBrowser, Viewer } from "../viewer";

const FOLDER = join(import.meta.dirname, "../../pictures");

/** A README is read on slow lines as well. */
const MOST_BYTES = 200_000;

const DESK: BrowserContextOptions = { viewport: { width: 1360, height: 850 }, colorScheme: "light" };
const DESK_AT_NIGHT: BrowserContextOptions = { ...DESK, colorScheme: "dark" };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 780 }, colorScheme: "light", deviceScaleFactor: 1.5 };

let redis: Redis;
let bridge: Bridge;
let browser: Browser;
let agent: ChildProcess;
let out: string;

beforeAll(async () => {
  const binary = process.env["RESEARCH_AGENT_BIN"];
  if (!binary) throw new Error("RESEARCH_AGENT_BIN is not set; build it (cargo build -p examples --bin research-agent) and name its binary");
  redis = await Redis.start();
  bridge = await Bridge.start(redis.url);
  browser = await startBrowser();
  out = await mkdtemp(join(tmpdir(), "event-pictures-"));
  agent = spawn(binary, ["--redis", redis.url, "--no-serve", "--out", out], { stdio: "ignore" });
});

afterAll(async () => {
  await ended(agent);
  await browser?.close();
  await bridge?.stop();
  await redis?.remove();
  await rm(out, { recursive: true, force: true });
});

async function take(name: string, viewer: Viewer): Promise<void> {
  const png = withPalette(await viewer.page.screenshot({ type: "png" }));
  expect(png.length, name).toBeLessThan(MOST_BYTES);
  await writeFile(join(FOLDER, `${name}.png`), png);
}

async function open(options: BrowserContextOptions, hash = ""): Promise<Viewer> {
  const viewer = await Viewer.open(browser, `${bridge.url}${hash}`, options);
  await viewer.isLive();
  return viewer;
}

test("a run in progress, the same run on a phone, and the error that is found in it", async () => {
  const [desk, phone] = [await open(DESK, "#/?v=graph"), await open(PHONE, "#/?v=tree")];
  await desk.page.locator(".figure-errors.tone-error").waitFor({ timeout: 120_000 });
  await desk.page.locator(".node.tone-running.is-card, .node.tone-warn.is-card").first().waitFor();
  await until("something runs", async () => (await desk.page.locator(".now-path").count()) === 1);
  await take("run", desk);
  await take("phone", phone);
  await desk.close();
  await phone.close();
  const night = await open(DESK_AT_NIGHT);
  await night.page.keyboard.press("e");
  await night.details().locator(".failure").first().waitFor();
  await night.page.locator(".at-rank.is-selected").waitFor();
  await night.page.locator("[data-pane=timeline] [role=row][aria-selected=true]").waitFor({ state: "attached" });
  await take("error", night);
  await night.close();
});

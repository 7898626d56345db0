// Owns what is measured of the page on a real bridge and a real Redis, and beside it of a page that has a row for each
// event. Writes numbers to the file that UI_BENCH_OUT names; judges nothing.
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { loadavg } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { Bridge } from "../e2e/bridge";
import { Redis } from "../e2e/redis";
import type { Request, Snapshot } from "../src/core/messages";
import { Feeder } from "./feeder";
import { memory, observe, reset, result, type Watched } from "./watch";

const quick = process.env["UI_BENCH_QUICK"] === "1";
const RATE = Number(process.env["UI_BENCH_RATE"] ?? 5000);
const FLOW_S = Number(process.env["UI_BENCH_SECONDS"] ?? (quick ? 10 : 60));
const HELD = Number(process.env["UI_BENCH_HELD"] ?? (quick ? 60_000 : 200_000));
const BACKLOG = 50_000;
const FLAT_MINUTES = Number(process.env["UI_BENCH_MINUTES"] ?? (quick ? 0.5 : 10));
/** A browser that was only just started is busy with itself, which nobody's page can help. */
const SETTLED_MS = 3000;
const NAIVE_S = quick ? 5 : 20;

const numbers: Record<string, number | string> = { rate: RATE, flowSeconds: FLOW_S, held: HELD, backlog: BACKLOG, flatMinutes: FLAT_MINUTES, naiveSeconds: NAIVE_S };
let browser: Browser;
let redis: Redis;
let bridge: Bridge;
let feeder: Feeder;

beforeAll(async () => {
  redis = await Redis.start();
  await redis.command("CONFIG", "SET", "appendonly", "no");
  bridge = await Bridge.start(redis.url);
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--js-flags=--expose-gc"] });
  feeder = new Feeder(redis.port);
  await feeder.open();
});

afterAll(async () => {
  numbers["load"] = loadavg()[0]?.toFixed(1) ?? "";
  const out = process.env["UI_BENCH_OUT"];
  if (out) await writeFile(out, JSON.stringify(numbers));
  else console.log(numbers);
  feeder.close();
  await browser.close();
  await bridge.stop();
  await redis.remove();
});

async function open(url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await observe(page);
  await page.goto(url);
  return page;
}

type Counters = { counters: { snapshot?: Snapshot; worker?: Worker } };

/** What of the page's last snapshot is waited for. */
interface Glance {
  readonly phase: string;
  readonly received: number;
  readonly kept: number;
  readonly rows: number;
  readonly selected: number;
}

/** Waits until a glance at the page shows what is asked for; gives the last one when the time is up. */
async function glanceWhere(page: Page, holds: (glance: Glance) => boolean, timeout = 600_000): Promise<Glance> {
  const end = performance.now() + timeout;
  for (;;) {
    const glance = await page.evaluate(() => {
      const { snapshot } = (globalThis as unknown as Counters).counters;
      if (!snapshot) return null;
      const { connection, counters, table, selection } = snapshot;
      return { phase: connection.phase, received: counters.received, kept: counters.received - counters.evicted, rows: table.rows.length, selected: selection.seq };
    });
    if (glance && (holds(glance) || performance.now() > end)) return glance;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function ask(page: Page, request: Request): Promise<void> {
  return page.evaluate((it) => (globalThis as unknown as Counters).counters.worker?.postMessage(it), request);
}

function record(prefix: string, watched: Watched): void {
  for (const [key, value] of Object.entries(watched)) numbers[`${prefix}.${key}`] = value;
}

/** Presses keys as somebody does who looks around; gives how many. */
async function pressFor(page: Page, keys: readonly string[], done: () => boolean): Promise<number> {
  let count = 0;
  while (!done()) {
    await page.keyboard.press(keys[count % keys.length] ?? "j");
    count += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return count;
}

/** Feeds at a rate while keys are pressed. */
async function flow(page: Page, seconds: number, rate: number, keys: readonly string[]): Promise<Watched> {
  await reset(page);
  let fed = false;
  const feeding = feeder.write(seconds * rate, rate).then(() => (fed = true));
  const presses = await pressFor(page, keys, () => fed);
  await feeding;
  return result(page, presses);
}

test("size", async () => {
  const dist = join(import.meta.dirname, "../dist");
  const [app, worker, style] = await Promise.all(["app.js", "worker.js", "app.css"].map(async (file) => gzipSync(await readFile(join(dist, file)), { level: 9 }).length));
  Object.assign(numbers, { "size.app": app ?? 0, "size.worker": worker ?? 0, "size.style": style ?? 0 });
});

test("a flood", async () => {
  const page = await open(bridge.url);
  await glanceWhere(page, ({ phase }) => phase === "live");
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  const before = feeder.written;
  const began = performance.now();
  record("flow", await flow(page, FLOW_S, RATE, ["j", "j", "k"]));
  numbers["flow.fedPerSecond"] = ((feeder.written - before) / (performance.now() - began)) * 1000;
  await ask(page, { kind: "freeze", pane: "table", frozen: false });
  const written = feeder.written;
  const { received } = await glanceWhere(page, (glance) => glance.received >= written, 120_000);
  numbers["flow.written"] = written;
  numbers["flow.missed"] = written - received;
  numbers["flow.behindMs"] = performance.now() - began - FLOW_S * 1000;
  numbers["flow.memory"] = await memory(browser, page);
  await page.context().close();
});

test("many held, and a filter over them", async () => {
  if (feeder.written < HELD) await feeder.write(HELD - feeder.written, 0);
  const page = await open(bridge.url);
  const began = performance.now();
  await glanceWhere(page, ({ phase, received }) => phase === "live" && received >= HELD);
  numbers["held.loadMs"] = performance.now() - began;
  numbers["held.rows"] = (await glanceWhere(page, () => true)).kept;
  numbers["held.memory"] = await memory(browser, page);
  const waits: number[] = [];
  const wholes: number[] = [];
  for (const text of ["packet switching", "status:error", '"no such page"', "tokens>1000", "absent-word"]) {
    const took = await page.evaluate(async (query) => {
      const { counters } = globalThis as unknown as Counters;
      const start = performance.now();
      counters.worker?.postMessage({ kind: "filter", filter: { text: query, hiddenTypes: [], errorsOnly: false, showInternal: false } });
      let first = Number.NaN;
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        const { query: view, table } = counters.snapshot ?? {};
        // The snapshot may still be one from before.
        if (view?.parts.map(({ text: part }) => part).join(" ") !== query) continue;
        if (Number.isNaN(first) && (table?.total ?? 0) > 0) first = performance.now() - start;
        if (view && !view.scanning) return { first, whole: performance.now() - start };
        if (performance.now() - start > 60_000) return { first, whole: Number.NaN };
      }
    }, text);
    if (Number.isFinite(took.first)) waits.push(took.first);
    wholes.push(took.whole);
  }
  numbers["filter.firstMs"] = Math.max(...waits);
  numbers["filter.wholeMs"] = Math.max(...wholes);
  await ask(page, { kind: "filter", filter: { text: "", hiddenTypes: [], errorsOnly: false, showInternal: false } });
  const scrubs: number[] = [];
  for (let i = 0; i < 20; i += 1) {
    scrubs.push(
      await page.evaluate(async (part) => {
        const { counters } = globalThis as unknown as Counters;
        const { moment } = counters.snapshot ?? {};
        const seq = Math.floor((moment?.firstSeq ?? 0) + ((moment?.lastSeq ?? 0) - (moment?.firstSeq ?? 0)) * part);
        const start = performance.now();
        counters.worker?.postMessage({ kind: "travel", to: { seq } });
        while (counters.snapshot?.moment.seq !== seq) await new Promise((resolve) => setTimeout(resolve, 1));
        return performance.now() - start;
      }, ((i * 7) % 20) / 20),
    );
  }
  scrubs.sort((a, b) => a - b);
  numbers["scrub.p50Ms"] = scrubs[9] ?? Number.NaN;
  numbers["scrub.maxMs"] = scrubs.at(-1) ?? Number.NaN;
  await ask(page, { kind: "travel", to: "live" });
  const flatBegan = await memory(browser, page);
  await feeder.write(FLAT_MINUTES * 60 * 1000, 1000);
  numbers["flat.before"] = flatBegan;
  numbers["flat.after"] = await memory(browser, page);
  record("flat", await result(page, 0));
  await page.context().close();
});

test("a backlog", async () => {
  await redis.command("DEL", "agent_events");
  await feeder.write(BACKLOG, 0);
  const page = await open("about:blank");
  const began = performance.now();
  await page.goto(bridge.url);
  await glanceWhere(page, ({ rows }) => rows > 20);
  numbers["backlog.firstRowsMs"] = performance.now() - began;
  await page.keyboard.press("j");
  await glanceWhere(page, ({ selected }) => selected >= 0);
  numbers["backlog.answersMs"] = performance.now() - began;
  await glanceWhere(page, ({ phase, received }) => phase === "live" && received >= BACKLOG);
  numbers["backlog.liveMs"] = performance.now() - began;
  record("backlog", await result(page, 1));
  await page.context().close();
});

test("a row for each event", async () => {
  await redis.command("DEL", "agent_events");
  const html = await readFile(join(import.meta.dirname, "naive.html"));
  const server = createServer((_request, response) => response.setHeader("content-type", "text/html").end(html));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = await open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?port=${bridge.port}`);
  await page.locator("input").focus();
  const before = feeder.written;
  const watched = await Promise.race([flow(page, NAIVE_S, RATE, ["x", "Backspace"]), new Promise<undefined>((resolve) => setTimeout(resolve, NAIVE_S * 10_000))]);
  if (watched) record("naive", watched);
  else numbers["naive.frozen"] = "yes";
  const received = await Promise.race([page.evaluate(() => (globalThis as unknown as { received: number }).received), new Promise<number>((resolve) => setTimeout(resolve, 30_000, Number.NaN))]);
  numbers["naive.written"] = feeder.written - before;
  numbers["naive.received"] = received;
  numbers["naive.memory"] = await memory(browser, page).catch(() => Number.NaN);
  await page.context().close();
  server.close();
});

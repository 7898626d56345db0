// The module that the bridge serves for pages and programs of one's own: in a page of another origin, and in Node.js.
import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { backoff, type Options } from "../../bridge/js/events.js";
import { event } from "./agent";
import { Bridge } from "./bridge";
import { until } from "./deadline";
import { Redis } from "./redis";
import { startBrowser } from "./viewer";

/** What the page keeps of what its handlers were given. */
interface Kept {
  types: string[];
  gaps: { kind: string; lost: number | null }[];
  states: { state: string; why?: string }[];
  cursor(): string;
  close(): void;
}

let redis: Redis;
let bridge: Bridge;
let pages: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  redis = await Redis.start();
  pages = createServer((_, response) => response.setHeader("content-type", "text/html").end("<!doctype html><title>Own page</title>"));
  await new Promise<void>((listening) => pages.listen(0, "127.0.0.1", listening));
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  pages?.close();
  await redis?.remove();
});

beforeEach(async () => {
  await redis.command("FLUSHALL");
  bridge = await Bridge.start(redis.url);
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
});

afterEach(async () => {
  await page.close();
  await bridge.stop();
});

/** What a test finds in the page. */
type Global = { connect: typeof import("../../bridge/js/events.js").connect; kept: Kept };

/** Connects in the page; `delay` makes its handler a slow one. */
async function connectInPage(options: Options, delay = 0): Promise<void> {
  await page.addScriptTag({ type: "module", content: `import { connect } from "${bridge.url}events.js"; globalThis.connect = connect;` });
  await page.waitForFunction(() => "connect" in globalThis);
  await page.evaluate(
    ([url, options, delay]) => {
      const page = globalThis as unknown as Global;
      const kept: Kept = { types: [], gaps: [], states: [], cursor: () => connection.cursor, close: () => connection.close() };
      const connection = page.connect(url, {
        ...options,
        onEvent: async (event) => {
          if (delay > 0) await new Promise((done) => setTimeout(done, delay));
          kept.types.push(event.type ?? "");
        },
        onGap: ({ kind, lost }) => void kept.gaps.push({ kind, lost }),
        onState: (state) => void kept.states.push(state),
      });
      page.kept = kept;
    },
    [bridge.url, options, delay] as const,
  );
}

function kept(): Promise<Pick<Kept, "types" | "gaps" | "states">> {
  return page.evaluate(() => {
    const { types, gaps, states } = (globalThis as unknown as Global).kept;
    return { types, gaps, states };
  });
}

async function gets(...types: string[]): Promise<void> {
  await until(`the page has ${types.length} events`, async () => (await kept()).types.length >= types.length);
  expect((await kept()).types).toEqual(types);
}

async function isLive(): Promise<void> {
  await until("the page is live", async () => (await kept()).states.at(-1)?.state === "live");
}

test("a page of another origin follows the events it asks for", async () => {
  for (const type of ["a", "b", "c"]) await redis.add(event(type, {}));
  await connectInPage({ after: "0", type: ["a", "c", "d"] });
  await gets("a", "c");
  await isLive();
  await redis.add(event("d", {}));
  await gets("a", "c", "d");
  expect((await kept()).states.map(({ state }) => state)).toEqual(["connecting", "replaying", "live"]);
});

test("after the bridge was killed the page goes on where it was, without a loss and without a repeat", async () => {
  await redis.add(event("first", {}));
  await connectInPage({ tail: 1 });
  await gets("first");
  await isLive();
  await bridge.stop("SIGKILL");
  await until("the page waits", async () => (await kept()).states.some(({ state }) => state === "waiting"));
  await redis.add(event("missed", {}));
  await bridge.resume();
  await gets("first", "missed");
  await redis.add(event("live", {}));
  await gets("first", "missed", "live");
});

test("a page that connected before the first event resumes as well", async () => {
  await connectInPage({});
  await isLive();
  await bridge.stop();
  await redis.add(event("missed", {}));
  await bridge.resume();
  await gets("missed");
});

test("a page that came while the log was away still gets the newest it asked for, over another bridge", async () => {
  for (const type of ["a", "b"]) await redis.add(event(type, {}));
  await bridge.stop();
  await redis.pause();
  await bridge.resume();
  await connectInPage({ tail: 1 });
  await until("the page hears of it", async () => (await kept()).states.some(({ state }) => state === "unreachable"));
  await bridge.stop("SIGKILL");
  await redis.resume();
  await bridge.resume();
  await gets("b");
  await isLive();
});

test("a hole and a deleted log are told with what is known of them", async () => {
  await bridge.stop();
  for (const type of ["a", "b", "c"]) await redis.add(event(type, {}));
  await redis.command("XTRIM", "agent_events", "MAXLEN", "1");
  await bridge.resume();
  await connectInPage({ after: "0" });
  await gets("c");
  expect((await kept()).gaps).toEqual([{ kind: "gap", lost: 2 }]);
  await isLive();
  await redis.command("DEL", "agent_events");
  await until("the reset is told", async () => (await kept()).gaps.length === 2);
  expect((await kept()).gaps[1]).toEqual({ kind: "reset", lost: null });
});

test("a request that the bridge refuses ends with its words, instead of being repeated for ever", async () => {
  await connectInPage({ outcome: "eror" });
  await until("the page gives up", async () => (await kept()).states.at(-1)?.state === "closed");
  expect((await kept()).states.at(-1)?.why).toContain("outcome: expected one of ok, error");
});

test("a handler that takes its time gets every event in order, one at a time", async () => {
  const types = Array.from({ length: 300 }, (_, n) => `t${n}`);
  const filler = "x".repeat(50_000);
  for (const type of types) await redis.add(event(type, { filler }));
  await connectInPage({ after: "0" }, 1);
  await gets(...types);
});

test("a connection that was closed says so and gets nothing more", async () => {
  await connectInPage({});
  await isLive();
  await page.evaluate(() => (globalThis as unknown as Global).kept.close());
  await redis.add(event("late", {}));
  await connectInPageAgain("late");
  expect((await kept()).types).toEqual([]);
  expect((await kept()).states.at(-1)).toEqual({ state: "closed", why: "closed by this client" });
});

/** By when another connection has an event, a first one would have had it, too. */
async function connectInPageAgain(type: string): Promise<void> {
  await page.evaluate(
    ([url, type]) =>
      new Promise<void>((found) => {
        const { connect } = globalThis as unknown as Global;
        const connection = connect(url, { after: "0", type, onEvent: () => (connection.close(), found()) });
      }),
    [bridge.url, type] as const,
  );
}

test("Node.js uses the same module", async () => {
  await redis.add(event("from-redis", { a: 1 }));
  const module = new URL("../../bridge/js/events.js", import.meta.url).href;
  const script = `
    import { connect } from ${JSON.stringify(module)};
    const connection = connect(${JSON.stringify(bridge.url)}, {
      after: "0",
      onEvent: (event, cursor) => (console.log(event.type, event.payload.a, cursor), connection.close()),
    });`;
  // Before Node.js 22 its WebSocket waits behind a flag.
  const flags = Number(process.versions.node.split(".")[0]) < 22 ? ["--experimental-websocket"] : [];
  const child = spawn(process.execPath, [...flags, "--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (data: Buffer) => (said += data.toString()));
  expect(await new Promise((ended) => child.once("exit", ended))).toBe(0);
  expect(said).toMatch(/^from-redis 1 \d+-\d+@1\n$/);
});

test("waits grow, stay below a bound, and are spread over all of it", () => {
  expect([1, 2, 3, 20].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 20_000]);
  expect(backoff(5, 0)).toBe(0);
  expect(backoff(5, 0.5)).toBe(backoff(5, 1) / 2);
});

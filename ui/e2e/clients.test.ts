// The documentation's examples of other producers and other clients, each run as it stands: only the ports are those of
// the test's own servers. What is added to the documents is run without a word here.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { until } from "./deadline";
import { ended, type Redis } from "./redis";
import { bridge, bridgeForAll, browser, redis } from "./stage";

/** A fenced block of a document. */
interface Example {
  readonly language: string;
  readonly text: string;
}

/** What every example that reads must show: the type of the events there are, or their run. */
const SHOWN = /my_type|"run_id":"demo"/;

bridgeForAll(seed);

/** Events that every filter of the examples finds: any JSON with a type, one an error, one a run that failed by value. */
async function seed(redis: Redis): Promise<void> {
  for (const payload of [{ a: 1 }, { outcome: "error" }, { run_id: "demo", span_id: "a", outcome: "ok", success: false }]) {
    await redis.add(JSON.stringify({ type: "my_type", payload }));
  }
}

function examplesIn(document: string, heading = ""): Example[] {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), "utf8");
  const start = heading === "" ? 0 : text.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`${document} has no heading ${heading}`);
  const end = heading === "" ? text.length : text.indexOf("\n#", start + heading.length + 1);
  const blocks = text.slice(start, end).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, language = "", text = ""]) => ({ language, text }));
}

/** The example, with the ports of this test. */
function here(text: string): string {
  return text.replaceAll("127.0.0.1:9999", `127.0.0.1:${bridge.port}`).replace(/^redis-cli /, `redis-cli -p ${redis.port} `);
}

/** Runs a program until it has shown an event, or ended by itself. */
async function output(program: string, words: string[]): Promise<string> {
  const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));
  const env = { ...process.env, PATH: `${fixtures}${delimiter}${process.env["PATH"] ?? ""}` };
  const child = spawn(program, words, { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let failure = "";
  child.stdout.on("data", (data: Buffer) => (said += data.toString()));
  child.stderr.on("data", (data: Buffer) => (failure += data.toString()));
  child.once("error", (error) => (failure += error.message));
  try {
    await until(`${program} ${words.join(" ")} shows an event`, async () => {
      if (SHOWN.test(said)) return true;
      if (child.exitCode !== null) return true;
      return false;
    });
  } finally {
    await ended(child);
  }
  return said === "" ? failure : said;
}

/** A Python with the packages of requirements.txt. */
function python(): string {
  const path = process.env["PYTHON"] ?? fileURLToPath(new URL("../../target/python/bin/python", import.meta.url));
  if (!existsSync(path)) throw new Error(`there is no ${path}; run: cargo xtask setup`);
  return path;
}

async function runLine(line: string): Promise<void> {
  // The bridge itself: it is what all the others here talk to.
  if (line.startsWith("event-bridge serve")) return;
  const command = here(line).replace(/\s+#.*$/, "");
  if (command.startsWith("redis-cli ")) {
    const before = await redis.command("XLEN", "agent_events");
    expect(await output("sh", ["-c", command])).toMatch(/^\d+-\d+\n$/);
    expect(await redis.command("XLEN", "agent_events")).not.toBe(before);
    return;
  }
  expect(await output("sh", ["-c", `exec ${command}`]), line).toMatch(SHOWN);
}

async function runPage(html: string): Promise<void> {
  const pages = createServer((_, response) => response.setHeader("content-type", "text/html").end(here(html)));
  await new Promise<void>((listening) => pages.listen(0, "127.0.0.1", listening));
  const page = await browser.newPage();
  try {
    await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
    await until("the page shows what was there", async () => SHOWN.test(await page.locator("#log").innerText()));
    await redis.add(JSON.stringify({ type: "live_type", payload: {} }));
    await until("the page shows what comes", async () => (await page.locator("#log").innerText()).includes("live_type"));
  } finally {
    await page.close();
    pages.close();
    await seed(redis);
  }
}

async function run({ language, text }: Example): Promise<void> {
  switch (language) {
    case "sh":
      for (const line of text.trim().split("\n")) await runLine(line);
      return;
    case "python":
      expect(await output(python(), ["-c", here(text)])).toMatch(SHOWN);
      return;
    case "html":
      return runPage(text);
    default:
      throw new Error(`nothing here runs an example in ${language}`);
  }
}

const GUIDE = examplesIn("bridge/docs/clients.md");
const README = examplesIn("README.md", "## Reading");

test.each(GUIDE.map((example, n) => [`${n + 1} (${example.language})`, example] as const))("example %s of the guide to clients works", async (_, example) => {
  await run(example);
});

test("the README's examples of reading work", async () => {
  expect(README.length).toBeGreaterThan(0);
  for (const example of README) await run(example);
});

test("the producer in Python publishes what the bridge shows", async () => {
  const program = fileURLToPath(new URL("../../examples/python/from_python.py", import.meta.url));
  const child = spawn(python(), [program], { env: { ...process.env, REDIS_URL: redis.url }, stdio: ["ignore", "ignore", "pipe"] });
  let failure = "";
  child.stderr.on("data", (data: Buffer) => (failure += data.toString()));
  const code = await new Promise((exited) => child.once("exit", exited));
  expect(code, failure).toBe(0);
  await until("the call is there, with its end", async () => {
    const answer = await fetch(`${bridge.url}api/events?type=tool_returned&outcome=ok`);
    return (await answer.text()).includes('"tool_name": "weather"');
  });
});

test("an EventSource goes on where it was after its bridge was killed", async () => {
  const page = await browser.newPage();
  await page.goto(bridge.url);
  await page.evaluate(() => {
    const types: string[] = [];
    (globalThis as unknown as { types: string[] }).types = types;
    const source = new EventSource("/events");
    source.onmessage = ({ data }) => types.push((JSON.parse(data as string) as { type: string }).type);
    return new Promise((open) => source.addEventListener("hello", open));
  });
  const types = () => page.evaluate(() => (globalThis as unknown as { types: string[] }).types);
  await redis.add('{"type":"first"}');
  await until("the first event is there", async () => (await types()).length === 1);
  await bridge.stop("SIGKILL");
  await redis.add('{"type":"missed"}');
  await bridge.resume();
  await until("what was missed is there", async () => (await types()).length >= 2);
  await redis.add('{"type":"live"}');
  await until("what comes is there", async () => (await types()).length >= 3);
  expect(await types()).toEqual(["first", "missed", "live"]);
  await page.close();
});

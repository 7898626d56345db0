import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { Download } from "playwright-core";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { until } from "./deadline";
import { DEMO, events, lines, replay, type Recorded } from "./recording";
import { bridge, bridgeForEach, open, redis, viewer } from "./stage";

const run = promisify(execFile);

let recorded: readonly Recorded[];

beforeAll(async () => {
  recorded = await events();
});

bridgeForEach();
beforeEach(() => open());

/** Drops a file on the page, as a hand would. */
async function drop(name: string, text: string): Promise<void> {
  await viewer.page.evaluate(({ file, content }) => {
    const data = new DataTransfer();
    data.items.add(new File([content], file));
    for (const type of ["dragover", "drop"]) document.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }, { file: name, content: text });
}

async function ids(download: Download): Promise<string[]> {
  const text = await readFile(await download.path(), "utf8");
  return text.split("\n").filter((line) => line !== "").map((line) => {
    const value = JSON.parse(line) as { id?: string; event?: { id: string } };
    return value.event?.id ?? value.id ?? "";
  });
}

const own = () => recorded.filter(({ payload, type }) => payload["run_id"] === recorded[0]?.payload["run_id"] && type !== "producer_alive");

test("an empty page plays the run that comes with it, and says that it is a demo", async () => {
  await viewer.page.getByRole("button", { name: "Play a demo run" }).click();
  const notice = viewer.page.getByTestId("recording");
  await notice.waitFor();
  await expect.poll(() => notice.innerText()).toContain("not one of yours");
  await until("all of it is read", async () => (await viewer.page.locator(".counters").innerText()).startsWith(`${recorded.length} received`));
  await expect.poll(() => viewer.figure("Run")).toMatch(/^ok/);
  await viewer.picture("demo");
  await notice.getByRole("button", { name: "Close" }).click();
  await viewer.page.getByText("Listening on stream agent_events").waitFor();
});

test("a recording that is dropped is shown, and what of it is no event is told", async () => {
  await drop("mine.ndjson", `${(await lines()).join("\n")}\nnot an event\n`);
  await viewer.page.getByTestId("recording").getByText("mine.ndjson").waitFor();
  await viewer.shows("run_finished");
  await viewer.page.getByText(/1 line is no event/).waitFor();
  await viewer.picture("recording");
});

test("what comes over the connection waits while a recording is shown", async () => {
  await drop("mine.ndjson", (await lines()).slice(0, 6).join("\n"));
  await viewer.page.getByTestId("recording").waitFor();
  await redis.add('{"id":"x","ts":"2026-01-01T00:00:00","type":"from_the_stream","payload":{}}');
  await viewer.shows("run_started");
  await expect.poll(() => viewer.rows("from_the_stream").count()).toBe(0);
  await viewer.page.getByTestId("recording").getByRole("button", { name: "Close" }).click();
  await viewer.shows("from_the_stream");
});

test("the run is saved as a recording that opens again as the same run", async () => {
  await replay(redis);
  await viewer.shows("run_finished");
  await viewer.page.getByRole("button", { name: "Files" }).click();
  const [saved] = await Promise.all([viewer.page.waitForEvent("download"), viewer.page.getByRole("button", { name: "Save the run as NDJSON" }).click()]);
  expect(await ids(saved)).toEqual(own().map(({ id }) => id));
  const figures = await viewer.page.locator(".figures").innerText();
  await drop("again.ndjson", await readFile(await saved.path(), "utf8"));
  await viewer.page.getByTestId("recording").getByText("again.ndjson").waitFor();
  await until("the figures are the same", async () => (await viewer.page.locator(".figures").innerText()) === figures);
});

test("the selection is saved with all below it", async () => {
  await replay(redis);
  await viewer.shows("run_finished");
  await viewer.page.keyboard.press("e");
  await viewer.details().getByText(/403 Forbidden/).first().waitFor();
  const failed = recorded.find(({ payload }) => payload["success"] === false);
  await viewer.details().getByRole("button", { name: "Take out" }).click();
  const [saved] = await Promise.all([viewer.page.waitForEvent("download"), viewer.page.getByRole("button", { name: "Save the selection" }).click()]);
  expect(await ids(saved)).toEqual(recorded.filter(({ payload }) => payload["span_id"] === failed?.payload["span_id"]).map(({ id }) => id));
});

test("the copied commands give the event on a terminal", async () => {
  await viewer.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await replay(redis);
  await viewer.shows("run_finished");
  await viewer.page.keyboard.press("e");
  await viewer.details().getByText(/403 Forbidden/).first().waitFor();
  const failed = recorded.find(({ payload }) => payload["success"] === false);
  const copied = async (label: string): Promise<string> => {
    await viewer.details().getByRole("button", { name: "Take out" }).click();
    await viewer.page.getByRole("button", { name: label }).click();
    await viewer.page.getByText("Copied").first().waitFor();
    await viewer.page.keyboard.press("Escape");
    return viewer.page.evaluate(() => navigator.clipboard.readText());
  };
  const curl = await copied("Copy as curl");
  expect(curl).toMatch(/^curl '/);
  expect((await run("sh", ["-c", `${curl} -s`])).stdout).toContain(`"id":"${failed?.id}"`);
  const redisCli = await copied("Copy as redis-cli");
  expect((await run("sh", ["-c", redisCli.replace("redis-cli", `redis-cli -p ${redis.port}`)])).stdout).toContain(failed?.id);
});

test("the demo is the recording that the repository keeps", async () => {
  const served = await fetch(new URL("demo.ndjson", bridge.url));
  expect(await served.text()).toBe(await readFile(DEMO, "utf8"));
});

import { beforeEach, expect, test } from "vitest";
import { event } from "./agent";
import { until } from "./deadline";
import { events, replay, type Recorded } from "./recording";
import { bridgeForAll, open, redis, viewer } from "./stage";

let recorded: readonly Recorded[];

bridgeForAll(async (redis) => {
  recorded = await events();
  await replay(redis);
});

beforeEach(async () => {
  await open();
  await viewer.shows("run_finished");
});

const banner = () => viewer.page.getByTestId("past");
const run = () => recorded[0]?.payload["run_id"];

/** Events of the run among the first so many of the recording. */
function ofRun(count: number): number {
  return recorded.slice(0, count).filter(({ type, payload }) => payload["run_id"] === run() && type !== "producer_alive").length;
}

/** Goes to a moment by its address, as a link would. */
async function goTo(ts: string): Promise<void> {
  await viewer.page.evaluate((hash) => (location.hash = hash), `#/r/${String(run())}?t=${Date.parse(ts)}`);
  await banner().waitFor();
}

test("at any moment the page shows what a viewer who stopped there had seen", async () => {
  for (const part of [0.1, 0.35, 0.6, 0.9]) {
    const index = Math.floor(recorded.length * part);
    const last = recorded[index];
    if (!last) throw new Error("the recording is empty");
    const at = Date.parse(last.ts);
    const known = recorded.filter(({ ts }) => Date.parse(ts) <= at);
    const seen = known.filter(({ type, payload }) => payload["run_id"] === run() && type !== "producer_alive");
    await goTo(last.ts);
    await until(`${seen.length} events are shown`, async () => Number((await viewer.figure("Events")).replaceAll(",", "")) === seen.length);
    await expect.poll(() => viewer.figure("Run")).toMatch(/^running/);
    const nodes = new Set(seen.filter(({ type }) => type === "node_created").map(({ payload }) => payload["node_id"]));
    const finished = new Set(seen.filter(({ type, payload }) => type === "node_status_change" && payload["new_status"] === "FINISH").map(({ payload }) => payload["node_id"]));
    await expect.poll(() => viewer.figure("Nodes")).toBe(`${finished.size}/${nodes.size}`);
    const cost = seen.filter(({ type }) => type === "llm_call_completed").reduce((sum, { payload }) => sum + Number(payload["cost_estimate"] ?? 0), 0);
    const shown = Number(/\$([\d.]+)/.exec(await viewer.figure("Cost"))?.[1] ?? 0);
    expect(shown).toBeGreaterThan(cost * 0.9);
    expect(shown).toBeLessThan(cost * 1.1);
    const failures = seen.filter(({ payload }) => payload["success"] === false).length;
    expect((await viewer.figure("Errors")).trim()).toBe(String(failures));
  }
  await viewer.view("Graph");
  await viewer.picture("past-graph");
  await viewer.view("Timeline");
  await viewer.picture("past-timeline");
});

test("a clear line says that the picture is of the past, and one key leads back to live", async () => {
  await goTo(recorded[120]?.ts ?? "");
  await expect.poll(() => banner().innerText()).toMatch(/In the past at .*events came after/s);
  await viewer.page.keyboard.press("L");
  await banner().waitFor({ state: "detached" });
  await expect.poll(() => viewer.figure("Run")).toMatch(/^ok/);
  await expect.poll(() => viewer.page.evaluate(() => location.hash)).not.toContain("t=");
});

test("keys step event by event, back and on", async () => {
  const all = ofRun(recorded.length);
  const shown = async () => Number((await viewer.figure("Events")).replaceAll(",", ""));
  await viewer.page.keyboard.press(",");
  await until("one event fewer is shown", async () => (await shown()) === all - 1);
  await viewer.page.keyboard.press(",");
  await viewer.page.keyboard.press(",");
  await until("three events fewer are shown", async () => (await shown()) === all - 3);
  await viewer.page.keyboard.press(".");
  await until("one more is shown", async () => (await shown()) === all - 2);
});

test("the line of time is moved by keys and by the pointer", async () => {
  const track = viewer.page.getByRole("slider", { name: "Moment of the run" });
  await track.focus();
  await viewer.page.keyboard.press("Home");
  await banner().waitFor();
  await until("next to nothing has happened", async () => Number(await track.getAttribute("aria-valuenow")) === 0);
  const box = await track.boundingBox();
  if (!box) throw new Error("no line of time");
  await viewer.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  const middle = Number(await track.getAttribute("aria-valuemax")) / 2;
  // It stands at the last event before the middle.
  await until("it is about the middle of the run", async () => {
    const at = Number(await track.getAttribute("aria-valuenow"));
    return at <= middle + 1 && at > middle - 5;
  });
  await viewer.picture("scrubbed");
  await track.focus();
  await viewer.page.keyboard.press("End");
  await banner().waitFor({ state: "detached" });
});

test("the past plays, and ends live by itself", async () => {
  const last = recorded.at(-1)?.ts ?? "";
  await goTo(new Date(Date.parse(last) - 8000).toISOString());
  await viewer.page.getByRole("button", { name: "64×" }).click();
  await banner().waitFor({ state: "detached" });
  await expect.poll(() => viewer.figure("Run")).toMatch(/^ok/);
});

test("what comes while the past is shown is counted and not shown", async () => {
  await goTo(recorded[200]?.ts ?? "");
  const before = await viewer.figure("Events");
  await redis.add(event("late", { run_id: run(), note: "later" }));
  await until("it is counted", async () => (await viewer.page.locator(".counters").innerText()).includes(`${recorded.length + 1} received`));
  await expect.poll(() => viewer.figure("Events")).toBe(before);
  await expect.poll(() => viewer.rows("late").count()).toBe(0);
  await viewer.page.getByRole("button", { name: "Back to live" }).click();
  await viewer.shows("late");
});

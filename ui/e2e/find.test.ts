import { beforeEach, expect, test } from "vitest";
import { until } from "./deadline";
import { events, replay, type Recorded } from "./recording";
import { bridgeForAll, open, viewer } from "./stage";

let recorded: readonly Recorded[];

bridgeForAll(async (redis) => {
  recorded = (await events()).filter(({ type }) => type !== "producer_alive");
  await replay(redis);
});

beforeEach(async () => {
  await open("#/?v=events");
  await viewer.shows("run_finished");
});

const sum = () => viewer.page.locator(".chips-sum").innerText();

async function search(query: string): Promise<void> {
  await viewer.page.keyboard.press("/");
  await viewer.page.locator("#search").fill(query);
}

/** The sum of the chips says how many rows pass and how many are hidden. */
async function finds(count: number): Promise<void> {
  await until(`${count} rows pass`, async () => (await sum()).startsWith(`${count} match`) && (await sum()).includes(`${recorded.length - count} hidden`));
}

const isType = (pattern: RegExp) => recorded.filter(({ type }) => pattern.test(type)).length;

test("each part of a query says how many rows it hides, and goes by itself", async () => {
  await search("type:tool_returned dur>500ms");
  const tools = recorded.filter(({ type }) => type === "tool_returned");
  const slow = tools.filter(({ payload }) => Number(payload["duration"]) > 0.5);
  await finds(slow.length);
  const chip = viewer.page.locator(".chip", { hasText: "type:tool_returned" });
  // Without this part, so many more rows would pass the other one.
  const others = recorded.filter(({ type, payload }) => type !== "tool_returned" && Number(payload["duration"]) > 0.5);
  await expect.poll(() => chip.innerText()).toMatch(new RegExp(`hides ${others.length}$`));
  await viewer.picture("chips");
  await viewer.page.getByRole("button", { name: "Remove dur>500ms" }).click();
  await finds(tools.length);
  await expect.poll(() => viewer.page.locator("#search").inputValue()).toBe("type:tool_returned");
});

test("a minus turns a part around, and quotes keep words together", async () => {
  await search("-type:llm_call_started");
  await finds(recorded.length - isType(/^llm_call_started$/));
  await search('"403 Forbidden"');
  await finds(recorded.filter((it) => JSON.stringify(it).includes("403 Forbidden")).length);
});

test("a part that can't be understood says so, and the rest still counts", async () => {
  await search("type:tool_returned dur>soon");
  await viewer.page.locator(".chip.is-wrong", { hasText: "dur>soon" }).waitFor();
  expect((await viewer.page.locator(".chip-error").innerText()).length).toBeGreaterThan(5);
  await finds(isType(/^tool_returned$/));
  await viewer.picture("chip-wrong");
});

test("matches are walked by keys, in both directions", async () => {
  await search("type:plan_received");
  await viewer.page.keyboard.press("Enter");
  await until("the newest match is selected", async () => (await sum()).includes("at 1"));
  await viewer.page.keyboard.press("Escape");
  await viewer.page.keyboard.press("n");
  await until("the next one is", async () => (await sum()).includes("at 2"));
  await viewer.page.keyboard.press("N");
  await until("the first one is again", async () => (await sum()).includes("at 1"));
});

test("a query may dim instead of hide", async () => {
  await search("type:plan_received");
  await finds(isType(/^plan_received$/));
  await viewer.page.getByLabel("only dim").check();
  await until("all rows are back", async () => (await viewer.rows().count()) > isType(/^plan_received$/));
  await viewer.page.locator(".at-rank.is-dimmed").first().waitFor();
});

test("keys go from error to error and bring each into view", async () => {
  await viewer.page.keyboard.press("e");
  await viewer.details().getByText(/403 Forbidden/).first().waitFor();
  const row = viewer.page.locator(".at-rank.is-selected");
  await row.waitFor();
  const [box, list] = await Promise.all([row.boundingBox(), viewer.page.locator("[data-pane=table] .virtual").boundingBox()]);
  expect(box && list && box.y >= list.y && box.y + box.height <= list.y + list.height).toBe(true);
});

test("nothing found says which part hides most, and how to get the rows back", async () => {
  await search("type:tool_returned nobody-wrote-this");
  const empty = viewer.page.locator(".table-pane .empty");
  await empty.getByText("The filter hides all").waitFor();
  await expect.poll(() => empty.innerText()).toContain("nobody-wrote-this alone hides");
  await viewer.picture("all-hidden");
  await empty.getByRole("button", { name: "Clear filter" }).click();
  await until("all rows are back", async () => (await viewer.page.locator(".chips").count()) === 0);
});

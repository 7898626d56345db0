import { expect, test } from "vitest";
import { until } from "./deadline";
import { events, replay } from "./recording";
import { bridgeForAll, open, redis, viewer } from "./stage";

bridgeForAll(replay);

const press = (key: string) => viewer.page.keyboard.press(key);

/** The page with the whole of the run. */
async function openRun(): Promise<void> {
  await open();
  await viewer.page.locator(".figure-run").getByText("ok").waitFor();
}

/** The element that has the focus, in words. */
const focused = () => viewer.page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "");

test("the main tasks are done without a pointer", async () => {
  await openRun();
  // What failed, and why.
  await press("e");
  await viewer.details().getByText(/403 Forbidden/).first().waitFor();
  await press("Enter");
  await until("the details have the focus", async () => (await viewer.page.evaluate(() => document.activeElement?.id)) === "details");
  // To the tabs, and along them.
  for (let i = 0; i < 12 && !(await focused()).startsWith("Overview"); i += 1) await press("Tab");
  await press("ArrowRight");
  await until("the messages are shown", async () => (await viewer.details().getByRole("tab", { name: "Messages" }).getAttribute("aria-selected")) === "true");
  await press("Escape");
  await viewer.details().waitFor({ state: "detached" });
  // Through the tree, closing a branch and opening it again.
  await press("3");
  await until("the timeline has the focus", async () => (await focused()).startsWith("Timeline"));
  await press("j");
  const chosen = viewer.page.locator(".tree-row.is-selected");
  await chosen.waitFor();
  await expect.poll(() => chosen.getAttribute("aria-level")).toBe("1");
  await press("h");
  await until("the run is closed", async () => (await viewer.spans().count()) === 1);
  await press("l");
  await until("the run is open", async () => (await viewer.spans().count()) > 10);
  // The graph, from box to box.
  await press("2");
  await until("the graph has the focus", async () => (await focused()).startsWith("Task graph"));
  await viewer.page.locator("[data-pane=graph] [role=treeitem]").first().waitFor();
  const node = viewer.page.locator("[data-pane=graph] [aria-selected=true]");
  await press("l");
  await node.waitFor();
  const first = await node.getAttribute("id");
  await press("l");
  await until("another node is selected", async () => (await node.getAttribute("id")) !== first);
  // Time, and back.
  await press(",");
  await viewer.page.getByTestId("past").waitFor();
  await press("L");
  await viewer.page.getByTestId("past").waitFor({ state: "detached" });
  // Search.
  await press("/");
  await viewer.page.keyboard.type("type:plan_received");
  await press("Enter");
  await until("a match is selected", async () => (await viewer.page.locator(".chips-sum").innerText()).includes("at 1"));
});

test("the tab key reaches everything in the order in which it stands", async () => {
  await openRun();
  const stops: string[] = [];
  for (let i = 0; i < 24; i += 1) {
    await press("Tab");
    stops.push(await viewer.page.evaluate(() => document.activeElement?.closest(".top-bar, .figures, .tree-pane, .tabs, .picture, .divider, .table-pane, .scrubber, .counters")?.className.split(" ")[0] ?? ""));
  }
  const order = stops.filter((stop, i) => stop !== "" && stop !== stops[i - 1]);
  expect(order.slice(0, 7)).toEqual(["top-bar", "figures", "pane", "tabs", "picture", "divider", "pane"]);
});

test("single keys can be turned off, and the choice is kept", async () => {
  await openRun();
  await press("?");
  const dialog = viewer.page.getByRole("dialog", { name: "Keys" });
  await dialog.waitFor();
  await viewer.picture("keys");
  await dialog.getByLabel(/Single keys act/).uncheck();
  await press("Escape");
  await press("e");
  await viewer.page.reload();
  await viewer.isLive();
  await press("e");
  await press("ArrowDown");
  await viewer.details().waitFor();
  await expect.poll(() => viewer.details().getByText(/403 Forbidden/).count()).toBe(0);
});

test("those who do not see the page are told what happens, and not too often", async () => {
  await openRun();
  const last = (await events()).at(-1);
  const said = viewer.page.getByTestId("announcer");
  await expect.poll(() => said.getAttribute("aria-live")).toBe("polite");
  const failure = { run_id: last?.payload["run_id"], span_id: "f000000000000001", tool_name: "late", api_name: "tool", success: false, outcome: "error", error: "too late" };
  await redis.add(JSON.stringify({ id: "late-1", ts: new Date().toISOString(), type: "tool_returned", payload: failure }));
  await said.getByText(/errors in research-agent/).waitFor({ state: "attached" });
});

test("colours of the system's own choosing leave nothing unseen", async () => {
  await open("", { forcedColors: "active" });
  await viewer.page.keyboard.press("e");
  const chosen = viewer.page.locator(".tree-row.is-selected");
  await chosen.waitFor();
  await expect.poll(() => chosen.evaluate((row) => getComputedStyle(row).outlineStyle)).toBe("solid");
  await viewer.picture("forced-colours");
});

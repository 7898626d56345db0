import { beforeEach, expect, test } from "vitest";
import { until } from "./deadline";
import { events, replay, type Recorded } from "./recording";
import { bridge, bridgeForAll, open, viewer } from "./stage";

let recorded: readonly Recorded[];

bridgeForAll(async (redis) => {
  recorded = await events();
  await replay(redis);
});

beforeEach(async () => {
  await open();
  await viewer.shows("run_finished");
});

const hash = () => viewer.page.evaluate(() => decodeURIComponent(location.hash));

test("the address says run, selection, query and view, and opens on the same", async () => {
  await viewer.page.keyboard.press("e");
  await viewer.details().getByText(/403 Forbidden/).first().waitFor();
  await viewer.page.keyboard.press("2");
  await viewer.page.keyboard.press("/");
  await viewer.page.locator("#search").fill("type:tool");
  const failed = recorded.find(({ payload }) => payload["success"] === false);
  await until("the address is complete", async () => {
    const said = await hash();
    return [`/r/${String(failed?.payload["run_id"])}`, `e=${failed?.id}`, `n=${String(failed?.payload["node_id"])}`, "q=type:tool", "v=graph"].every((part) => said.includes(part));
  });
  const address = viewer.page.url();
  await viewer.page.goto("about:blank");
  await viewer.page.goto(address);
  await viewer.isLive();
  await viewer.details().getByText(/403 Forbidden/).first().waitFor();
  await viewer.page.locator("[data-pane=graph] [aria-selected=true]").waitFor();
  await expect.poll(() => viewer.page.locator("#search").inputValue()).toBe("type:tool");
  expect(viewer.page.url()).toBe(address);
});

test("an address with a moment opens in the past", async () => {
  const { ts } = recorded[100] ?? { ts: "" };
  await viewer.page.goto(`${bridge.url}#/?t=${Date.parse(ts)}`);
  await viewer.page.getByTestId("past").waitFor();
  await until("the address says when", async () => (await hash()).includes(`t=${Date.parse(ts)}`));
  await viewer.page.reload();
  await viewer.page.getByTestId("past").waitFor();
  await until("the run is running", async () => (await viewer.figure("Run")).startsWith("running"));
  await expect.poll(() => hash()).toContain(`t=${Date.parse(ts)}`);
});

test("the browser's way back leads through the views", async () => {
  await viewer.page.keyboard.press("2");
  await viewer.page.locator("[data-pane=graph]").waitFor();
  await viewer.page.keyboard.press("5");
  await viewer.page.locator("[data-pane=calls]").waitFor();
  await viewer.page.goBack();
  await viewer.page.locator("[data-pane=graph]").waitFor();
  await viewer.page.goBack();
  await viewer.page.locator("[data-pane=timeline]").waitFor();
});

test("the way back leads to what was selected last, however soon it was left", async () => {
  await viewer.page.keyboard.press("e");
  await expect.poll(() => hash()).toContain("e=");
  const first = await hash();
  // From inside the page: the view is left as soon as there are other details, before the address has said so.
  await viewer.page.evaluate(async () => {
    const press = (key: string): boolean => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const before = document.querySelector("#details-panel");
    press("j");
    while (before?.isConnected) await new Promise(requestAnimationFrame);
    press("2");
  });
  await viewer.page.locator("[data-pane=graph]").waitFor();
  await viewer.page.goBack();
  await viewer.page.locator("[data-pane=timeline]").waitFor();
  await expect.poll(() => hash()).toContain("e=");
  expect(await hash()).not.toBe(first);
});

test("a link is copied by a key, and said to be", async () => {
  await viewer.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await viewer.page.keyboard.press("e");
  await viewer.details().waitFor();
  await viewer.page.keyboard.press("c");
  await viewer.page.getByTestId("announcer").getByText("Link copied").waitFor({ state: "attached" });
  const copied = await viewer.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain("e=");
  await expect.poll(() => viewer.page.url()).toBe(copied);
});

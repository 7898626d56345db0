import { expect, test } from "vitest";
import { event, research, Run } from "./agent";
import { seriousFaults } from "./axe";
import { faintTexts } from "./contrast";
import { until } from "./deadline";
import { replay } from "./recording";
import { bridge, bridgeForAll, browser } from "./stage";
import { Viewer } from "./viewer";

bridgeForAll(async (redis) => {
  for (const json of research(new Run())) await redis.add(json);
  await replay(redis);
  await redis.add(event("cache_missed", { key: "user:17", icon: "C", color: "#b05a00" }));
});

const SIZES = [{ width: 1440, height: 900 }, { width: 768, height: 1024 }, { width: 360, height: 740 }];
const CASES = SIZES.flatMap((viewport) => (["light", "dark"] as const).map((colorScheme) => ({ viewport, colorScheme, name: `${viewport.width}-${colorScheme}` })));

/** Fits, can be read, and has nothing that axe calls serious. */
async function isFit(viewer: Viewer): Promise<void> {
  const { overflow, elements } = await viewer.page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth, elements: document.querySelectorAll("*").length,
  }));
  expect(overflow).toBe(0);
  expect(elements).toBeLessThan(1500);
  expect(await faintTexts(viewer.page)).toEqual([]);
  expect(await seriousFaults(viewer.page)).toEqual([]);
}

/** Boxes of the parts of the page, which must not lie on each other. */
async function stackUp(viewer: Viewer): Promise<void> {
  const overlaps = await viewer.page.evaluate(() => {
    const parts = [".top-bar", ".notices", ".figures", ".now-line", ".chips", ".tree-pane", ".tabs", ".picture", ".table-pane", ".foot"];
    const boxes = parts.flatMap((part) => {
      const box = document.querySelector(part)?.getBoundingClientRect();
      return box && box.width > 0 && box.height > 0 ? [{ part, box }] : [];
    });
    return boxes.flatMap(({ part, box }, i) =>
      boxes.slice(i + 1).filter(({ box: other }) => box.left < other.right - 0.5 && other.left < box.right - 0.5 && box.top < other.bottom - 0.5 && other.top < box.bottom - 0.5).map(({ part: other }) => `${part} on ${other}`));
  });
  expect(overlaps).toEqual([]);
}

test.each(CASES)("at $name every view fits, can be read, and is sound for assistive technology", async ({ viewport, colorScheme, name }) => {
  const viewer = await Viewer.open(browser, bridge.url, { viewport, colorScheme });
  await viewer.isLive();
  await viewer.view("Timeline");
  await viewer.lanes("research-agent").first().waitFor({ state: "attached" });
  await stackUp(viewer);
  await isFit(viewer);
  await viewer.picture(`timeline-${name}`);
  await viewer.view("Graph");
  await viewer.nodes().first().waitFor();
  await isFit(viewer);
  await viewer.picture(`graph-${name}`);
  await viewer.view("Totals");
  await viewer.page.getByRole("rowheader", { name: /offline-extractive/ }).waitFor();
  await isFit(viewer);
  await viewer.picture(`totals-${name}`);
  await viewer.view("Tree");
  await viewer.spans("research-agent").first().waitFor();
  await stackUp(viewer);
  await isFit(viewer);
  await viewer.picture(`tree-${name}`);
  await viewer.view("Events");
  await viewer.shows("run_finished");
  await stackUp(viewer);
  await isFit(viewer);
  await viewer.picture(`events-${name}`);
  expect(await viewer.close()).toEqual([]);
});

test.each(CASES)("at $name every tab about a failure fits and can be read", async ({ viewport, colorScheme, name }) => {
  const viewer = await Viewer.open(browser, bridge.url, { viewport, colorScheme });
  await viewer.isLive();
  await viewer.page.getByTitle("Select the newest error (e)").click();
  const details = viewer.details();
  await details.getByText(/403 Forbidden/).first().waitFor();
  for (const tab of ["Overview", "Messages", "Events", "Errors", "JSON"]) {
    await details.getByRole("tab", { name: tab }).click();
    await isFit(viewer);
    await viewer.picture(`about-${tab.toLowerCase()}-${name}`);
  }
  expect(await viewer.close()).toEqual([]);
});

test.each([{ width: 320, height: 640 }, { width: 3840, height: 2160 }])("at $width pixels nothing is cut off", async (viewport) => {
  const viewer = await Viewer.open(browser, bridge.url, { viewport });
  await viewer.isLive();
  for (const view of ["Graph", "Timeline", "Totals", "Events"] as const) {
    await viewer.view(view);
    await stackUp(viewer);
    await expect.poll(() => viewer.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
  }
  await viewer.picture(`width-${viewport.width}`);
  expect(await viewer.close()).toEqual([]);
});

test("one selection is in every view, and in the details", async () => {
  const viewer = await Viewer.open(browser, bridge.url);
  await viewer.isLive();
  await viewer.page.keyboard.press("e");
  await viewer.details().getByText(/403 Forbidden/).first().waitFor();
  await viewer.page.locator(".tree-row.is-selected", { hasText: "browser.read_page" }).waitFor();
  await viewer.page.locator(".at-rank.is-selected", { hasText: "tool_returned" }).waitFor();
  await viewer.page.locator("[data-pane=timeline] [role=row][aria-selected=true]", { hasText: "browser.read_page" }).waitFor({ state: "attached" });
  await viewer.view("Graph");
  const node = viewer.page.locator("[data-pane=graph] [aria-selected=true]");
  await node.waitFor();
  await expect.poll(() => node.innerText()).toContain("✕1");
  expect(await viewer.close()).toEqual([]);
});

test("the canvas is as sharp as the screen", async () => {
  const viewer = await Viewer.open(browser, bridge.url, { deviceScaleFactor: 2 });
  await viewer.isLive();
  await viewer.lanes("research-agent").first().waitFor({ state: "attached" });
  await until("the canvas has the screen's pixels", () => viewer.page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".lanes-canvas");
    return canvas !== null && canvas.clientWidth > 300 && canvas.width === canvas.clientWidth * 2 && canvas.height === canvas.clientHeight * 2;
  }));
  await viewer.picture("timeline-sharp");
  expect(await viewer.close()).toEqual([]);
});

test("something is drawn on the timeline where its words say there is a call", async () => {
  const viewer = await Viewer.open(browser, bridge.url);
  await viewer.isLive();
  await viewer.lanes("research-agent").first().waitFor({ state: "attached" });
  const drawn = () => viewer.page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".lanes-canvas");
    const pen = canvas?.getContext("2d");
    if (!canvas || !pen) return 0;
    // The middle of the first lane, from edge to edge: the run takes nearly all of it.
    const { data } = pen.getImageData(0, 22 + 4, canvas.width, 14);
    return data.filter((value, i) => i % 4 === 3 && value > 0).length / (canvas.width * 14);
  });
  await until("the run's lane is filled", async () => (await drawn()) > 0.5);
  expect(await viewer.close()).toEqual([]);
});

test("a stretch is brushed on the overview, and a key shows the whole run again", async () => {
  const viewer = await Viewer.open(browser, bridge.url);
  await viewer.isLive();
  const overview = viewer.page.locator(".overview");
  await viewer.lanes("research-agent").first().waitFor({ state: "attached" });
  const box = await overview.boundingBox();
  if (!box) throw new Error("no overview");
  await viewer.page.mouse.move(box.x + box.width * 0.25, box.y + 10);
  await viewer.page.mouse.down();
  await viewer.page.mouse.move(box.x + box.width * 0.5, box.y + 10, { steps: 5 });
  await viewer.page.mouse.up();
  await until("a quarter of the run is shown", async () => (await overview.getAttribute("aria-valuetext")) === "25 percent of the run");
  await viewer.picture("brushed");
  await viewer.page.keyboard.press("0");
  await until("all of it is shown", async () => (await overview.getAttribute("aria-valuetext")) === "the whole run");
  expect(await viewer.close()).toEqual([]);
});

test("the totals can be ordered by what one looks for", async () => {
  const viewer = await Viewer.open(browser, bridge.url);
  await viewer.isLive();
  await viewer.view("Totals");
  await viewer.page.getByRole("button", { name: "Failed" }).click();
  await until("what failed is on top", async () => (await viewer.page.locator(".calls tbody tr").first().innerText()).includes("browser.read_page"));
  await expect.poll(() => viewer.page.getByRole("columnheader", { name: "Failed" }).getAttribute("aria-sort")).toBe("descending");
  expect(await viewer.close()).toEqual([]);
});

test("a type of a user's own has the letter and the colour it asks for", async () => {
  const viewer = await Viewer.open(browser, `${bridge.url}#/all?v=events`);
  await viewer.isLive();
  const mark = viewer.rows("cache_missed").locator(".own-kind");
  await mark.waitFor();
  await expect.poll(() => mark.innerText()).toBe("C");
  await expect.poll(() => mark.evaluate((element) => getComputedStyle(element).backgroundColor)).not.toBe("rgba(0, 0, 0, 0)");
  expect(await viewer.close()).toEqual([]);
});

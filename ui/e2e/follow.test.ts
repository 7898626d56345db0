import { expect, test } from "vitest";
import { Run } from "./agent";
import { until } from "./deadline";
import { bridgeForEach, open, redis, viewer } from "./stage";

bridgeForEach();

/** A run of many steps, the last of them named `<name>-end`. */
async function grow(name: string, steps: number): Promise<Run> {
  const run = new Run();
  await redis.add(run.started("run_started", "0000000000000001", "", { name }));
  for (let step = 0; step < steps; step += 1) await addStep(run, `${name}-${step}`);
  await addStep(run, `${name}-end`);
  return run;
}

let spans = 1;

async function addStep(run: Run, name: string, parent = "0000000000000001", span = `step${(spans += 1)}`): Promise<void> {
  await redis.add(run.started("step_started", span, parent, { action_name: name }));
}

const sees = (span: string) => until(`the tree shows ${span}`, () => viewer.sees(span));

test("the tree follows the newest span from run to run", async () => {
  await open();
  await grow("first", 90);
  await sees("first-end");
  for (const [name, steps] of [["second", 3], ["third", 60], ["fourth", 120]] as const) {
    await grow(name, steps);
    await sees(`${name}-end`);
  }
});

test("the tree follows a span that starts further up", async () => {
  await open();
  const run = new Run();
  await redis.add(run.started("run_started", "0000000000000001", "", { name: "branches" }));
  for (const branch of ["left", "right"]) await addStep(run, branch, "0000000000000001", branch);
  for (let i = 0; i < 80; i += 1) await addStep(run, `deep-${i}`, "right");
  await sees("deep-79");
  await addStep(run, "far-up", "left");
  await sees("far-up");
  await addStep(run, "down-again", "right");
  await sees("down-again");
});

test("a viewer who scrolls back is left there, until the end of the tree is reached again", async () => {
  await open();
  const run = await grow("first", 90);
  await sees("first-end");
  await viewer.page.locator("[data-pane=tree] .virtual").hover();
  await viewer.page.mouse.wheel(0, -3000);
  await sees("first-0");
  await addStep(run, "while-away");
  await viewer.page.locator(".tree-head", { hasText: "93" }).waitFor();
  await expect.poll(() => viewer.sees("first-0")).toBe(true);
  await viewer.page.mouse.wheel(0, 9000);
  await sees("while-away");
  await addStep(run, "back-again");
  await sees("back-again");
});

test("on a phone the tree opens at the newest span, of whatever run", async () => {
  await open("", { viewport: { width: 360, height: 740 } });
  await grow("first", 60);
  const show = (tab: string) => viewer.page.getByRole("tab", { name: tab, exact: true }).click();
  await show("Tree");
  await sees("first-end");
  await show("Events");
  await grow("second", 40);
  await viewer.shows("second-end");
  await show("Tree");
  await sees("second-end");
});

test("the tree stays at the newest span when its pane gets lower or higher", async () => {
  await open("", { viewport: { width: 1440, height: 700 } });
  const run = await grow("first", 60);
  await sees("first-end");
  for (const height of [640, 720, 610, 760]) {
    await viewer.page.setViewportSize({ width: 1440, height });
    await sees("first-end");
    await addStep(run, `at-${height}-end`);
    await sees(`at-${height}-end`);
  }
  await viewer.page.setViewportSize({ width: 1440, height: 600 });
  await sees("at-760-end");
});

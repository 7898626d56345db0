import { expect, test } from "vitest";
import { Run } from "./agent";
import { until } from "./deadline";
import { events, replay } from "./recording";
import { bridgeForEach, open, redis, viewer } from "./stage";

bridgeForEach();

const node = (name: string) => viewer.page.locator("[data-pane=graph] [role=treeitem]", { has: viewer.page.locator(`.node-name:text-is("${name}")`) });

test("a task that waits says for what, and the graph lights it", async () => {
  await replay(redis, 110);
  await open("#/?v=graph");
  await node("3").waitFor();
  await node("3").click();
  const reasons = viewer.details().locator(".waits-for");
  await reasons.waitFor();
  await expect.poll(() => reasons.innerText()).toMatch(/^Waiting for [12] task/);
  await until("what is waited for is lit", async () => (await viewer.page.locator(".node.is-lit").count()) > 0);
  await expect.poll(() => viewer.page.locator(".edge.is-lit").getAttribute("d")).toMatch(/^M/);
  await viewer.picture("waiting");
  await reasons.getByRole("button").first().click();
  await until("that task is selected", async () => (await node("3").getAttribute("aria-selected")) === "false");
});

test("a box closes, says how many are in it, and opens again", async () => {
  await replay(redis);
  await open("#/?v=graph");
  await node("root").waitFor();
  const all = await viewer.nodes().count();
  const known = new Set((await events()).filter(({ type }) => type === "node_created").map(({ payload }) => payload["node_id"])).size;
  await node("root").dblclick({ position: { x: 120, y: 12 } });
  await until("one box is left", async () => (await viewer.nodes().count()) === 1);
  await expect.poll(() => node("root").innerText()).toContain(`+${known - 1}`);
  await node("root").dblclick({ position: { x: 120, y: 12 } });
  await until("all are back", async () => (await viewer.nodes().count()) === all);
});

test("the status strip tells how long a task was in which status", async () => {
  await replay(redis);
  await open("#/?v=graph");
  await node("3").click({ position: { x: 60, y: 12 } });
  const strip = viewer.details().locator(".strip-words li");
  await strip.first().waitFor();
  const words = (await strip.allInnerTexts()).join("\n");
  expect(words).toContain("waiting");
  expect(words).toMatch(/\d+ %/);
  await expect.poll(() => viewer.details().locator(".strip-part").count()).toBeGreaterThan(2);
  await viewer.picture("strip");
});

test("attempts that failed are folded into the one that did not, and can be seen", async () => {
  const run = new Run();
  const call = { tool_name: "web", api_name: "fetch", args_hash: "sha256:1", args_preview: '{"url":"x"}' };
  await redis.add(run.started("run_started", "0000000000000001", "", { name: "retries" }));
  for (const [i, fails] of [true, true, false].entries()) {
    const span = `00000000000001${i}0`;
    await redis.add(run.started("tool_invoked", span, "0000000000000001", call));
    await redis.add(run.finished("tool_returned", span, "0000000000000001", { ...call, success: !fails, ...(fails ? { outcome: "error", error: "busy" } : {}) }));
  }
  await open();
  const mark = viewer.spans("web.fetch").locator("button.mark", { hasText: "×3" });
  await mark.waitFor();
  await expect.poll(() => viewer.spans("web.fetch").count()).toBe(1);
  await viewer.picture("retries");
  await mark.click();
  await until("all three are shown", async () => (await viewer.spans("web.fetch").count()) === 3);
});

test("the same tool called three times with the same arguments is marked", async () => {
  const run = new Run();
  const call = { tool_name: "web", api_name: "fetch", args_hash: "sha256:1", args_preview: '{"url":"x"}' };
  await redis.add(run.started("run_started", "0000000000000001", "", { name: "loops" }));
  for (let i = 0; i < 3; i += 1) {
    const span = `00000000000002${i}0`;
    await redis.add(run.started("tool_invoked", span, "0000000000000001", call));
    await redis.add(run.finished("tool_returned", span, "0000000000000001", { ...call, success: true }));
  }
  await open();
  await viewer.spans("same ×3").first().waitFor();
  await viewer.spans("web.fetch").first().click();
  await viewer.details().getByText("web.fetch was called 3 times with the same arguments").waitFor();
  await viewer.picture("repeats");
});

test("the totals tell when the first token came", async () => {
  const run = new Run();
  await redis.add(run.started("run_started", "0000000000000001", "", { name: "streams" }));
  for (const [i, seconds] of [0.3, 0.5, 0.7].entries()) {
    const call = { agent_class: "Writer", model: "streaming", items: 40, time_to_first: seconds };
    await redis.add(run.started("llm_call_started", `000000000000030${i}`, "0000000000000001", { agent_class: "Writer", model: "streaming" }));
    await redis.add(run.finished("llm_call_completed", `000000000000030${i}`, "0000000000000001", call));
  }
  await open();
  await viewer.view("Totals");
  const heads = viewer.page.locator(".calls thead th");
  await heads.getByText("First token").waitFor();
  const column = (await heads.allInnerTexts()).findIndex((name) => name.includes("First token"));
  const row = viewer.page.locator(".calls tbody tr", { hasText: "streaming" });
  await expect.poll(() => row.locator("th, td").nth(column).innerText()).toMatch(/^(49|50)\d ms$/);
});

test("one click on the cost selects the most expensive call", async () => {
  await replay(redis);
  await open();
  await viewer.page.getByTitle("Select the most expensive call").click();
  const calls = (await events()).filter(({ type }) => type === "llm_call_completed");
  const most = calls.reduce((best, it) => (Number(it.payload["cost_estimate"]) > Number(best.payload["cost_estimate"]) ? it : best));
  await viewer.details().getByRole("tab", { name: "JSON" }).click();
  await until("it is that call", async () => (await viewer.details().locator(".json").innerText()).includes(most.id));
});

test("what runs now is named, by the way that leads there", async () => {
  const run = new Run();
  await redis.add(run.started("run_started", "0000000000000001", "", { name: "alive" }));
  await redis.add(run.started("step_started", "0000000000000002", "0000000000000001", { action_name: "execute", node_id: "3.2" }));
  await redis.add(run.started("llm_call_started", "0000000000000003", "0000000000000002", { agent_class: "Writer", model: "m", node_id: "3.2" }));
  await redis.add(run.started("tool_invoked", "0000000000000004", "0000000000000001", { tool_name: "web", api_name: "search" }));
  await open();
  const now = viewer.page.locator(".now-line");
  await now.getByText("Writer").waitFor();
  expect((await now.locator(".now-path").innerText()).replaceAll("\n", " ")).toMatch(/alive.*›.*execute.*›.*Writer/);
  await expect.poll(() => now.locator(".now-beside").innerText()).toContain("web.search");
  await now.locator(".now-path").click();
  await viewer.page.locator(".tree-row.is-selected", { hasText: "Writer" }).waitFor();
});

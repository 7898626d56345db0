import { beforeEach, expect, test } from "vitest";
import { event, research, Run } from "./agent";
import { until } from "./deadline";
import { bridgeForEach, open, redis, viewer } from "./stage";

bridgeForEach();
beforeEach(() => open());

test("an empty page says what it listens to and how to send the first event", async () => {
  const text = await viewer.page.locator(".table-pane .empty").innerText();
  expect(text).toContain("Listening on stream agent_events");
  expect(text).toContain("#[emits(");
  await viewer.picture("empty");
});

test("keys choose nothing where nothing is, and what comes is followed", async () => {
  for (const key of ["j", "k", "PageDown", "Enter"]) await viewer.page.keyboard.press(key);
  await redis.add(event("first", {}));
  await viewer.shows("first");
  await redis.add(event("second", {}));
  await viewer.shows("second");
  await expect.poll(() => viewer.page.locator("#details").count()).toBe(0);
});

test("an empty list that stands still says what has come since", async () => {
  for (const json of research(new Run())) await redis.add(json);
  await viewer.shows("step_finished");
  await viewer.page.keyboard.press("/");
  await viewer.page.keyboard.type("zebra");
  await viewer.page.getByText(/The filter hides all/).waitFor();
  await viewer.spans("search.web").first().click();
  await redis.add(event("seen", { text: "a zebra" }));
  await viewer.page.getByText("One event has come since").waitFor();
  await viewer.page.getByRole("button", { name: "Show what comes" }).click();
  await viewer.shows("zebra");
});

test("an entry of a foreign producer appears as it is added", async () => {
  await redis.add('{"id":"x","ts":"2026-01-01T00:00:00","type":"my_type","payload":{"a":1}}');
  await viewer.shows("my_type");
  await expect.poll(() => viewer.rows("my_type").innerText()).toContain("a=1");
});

test("entries that are no events are shown as such and break nothing", async () => {
  await redis.add("not json");
  await redis.command("XADD", "agent_events", "*", "other", "field");
  await redis.add(event("huge", { text: "x".repeat(2 * 1024 * 1024) }));
  await redis.add(event("after_all_that", { b: 2 }));
  await viewer.shows("after_all_that");
  await expect.poll(() => viewer.rows().count()).toBe(4);
  const invalid = await viewer.rows("invalid_entry").count();
  expect(invalid).toBeGreaterThanOrEqual(2);
  await expect.poll(() => viewer.figure("Invalid")).toBe(String(invalid));
  await viewer.rows("not json").first().click();
  await viewer.details().getByText("not json").first().waitFor();
  await viewer.picture("invalid-entries");
});

test("a run shows its spans, figures and errors", async () => {
  for (const json of research(new Run())) await redis.add(json);
  await viewer.shows("step_finished");
  await expect.poll(() => viewer.page.locator(".run-picker > .button").innerText()).toContain("cable-research");
  await expect.poll(() => viewer.figure("Events")).toBe("7");
  await expect.poll(() => viewer.figure("Tokens")).toMatch(/^1,034/);
  await expect.poll(() => viewer.figure("Cost")).toMatch(/^\$0\.013/);
  await expect.poll(() => viewer.figure("Errors")).toBe("1");
  await expect.poll(() => viewer.figure("Run")).toMatch(/^running/);
  const levels = await viewer.spans().evaluateAll((rows) => rows.map((row) => [row.getAttribute("aria-level"), row.querySelector(".tree-label")?.textContent]));
  expect(levels).toEqual([["1", "cable-research"], ["2", "execute"], ["3", "Planner"], ["3", "search.web"]]);
  await viewer.picture("run");
});

test("the ring of what runs turns, without an animation that has the browser draw all the time", async () => {
  for (const json of research(new Run())) await redis.add(json);
  const ring = viewer.spans("cable-research").locator(".tone-running path");
  const first = await ring.getAttribute("d");
  await expect.poll(() => ring.getAttribute("d")).not.toBe(first);
  expect(await viewer.page.evaluate(() => document.getAnimations().length)).toBe(0);
});

test("details show the fields, the JSON as written, the other half and the parent", async () => {
  for (const json of research(new Run())) await redis.add(json);
  await viewer.rows("tool_returned").click();
  const details = viewer.details();
  await details.getByText("agent::tools::Unreachable").first().waitFor();
  await details.getByRole("tab", { name: "JSON" }).click();
  await expect.poll(() => details.locator(".json").innerText()).toContain('"error": "page could not be loaded"');
  await details.getByRole("tab", { name: "Overview" }).click();
  await details.locator(".relations").getByRole("button", { name: /tool_invoked/ }).click();
  await until("the started event is selected", async () => (await details.locator("h2").innerText()) === "tool_invoked");
  await details.locator(".relations").getByRole("button", { name: /execute 1\.2/ }).click();
  await until("the parent is selected", async () => (await details.locator("h2").innerText()) === "step_finished");
  await viewer.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await details.getByRole("tab", { name: "JSON" }).click();
  await details.getByRole("button", { name: "Copy", exact: true }).click();
  await details.getByText("Copied").waitFor();
  const copied: unknown = JSON.parse(await viewer.page.evaluate(() => navigator.clipboard.readText()));
  expect(copied).toMatchObject({ type: "step_finished", payload: { result_summary: "Found two sources" } });
  await viewer.picture("details");
});

test("a closed branch hides what is below it", async () => {
  for (const json of research(new Run())) await redis.add(json);
  await viewer.spans("search.web").waitFor();
  await viewer.spans("execute").getByRole("gridcell", { name: "Close branch" }).click();
  await viewer.spans("search.web").waitFor({ state: "detached" });
  await expect.poll(() => viewer.spans("execute").innerText()).toContain("+2");
  await viewer.spans("execute").getByRole("gridcell", { name: "Open branch" }).click();
  await viewer.spans("search.web").waitFor();
});

test("a filter says how many rows it hides, and one click clears it", async () => {
  for (const json of research(new Run())) await redis.add(json);
  await viewer.shows("step_finished");
  await viewer.page.keyboard.press("/");
  await viewer.page.keyboard.type("planner");
  await viewer.page.getByTestId("hidden").getByText("5 hidden").waitFor();
  await expect.poll(() => viewer.rows().count()).toBe(2);
  await viewer.page.getByRole("button", { name: "Clear filter" }).first().click();
  await until("all rows are back", async () => (await viewer.rows().count()) === 7);
  await viewer.page.getByRole("button", { name: /^Filter by type/ }).click();
  await viewer.page.getByRole("button", { name: "Only step_started" }).click();
  await until("one type is left", async () => (await viewer.rows().count()) === 1);
  await viewer.page.keyboard.press("Escape");
  await viewer.page.locator("#search").fill("nothing has this");
  await viewer.page.getByText("The filter hides all 7 events").waitFor();
  await viewer.picture("filtered-empty");
});

test("pause freezes the picture and counts what comes", async () => {
  await redis.add(event("first", {}));
  await viewer.shows("first");
  await viewer.page.keyboard.press("Space");
  for (const name of ["second", "third"]) await redis.add(event(name, {}));
  await viewer.page.getByText("Paused, +2 new").waitFor();
  await expect.poll(() => viewer.rows().count()).toBe(1);
  await viewer.picture("paused");
  await viewer.page.keyboard.press("Space");
  await viewer.shows("third");
  await expect.poll(() => viewer.rows().count()).toBe(3);
});

test("keys walk through the table and close the details", async () => {
  for (const name of ["one", "two", "three"]) await redis.add(event(name, {}));
  await viewer.shows("three");
  const heading = viewer.details().locator("h2");
  await viewer.page.keyboard.press("j");
  await until("the newest is selected", async () => (await heading.innerText()) === "three");
  await viewer.page.keyboard.press("j");
  await until("the next is selected", async () => (await heading.innerText()) === "two");
  await viewer.page.keyboard.press("k");
  await until("the newest is selected again", async () => (await heading.innerText()) === "three");
  await viewer.page.keyboard.press("Escape");
  await heading.waitFor({ state: "detached" });
  await viewer.page.keyboard.press("?");
  await viewer.page.getByRole("dialog", { name: "Keys" }).waitFor();
});

test("two runs are told apart, and the newest is shown until one is picked", async () => {
  const [first, second] = [new Run(), new Run()];
  await redis.add(first.started("run_started", "a000000000000001", "", { name: "first-run" }));
  await redis.add(second.started("run_started", "b000000000000001", "", { name: "second-run" }));
  const picker = viewer.page.locator(".run-picker > .button");
  await until("the second run is shown", async () => (await picker.innerText()).includes("second-run"));
  await picker.click();
  await viewer.page.locator(".run-choice", { hasText: "first-run" }).click();
  await redis.add(new Run().started("run_started", "c000000000000001", "", { name: "third-run" }));
  await until("the picked run stays", async () => (await viewer.page.locator(".counters").innerText()).includes("2 in other runs"));
  await expect.poll(() => picker.innerText()).toContain("first-run");
  await expect.poll(() => viewer.rows().count()).toBe(1);
  await picker.click();
  await viewer.page.locator(".run-choice", { hasText: "All runs" }).click();
  await until("all runs are shown", async () => (await viewer.rows().count()) === 3);
});

test("an entry that has the id of another is shown, and a repeat is not", async () => {
  for (const a of [1, 2, 1]) await redis.add(JSON.stringify({ id: "x", ts: "2026-01-01T00:00:00", type: "same_id", payload: { a } }));
  await redis.add(event("last", {}));
  await viewer.shows("last");
  await expect.poll(() => viewer.rows("same_id").locator(".c2").allInnerTexts()).toEqual(["a=2", "a=1"]);
});

test("lines of rows end where the line of the heading does", async () => {
  await redis.add(event("one", {}));
  await viewer.shows("one");
  const ends = await viewer.page.evaluate(() => {
    const head = document.querySelector<HTMLElement>(".row.head");
    const row = document.querySelector<HTMLElement>(".at-rank");
    if (!head || !row) return [];
    return [head.getBoundingClientRect().left + Number.parseFloat(getComputedStyle(head, "::after").width), row.getBoundingClientRect().right];
  });
  expect(ends).toHaveLength(2);
  expect(ends[0]).toBeCloseTo(ends[1] ?? 0, 1);
  await expect.poll(() => viewer.page.getByRole("columnheader", { name: /^Time/ }).getAttribute("title")).toMatch(/^Local time, \S+/);
});

test("calls of a process that fell silent are lost, and do not run for ever", async () => {
  for (const json of research(new Run())) await redis.add(json);
  await viewer.page.locator(".tree-head").getByText("1 running").waitFor();
  // Three signs of life must fail to come, and some.
  await viewer.page.locator(".tree-head").getByText("1 lost").waitFor({ timeout: 90_000 });
  await expect.poll(() => viewer.figure("Run")).toMatch(/^lost/);
  await expect.poll(() => viewer.spans("cable-research").getAttribute("class")).toContain("status-lost");
  await expect.poll(() => viewer.page.locator(".tree-head").getByText("running").count()).toBe(0);
  await viewer.picture("lost");
});

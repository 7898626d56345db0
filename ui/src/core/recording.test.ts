import { expect, test } from "vitest";
import { event, finished, line, RUN, started } from "./fixtures";
import { Recording, type RecordingView } from "./recording";
import { Session } from "./session";

async function read(text: string | Uint8Array<ArrayBuffer>): Promise<{ session: Session; view: RecordingView }> {
  const session = new Session(() => Date.UTC(2030, 0));
  const recording = new Recording(new Blob([text]), "run.ndjson", false, (frame) => session.frame(frame), (view) => (session.source = view));
  await recording.read();
  session.work(() => false);
  return { session, view: recording.view };
}

test("a recording of events or of a bridge's lines is read, and odd lines are counted", async () => {
  const lines = [
    '{"control":"hello","protocol":1,"stream":"s","cursor":"0"}', line(started("run_started", "r"), "5-1@3"), JSON.stringify(event("note", { run_id: RUN })), "", "no json", "[1]", '{"a":1}',
    '{"control":"gap","after":"1-0","first":"9-0","lost":12,"why":"trimmed"}', `${JSON.stringify(finished("run_finished", "r"))}`,
  ];
  const { session, view } = await read(`\uFEFF${lines.join("\r\n")}`);
  expect(view).toMatchObject({ done: true, badLines: 3, firstBad: "Line 5 is no event: no json", error: "" });
  expect(view.bytesRead).toBe(view.bytes);
  const { table, counters, source } = session.snapshot();
  expect(table.rows.map(({ type }) => type)).toEqual(["run_finished", "stream_gap", "note", "run_started"]);
  expect(counters).toMatchObject({ received: 3, trimmed: 12 });
  expect(source).toMatchObject({ kind: "recording", name: "run.ndjson" });
});

test("characters and lines that lie across two pieces of a file stay whole", async () => {
  const big = Array.from({ length: 40 }, (_, i) => JSON.stringify(event("note", { run_id: RUN, i, text: "€😀".repeat(3001 + i) }))).join("\n");
  const { session, view } = await read(big);
  expect(view.badLines).toBe(0);
  expect(session.store.rows.size).toBe(40);
  expect(session.store.rows.textOf(33)).toBe(big.split("\n")[33]);
});

test("what is no recording at all says so", async () => {
  const { view, session } = await read(Uint8Array.from({ length: 5000 }, (_, i) => (i * 7) % 256));
  expect(view.badLines).toBeGreaterThan(0);
  expect(view.firstBad).toMatch(/^Line \d+ is no event/);
  expect(session.store.rows.size).toBe(0);
});

test("what is exported reads again as it was, whole, selected or filtered", async () => {
  const events = [started("run_started", "r", "", { name: "my run" }), started("step_started", "a", "r"), event("note", { run_id: "other" }), finished("step_finished", "a", "r"), finished("run_finished", "r")];
  const { session } = await read(events.map((it) => JSON.stringify(it)).join("\n"));
  session.request({ kind: "scope", scope: { kind: "run", id: RUN } });
  session.work(() => false);
  const run = session.export("run", "ndjson");
  expect(run).toMatchObject({ name: `my-run-${RUN.slice(0, 8)}.ndjson`, events: 4 });
  expect(await run.blob.text()).toBe(events.filter((it) => (it.payload as Record<string, unknown>)["run_id"] === RUN).map((it) => `${JSON.stringify(it)}\n`).join(""));
  session.request({ kind: "select", target: { kind: "span", key: `${RUN}/a` } });
  const selection = session.export("selection", "json");
  expect(JSON.parse(await selection.blob.text())).toEqual([events[1], events[3]]);
  expect((await read(await selection.blob.text())).session.store.rows.size).toBe(2);
  session.request({ kind: "filter", filter: { text: "type:step", hiddenTypes: [], errorsOnly: false, showInternal: false } });
  session.work(() => false);
  expect(session.export("table", "ndjson").events).toBe(2);
});

test("open calls of a recording are lost, for nobody will finish them", async () => {
  const { session } = await read(JSON.stringify(started("run_started", "r")));
  expect(session.snapshot().header.status).toBe("lost");
});

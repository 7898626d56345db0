import { beforeEach, expect, test } from "vitest";
import { event, feed, finished, line, RUN, started } from "./fixtures";
import { NO_FILTER } from "./filter";
import type { Snapshot } from "./messages";
import { Session } from "./session";

let session: Session;
let now: number;

beforeEach(() => {
  now = Date.UTC(2026, 10, 22, 20, 0, 0);
  session = new Session(() => now);
});

function look(): Snapshot {
  session.work(() => false);
  return session.snapshot();
}

const live = () => session.connected({ phase: "live", bridge: "b", stream: "s", log: "redis" });
const types = (snapshot: Snapshot) => snapshot.table.rows.map((row) => row.type);
const statusOf = (snapshot: Snapshot, type: string) => snapshot.table.rows.find((row) => row.type === type)?.status;

test("the newest run is shown, with what belongs to no run, until the viewer picks one", () => {
  feed(session, line(started("run_started", "r1")), line(event("foreign", { a: 1 })));
  feed(session, line(event("run_started", { run_id: "second", span_id: "r2" })));
  expect(types(look())).toEqual(["run_started", "foreign"]);
  expect(look().header.run).toBe("second");
  expect(look().table.outside).toBe(1);
  session.request({ kind: "scope", scope: { kind: "run", id: RUN } });
  expect(look().header.run).toBe(RUN);
  expect(types(look())).toEqual(["run_started"]);
  session.request({ kind: "scope", scope: { kind: "all" } });
  expect(types(look())).toEqual(["run_started", "foreign", "run_started"]);
  session.request({ kind: "scope", scope: { kind: "none" } });
  expect(types(look())).toEqual(["foreign"]);
});

test("a newer run does not take the place of the one that is being read", () => {
  feed(session, line(started("run_started", "r1")));
  look();
  session.request({ kind: "freeze", pane: "table", frozen: true });
  feed(session, line(event("run_started", { run_id: "second", span_id: "r2" })));
  expect(look().header.run).toBe(RUN);
  expect(types(look())).toEqual(["run_started"]);
  session.request({ kind: "freeze", pane: "table", frozen: false });
  expect(look().header.run).toBe("second");
});

test("a process's own run of point events does not push a real run aside", () => {
  feed(session, line(started("run_started", "r")), line(event("bus_stats", { run_id: "process" })));
  expect(look().header.run).toBe(RUN);
});

test("the filter says how many rows it hides", () => {
  feed(session, line(started("step_started", "a")), line(finished("step_finished", "a")), line(event("note", { run_id: RUN })));
  session.request({ kind: "filter", filter: { ...NO_FILTER, hiddenTypes: ["note"] } });
  expect(look().table).toMatchObject({ total: 2, hidden: 1 });
  session.request({ kind: "filter", filter: { ...NO_FILTER, errorsOnly: true } });
  expect(look().table).toMatchObject({ total: 0, hidden: 3 });
});

test("housekeeping is shown only when asked for", () => {
  feed(session, line(event("producer_alive", { producer_id: "p", open_spans: 0, open_runs: 0 })));
  expect(look().table).toMatchObject({ total: 0, hidden: 0, outside: 0 });
  session.request({ kind: "filter", filter: { ...NO_FILTER, showInternal: true } });
  expect(look().table.total).toBe(1);
});

test("a gap is a row under every filter, with the number of events if it is known", () => {
  feed(session, '{"control":"gap","after":"1-0","first":"9-0","lost":12,"why":"trimmed"}', '{"control":"gap","after":"9-0","first":null,"lost":null,"why":"trimmed"}');
  session.request({ kind: "filter", filter: { ...NO_FILTER, text: "nothing like it" } });
  const { table } = look();
  expect(table.rows.map((row) => row.summary)).toEqual([
    "An unknown number of events trimmed before they could be read",
    "12 events trimmed before they could be read",
  ]);
  expect(table.gaps).toBe(2);
});

test("pause freezes table and tree, and counts what comes in", () => {
  live();
  feed(session, line(started("run_started", "r")));
  session.request({ kind: "freeze", pane: "table", frozen: true });
  session.request({ kind: "freeze", pane: "tree", frozen: true });
  feed(session, line(started("step_started", "a", "r")), line(finished("run_finished", "r")));
  const frozen = look();
  expect(frozen.table).toMatchObject({ total: 1, waiting: 2 });
  expect(statusOf(frozen, "run_started")).toBe("running");
  expect(frozen.tree.rows.map(({ label, status }) => [label, status])).toEqual([["run", "running"]]);
  expect(frozen.header.events).toBe(3);
  session.request({ kind: "freeze", pane: "table", frozen: false });
  session.request({ kind: "freeze", pane: "tree", frozen: false });
  expect(look().table).toMatchObject({ total: 3, waiting: 0 });
  expect(look().tree.rows[0]?.status).toBe("ok");
});

test("open spans of a run that fell silent are lost, and a sign of life saves them", () => {
  live();
  feed(session, line(started("run_started", "r")));
  now += 34_000;
  feed(session, line(event("producer_alive", { producer_id: "p", open_spans: 1, open_runs: 1 })));
  now += 34_000;
  expect(look().tree.rows[0]?.status).toBe("running");
  now += 2_000;
  expect(look().tree.rows[0]?.status).toBe("lost");
  expect(look().header.status).toBe("lost");
  expect(statusOf(look(), "run_started")).toBe("lost");
});

test("a lost run lasted as long as it was heard of, and no time is told where only its start was", () => {
  live();
  feed(session, line(started("run_started", "r")));
  now += 36_000;
  expect(look().header).toMatchObject({ status: "lost", duration: Number.NaN });
  feed(session, line(started("step_started", "s", "r")));
  now += 36_000;
  expect(look().header).toMatchObject({ status: "lost", duration: 1 });
});

test("a producer speaks for its own runs only, where it is known whose they are", () => {
  live();
  feed(session, line(started("run_started", "r", "", { producer_id: "p1" })), line(event("run_started", { run_id: "other", span_id: "o", producer_id: "p2" })));
  now += 30_000;
  feed(session, line(event("producer_alive", { producer_id: "p2", open_spans: 1, open_runs: 1 })));
  now += 10_000;
  session.request({ kind: "scope", scope: { kind: "all" } });
  expect(look().runs?.map(({ id, status }) => [id, status])).toEqual([["other", "running"], [RUN, "lost"]]);
});

test("no span is lost because the connection is", () => {
  live();
  feed(session, line(started("run_started", "r")));
  session.connected({ phase: "waiting", bridge: "b", attempt: 1, retryAt: 0, why: "" });
  now += 600_000;
  expect(look().tree.rows[0]?.status).toBe("running");
  live();
  now += 30_000;
  expect(look().tree.rows[0]?.status).toBe("running");
  now += 10_000;
  expect(look().tree.rows[0]?.status).toBe("lost");
});

test("a run that was open when its log ended is lost for a viewer who comes hours later", () => {
  feed(session, line(started("run_started", "r")));
  live();
  expect(look().header.status).toBe("lost");
});

test("a node goes by its number in the plan, and the tree names it where it changes", () => {
  const node_id = "7913e35fdf004cb8";
  feed(session, line(started("run_started", "r")), line(event("node_created", { run_id: RUN, node_id, nid: "1.2" })));
  feed(session, line(started("step_started", "a", "r", { node_id })), line(started("llm_call_started", "b", "a", { node_id })));
  feed(session, line(started("step_started", "c", "r", { node_id: "0123456789abcdef" })));
  expect(look().tree.rows.map(({ node }) => node)).toEqual(["", "1.2", "", "01234567"]);
  expect(look().table.rows[1]).toMatchObject({ node: "1.2", nodeId: node_id });
});

test("details tell the other half, the parent and the error", () => {
  feed(session, line(started("run_started", "r", "", { name: "demo" })), line(started("tool_invoked", "t", "r", { tool_name: "search" })));
  feed(session, line(finished("tool_returned", "t", "r", { outcome: "error", error: "timeout", error_type: "agent::Timeout", error_chain: ["timeout", "dns"], tool_name: "search" })));
  look();
  session.request({ kind: "select", target: { kind: "newest-error" } });
  const { details } = look();
  expect(details).toMatchObject({
    type: "tool_returned", error: "timeout", errorType: "agent::Timeout", errorChain: ["timeout", "dns"],
    pair: { type: "tool_invoked", seq: 1 }, parent: { label: "demo", status: "lost" },
  });
  expect(details?.fields.map(({ key }) => key)).toContain("tool_name");
  expect(JSON.parse(details?.json ?? "")).toHaveProperty("payload.span_id", "t");
  expect(look().details).toBeUndefined();
});

test("a selected call that finishes is told again, as finished", () => {
  live();
  feed(session, line(started("step_started", "a")));
  session.request({ kind: "select", target: { kind: "row", seq: 0 } });
  expect(look().details).toMatchObject({ status: "running", pair: null });
  feed(session, line(finished("step_finished", "a")));
  expect(look().details).toMatchObject({ status: "started", pair: { type: "step_finished" } });
});

test("the keys walk through the rows that are shown, and stop at the ends", () => {
  feed(session, ...["a", "b", "c"].map((type) => line(event(type))));
  const move = (by: number) => session.request({ kind: "select", target: { kind: "move", pane: "table", by } });
  const selected = () => look().selection.tableIndex;
  move(1);
  expect(selected()).toBe(0);
  move(1);
  move(1);
  move(1);
  expect(selected()).toBe(2);
  move(-20);
  expect(selected()).toBe(0);
});

test("a selection in the tree is one in the table", () => {
  feed(session, line(started("run_started", "r")), line(started("step_started", "a", "r")), line(finished("step_finished", "a", "r")));
  session.request({ kind: "select", target: { kind: "span", key: `${RUN}/a` } });
  expect(look().selection).toMatchObject({ seq: 2, tableIndex: 0, treeIndex: 1, span: `${RUN}/a` });
});

test("a reset of the log is a row that says so once, and what was shown stays", () => {
  feed(session, line(event("a")), '{"control":"reset","cursor":"0-0","why":"the log was deleted or restored"}', line(event("b")));
  expect(look().table.rows.map((row) => row.summary)).toEqual(["", "The log was deleted or restored; what follows is new", ""]);
});

test("what is missing from the stream is missing from the view of every run", () => {
  feed(session, line(started("run_started", "r")), '{"control":"gap","after":"1-0","first":"9-0","lost":1,"why":"trimmed"}');
  feed(session, '{"control":"reset","cursor":"0-0","why":""}', line(event("run_started", { run_id: "second", span_id: "s" })));
  const lines = () => look().table.rows.map(({ kind, type, summary }) => (kind === "gap" ? summary : type));
  const missing = ["The log was deleted or restored; what follows is new", "1 event trimmed before they could be read"];
  expect(look().header.run).toBe("second");
  expect(lines()).toEqual(["run_started", ...missing]);
  session.request({ kind: "scope", scope: { kind: "run", id: RUN } });
  expect(lines()).toEqual([...missing, "run_started"]);
});

test("the header takes the root's own duration, which times of milliseconds cannot tell", () => {
  live();
  feed(session, line(started("run_started", "r")), line(finished("step_finished", "a", "r")));
  expect(look().header).toMatchObject({ status: "running", duration: Number.NaN });
  feed(session, line(finished("run_finished", "r", "", { duration: 0.00000233 })));
  expect(look().header).toMatchObject({ status: "ok", duration: 0.00000233 });
});

test("a run of several roots takes as long as its events", () => {
  const at = (second: number) => ({ ts: `2026-11-22T13:00:0${second}Z` });
  feed(session, line({ ...started("a", "1"), ...at(1) }), line({ ...finished("a", "1"), ...at(2) }));
  feed(session, line({ ...started("a", "2"), ...at(4) }), line({ ...finished("a", "2"), ...at(7) }));
  expect(look().header.duration).toBe(6);
});

test("a run of a point alone does not run, and goes by its function", () => {
  live();
  feed(session, line(event("step_started", { run_id: RUN, step: 1, function: "agent::steps::greet" })));
  const { header, runs } = look();
  expect(header).toMatchObject({ name: "greet", status: "", duration: Number.NaN });
  expect(runs).toMatchObject([{ name: "greet", status: "" }]);
});

test("a run goes by the name it was given, else by its root's function, else by its root's type", () => {
  const nameOf = (...events: ReturnType<typeof event>[]) => {
    const it = new Session(() => now);
    feed(it, ...events.map((each) => line(each)));
    return it.snapshot().header.name;
  };
  const inner = started("tool_invoked", "t", "r", { function: "agent::search" });
  const root = started("run_started", "r", "", { function: "agent::research" });
  expect(nameOf(inner, root)).toBe("research");
  expect(nameOf(root, inner)).toBe("research");
  expect(nameOf(inner, root, finished("run_finished", "r", "", { name: "cable" }))).toBe("cable");
  expect(nameOf(event("note", { run_id: RUN, function: "agent::note" }), started("step_started", "a"))).toBe("step_started");
});

test("spans of a run that fell silent are lost, not open", () => {
  live();
  feed(session, line(started("run_started", "r")), line(started("step_started", "a", "r")));
  expect(look().tree).toMatchObject({ open: 2, lost: 0 });
  now += 36_000;
  expect(look().tree).toMatchObject({ open: 0, lost: 2 });
});

test("entries that are no events are counted", () => {
  for (const raw of ["not json", "neither"]) feed(session, line(event("invalid_entry", { reason: "not JSON", raw })));
  feed(session, line(event("note")));
  expect(look().header).toMatchObject({ events: 3, invalid: 2 });
});

test("more events than are kept stay within the limit, and the table over them whole", () => {
  const small = new Session(() => now, { rows: 20_000, bytes: 1e9 });
  for (let i = 0; i < 50_000; i += 1) feed(small, line({ id: `e${i}`, ts: "2026-11-22T13:00:00Z", type: "t", payload: { i } }));
  const { table } = small.snapshot();
  expect(table.total).toBe(small.store.rows.size);
  expect(table.total).toBeLessThanOrEqual(21_024);
  expect(table.rows[0]?.summary).toBe("i=49999");
});

test("the first hits of a filter do not wait for pictures", () => {
  feed(session, ...Array.from({ length: 600 }, (_, i) => line(started("step_started", `s${i}`))));
  session.request({ kind: "show", pictures: ["timeline"] });
  expect(look().timeline).toBeDefined();
  now += 1000;
  session.request({ kind: "filter", filter: { ...NO_FILTER, text: "step_started" } });
  session.work(() => true);
  const first = session.snapshot();
  expect(first.query.scanning).toBe(true);
  expect(first.table.total).toBeGreaterThan(0);
  expect(first.timeline).toBeUndefined();
  now += 1000;
  expect(look().timeline).toBeDefined();
});

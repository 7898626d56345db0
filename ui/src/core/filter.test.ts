import { expect, test } from "vitest";
import { find, needle } from "./bytes";
import { event, feed, finished, line, put, RUN, started } from "./fixtures";
import { BY_PARTS, judge, MATCH, NO_FILTER, SHOWN } from "./filter";
import { Session } from "./session";
import { Store } from "./store";

function store(): Store {
  const it = new Store();
  put(it, event("node_created", { run_id: RUN, node_id: "abc", nid: "3.2", status: "READY" }));
  put(it, started("llm_call_started", "l", "", { model: "gpt-4o-mini", node_id: "abc" }));
  put(it, finished("llm_call_completed", "l", "", { model: "gpt-4o-mini", node_id: "abc", duration: 2.5, token_usage: { total_tokens: 1200 }, cost_estimate: 0.02, agent_class: "Planner" }));
  put(it, finished("tool_returned", "t", "", { tool_name: "browser", api_name: "open", success: false, error: "404 não há", duration: 0.2 }));
  put(it, event("node_status_change", { run_id: RUN, node_id: "abc", old_status: "READY", new_status: "DOING" }));
  put(it, started("step_started", "s", "", { step: 1 }));
  return it;
}

/** Numbers of the rows that pass. */
function passing(text: string): number[] {
  const it = store();
  const { verdict } = judge(it, { ...NO_FILTER, text }, { kind: "all" }, "");
  return [0, 1, 2, 3, 4, 5].filter((seq) => verdict(seq) === (SHOWN | MATCH));
}

test("each key asks for what it says", () => {
  expect(passing("type:llm")).toEqual([1, 2]);
  expect(passing("status:error")).toEqual([3]);
  expect(passing("status:running")).toEqual([5]);
  expect(passing("status:doing")).toEqual([4]);
  expect(passing("outcome:ok,failed")).toEqual([2, 3]);
  expect(passing("node:3.2")).toEqual([0, 1, 2, 4]);
  expect(passing("node:3")).toEqual([0, 1, 2, 4]);
  expect(passing("node:2")).toEqual([]);
  expect(passing("model:4o-MINI")).toEqual([1, 2]);
  expect(passing("tool:browser")).toEqual([3]);
  expect(passing("dur>2s")).toEqual([2]);
  expect(passing("dur<1s")).toEqual([3]);
  expect(passing("tokens>1000 cost>=0.02")).toEqual([2]);
  expect(passing("agent_class:plan")).toEqual([2]);
  expect(passing("agent_class=plan")).toEqual([]);
  expect(passing("total_tokens>1000")).toEqual([2]);
  expect(passing("size>1mb")).toEqual([]);
  expect(passing("-type:llm -type:node")).toEqual([3, 5]);
  expect(passing("dur>nonsense")).toEqual([0, 1, 2, 3, 4, 5]);
});

test("text is found in any case, whatever alphabet it is written in", () => {
  expect(passing("BROWSER")).toEqual([3]);
  expect(passing("NÃO HÁ".split(" ")[0] ?? "")).toEqual([3]);
  expect(passing("planner gpt")).toEqual([2]);
});

test("every part says how many rows it alone hides", () => {
  const session = new Session(() => 0);
  feed(session, line(started("run_started", "r")), ...[1, 2, 3].map((i) => line(event("note", { run_id: RUN, said: `needle ${i}` }))), line(event("other", { run_id: RUN })));
  session.request({ kind: "filter", filter: { ...NO_FILTER, text: 'type:note "needle 2" dur>x' } });
  session.work(() => false);
  const { query, counters } = session.snapshot();
  expect(query.parts.map(({ hides }) => hides)).toEqual([0, 2, 0]);
  expect(query.parts[2]?.error).toContain("x is no number");
  expect([counters.shown, counters.hidden, query.matches]).toEqual([1, 4, 1]);
  session.request({ kind: "filter", filter: { ...NO_FILTER, text: "type:note", hiddenTypes: ["note"] } });
  session.work(() => false);
  expect(session.snapshot().query).toMatchObject({ hiddenByTypes: 3, matches: 0 });
});

test("a query that only marks hides nothing, and its matches are gone through", () => {
  const session = new Session(() => 0);
  feed(session, line(started("run_started", "r")), ...[1, 2, 3, 4].map((i) => line(event(i % 2 ? "odd" : "even", { run_id: RUN, i }))));
  session.request({ kind: "filter", filter: { ...NO_FILTER, text: "type:odd", marks: true } });
  session.work(() => false);
  expect(session.snapshot().table.rows.map(({ isDimmed }) => isDimmed)).toEqual([true, false, true, false, true]);
  const go = (by: 1 | -1): [number, number] => {
    session.request({ kind: "select", target: { kind: "match", by } });
    const { selection, query } = session.snapshot();
    return [selection.seq, query.matchIndex];
  };
  expect([go(1), go(1), go(1), go(-1)]).toEqual([[3, 0], [1, 1], [1, 1], [3, 0]]);
  expect(session.snapshot().tree.rows[0]?.isDimmed).toBe(true);
});

test("errors are gone through one by one, each where it began", () => {
  const session = new Session(() => 0);
  const failed = (span: string, parent: string, error: string) => line(finished("step_finished", span, parent, { outcome: "error", error, error_chain: ["inner"] }));
  feed(session, line(started("run_started", "r")), line(started("step_started", "a", "r")), failed("b", "a", "inner"), failed("a", "r", "outer: inner"), failed("c", "r", "another"));
  const go = (target: Parameters<Session["request"]>[0] & { kind: "select" }): number => {
    session.work(() => false);
    session.request(target);
    return session.snapshot().selection.seq;
  };
  expect(go({ kind: "select", target: { kind: "error", by: 1 } })).toBe(4);
  expect(go({ kind: "select", target: { kind: "error", by: 1 } })).toBe(2);
  expect(go({ kind: "select", target: { kind: "error", by: -1 } })).toBe(4);
  expect(go({ kind: "select", target: { kind: "first-error" } })).toBe(2);
  expect(session.snapshot().header).toMatchObject({ firstError: 2, latestError: 4, errors: 2 });
});

test("words are found in bytes wherever they stand, as a search through text finds them", () => {
  const hay = "the The tHeory of aab aaab AAAB, and the end";
  const bytes = new TextEncoder().encode(hay);
  for (const word of ["the", "aaab", "b", "theory", "end", "END", "nothing", ""]) {
    expect(find(needle(word), bytes, 0, bytes.length), word).toBe(hay.toLowerCase().indexOf(word.toLowerCase()));
    expect(find(needle(word), bytes, 5, bytes.length), word).toBe(hay.toLowerCase().indexOf(word.toLowerCase(), 5));
  }
  expect(find(needle("end"), bytes, 0, bytes.length - 1)).toBe(-1);
});

test("more parts than have a count of their own are hidden all the same", () => {
  const it = store();
  const text = Array.from({ length: 200 }, (_, index) => (index === 150 ? "absent" : "run")).join(" ");
  expect(judge(it, { ...NO_FILTER, text }, { kind: "all" }, "").verdict(5)).toBeLessThan(BY_PARTS);
});

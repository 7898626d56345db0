import { expect, test } from "vitest";
import { event, feed, finished, line, RUN, started } from "./fixtures";
import { Lens } from "./lens";
import type { WireEvent } from "./protocol";
import { Session } from "./session";
import { TreeView } from "./tree";
import type { Retention } from "./rows";

/** Numbers that are the same in each run of the test. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % sides;
  };
}

/** Calls inside calls that run beside each other, some before their parents, some tried again, some never ended. */
function anything(throwDice: (sides: number) => number, count: number, fails: boolean): WireEvent[] {
  const events: WireEvent[] = [];
  const open: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const parent = open[throwDice(open.length + 1)] ?? (throwDice(3) === 0 ? `later-${throwDice(9)}` : "");
    const id = throwDice(12) === 0 ? `later-${throwDice(9)}` : `s${n}`;
    const more = { args_hash: `a${throwDice(3)}`, tool_name: "browser" };
    if (throwDice(3) > 0) {
      events.push(started("tool_invoked", id, parent, more));
      open.push(id);
    } else if (throwDice(8) === 0) events.push(event("note", { run_id: RUN }));
    else {
      const [ended] = open.splice(throwDice(open.length), 1);
      events.push(finished("tool_returned", ended ?? id, ended ? "" : parent, { ...more, ...(fails && throwDice(2) === 0 ? { outcome: "error", error: "no" } : {}) }));
    }
  }
  return events;
}

/** Lines as text, of a tree that grew and of one that is laid out anew with the same branches closed. */
function bothWays(session: Session, grown: TreeView, now: number): { grown: string[]; anew: string[] } {
  const lens = new Lens(session.store, session.clock, undefined);
  const runs = [...session.store.runs.all()];
  const fresh = new TreeView();
  for (const span of runs[0]?.spans.values() ?? []) if (grown.isClosed(span.key)) fresh.toggle(span.key);
  const told = (tree: TreeView): string[] => {
    const lines = tree.layOut(lens, runs, false, now).map((it) => (it.kind === "span" ? `${" ".repeat(it.depth)}${it.span.id} ×${it.retries}` : ""));
    return [...lines, `newest ${tree.newest}`];
  };
  return { grown: told(grown), anew: told(fresh) };
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])("lines that grew one by one are those of a tree laid out anew (%i)", (seed) => {
  const throwDice = dice(seed);
  const retention: Retention = seed % 2 === 0 ? { rows: 200_000, bytes: 1e8 } : { rows: 160, bytes: 1e8 };
  const session = new Session(() => Date.UTC(2026, 10, 22, 13, 0, 0), retention);
  const tree = new TreeView();
  for (const [index, it] of anything(throwDice, 600, seed % 4 !== 1).entries()) {
    feed(session, line(it));
    if (throwDice(4) > 0) continue;
    if (throwDice(9) === 0) tree.toggle([...([...session.store.runs.all()][0]?.spans.values() ?? [])][throwDice(20)]?.key ?? "");
    const { grown, anew } = bothWays(session, tree, index);
    expect(grown).toEqual(anew);
  }
});

test("calls that are let go of leave the tree without it being laid out anew", () => {
  const session = new Session(() => Date.UTC(2026, 10, 22, 13, 0, 0), { rows: 160, bytes: 1e8 });
  const tree = new TreeView();
  feed(session, line(started("run_started", "r")));
  const { shape } = session.store.spans;
  for (let n = 0; n < 400; n += 1) {
    feed(session, line(started("llm_call_started", `s${n}`, "r")), line(finished("llm_call_completed", `s${n}`, "r")));
    const { grown, anew } = bothWays(session, tree, n);
    expect(grown).toEqual(anew);
  }
  expect(session.store.spans.removals).toBeGreaterThan(200);
  expect(session.store.spans.shape).toBe(shape);
});

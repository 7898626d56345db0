import { expect, test } from "vitest";
import { feed, finished, line, RUN, started } from "../core/fixtures";
import type { Request, Snapshot, Target } from "../core/messages";
import { Session } from "../core/session";
import { foresee } from "./foresight";

/** A run that stands still: a call with two inside, one of them failed. */
function standing(): Session {
  const session = new Session(() => Date.UTC(2026, 10, 22, 13, 5, 0));
  feed(session, line(started("run_started", "r")), line(started("step_started", "s", "r", { node_id: "n1" })));
  feed(session, line(finished("tool_returned", "t", "s", { node_id: "n1" })), line(finished("llm_call_completed", "l", "s")), line(finished("step_finished", "s", "r", { node_id: "n1" })));
  session.request({ kind: "freeze", pane: "table", frozen: true });
  return session;
}

function ask(session: Session, request: Request): Snapshot {
  session.request(request);
  session.work(() => false);
  return session.snapshot();
}

const MOVES: readonly Target[] = [
  { kind: "row", seq: 2 }, { kind: "move", pane: "table", by: 1 }, { kind: "move", pane: "table", by: 1 }, { kind: "move", pane: "table", by: -1 },
  { kind: "move", pane: "table", by: 20 }, { kind: "move", pane: "tree", by: 1 }, { kind: "move", pane: "tree", by: 1 }, { kind: "move", pane: "tree", by: -1 },
  { kind: "span", key: `${RUN}/l` }, { kind: "move", pane: "tree", by: -20 }, { kind: "nothing" },
];

test("what the page foresees of a selection is what the worker answers", () => {
  const session = standing();
  let shown = ask(session, { kind: "select", target: { kind: "row", seq: 3 } });
  for (const target of MOVES) {
    const foreseen = foresee(target, shown.selection, shown.table, shown.tree);
    shown = ask(session, { kind: "select", target });
    const { seq, span, tableIndex, treeIndex } = shown.selection;
    expect(foreseen, JSON.stringify(target)).toMatchObject({ seq, span, tableIndex, treeIndex });
  }
});

test("what is not on screen is left to the worker", () => {
  const session = standing();
  const { selection, table, tree } = ask(session, { kind: "select", target: { kind: "row", seq: 3 } });
  expect(foresee({ kind: "row", seq: 99 }, selection, table, tree)).toBeNull();
  expect(foresee({ kind: "span", key: `${RUN}/absent` }, selection, table, tree)).toBeNull();
  expect(foresee({ kind: "newest-error" }, selection, table, tree)).toBeNull();
  expect(foresee({ kind: "move", pane: "table", by: 1 }, { ...selection, tableIndex: -1 }, table, tree)).toBeNull();
  expect(foresee({ kind: "move", pane: "table", by: 3 }, selection, { ...table, from: 2, rows: table.rows.slice(0, 1) }, tree)).toBeNull();
});

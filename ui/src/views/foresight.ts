// Owns what the page can tell of a selection before its worker has: where it will stand in the rows that are on screen.
// It decides nothing; the worker's answer takes its place.
import type { RowView, Selection, TableWindow, Target, TreeRowView, TreeWindow } from "../core/messages";

/** The selection that a target leads to, or nothing where only the worker knows. */
export function foresee(target: Target, from: Selection, table: TableWindow, tree: TreeWindow): Selection | null {
  switch (target.kind) {
    case "nothing":
      return { ...from, seq: -1, span: "", node: "", tableIndex: -1, treeIndex: -1 };
    case "row":
      return atRow(table.rows.find(({ seq }) => seq === target.seq), from, table, tree);
    case "span":
      return atLine(tree.rows.find(({ key }) => key === target.key), from, table, tree);
    case "move":
      return target.pane === "table" ? moveInTable(target.by, from, table, tree) : moveInTree(target.by, from, table, tree);
    default:
      return null;
  }
}

function moveInTable(by: number, from: Selection, table: TableWindow, tree: TreeWindow): Selection | null {
  if (from.tableIndex < 0) return null;
  return atRow(table.rows[within(from.tableIndex + by, table.total) - table.from], from, table, tree);
}

/** Lines of runs are passed over, which only the worker can where more than one comes. */
function moveInTree(by: number, from: Selection, table: TableWindow, tree: TreeWindow): Selection | null {
  if (from.treeIndex < 0) return null;
  return atLine(tree.rows[within(from.treeIndex + by, tree.total) - tree.from], from, table, tree);
}

function within(index: number, total: number): number {
  return Math.min(Math.max(index, 0), total - 1);
}

function atRow(row: RowView | undefined, from: Selection, table: TableWindow, tree: TreeWindow): Selection | null {
  if (!row) return null;
  const line = row.span === "" ? -1 : tree.rows.findIndex(({ key }) => key === row.span);
  return {
    seq: row.seq, span: row.span, node: row.nodeId, reveal: from.reveal + 1,
    tableIndex: table.from + table.rows.indexOf(row), treeIndex: line < 0 ? -1 : tree.from + line,
  };
}

/** A call is told of by its last row. */
function atLine(line: TreeRowView | undefined, from: Selection, table: TableWindow, tree: TreeWindow): Selection | null {
  if (line?.kind !== "span") return null;
  const row = table.rows.findIndex(({ span }) => span === line.key);
  return {
    seq: table.rows[row]?.seq ?? -1, span: line.key, node: from.node, reveal: from.reveal + 1,
    tableIndex: row < 0 ? -1 : table.from + row, treeIndex: tree.from + tree.rows.indexOf(line),
  };
}

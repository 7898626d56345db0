import { expect, test } from "vitest";
import { event, put } from "./fixtures";
import { judge, NO_FILTER } from "./filter";
import { Store } from "./store";
import { TableView } from "./table";

const all = (store: Store) => judge(store, NO_FILTER, { kind: "all" }, "");
const searching = (store: Store, text: string) => judge(store, { ...NO_FILTER, text }, { kind: "all" }, "");

function fill(store: Store, count: number, type = "a"): void {
  for (let i = 0; i < count; i += 1) put(store, event(type, { i }));
}

function seqs(view: TableView, from = 0, count = 10): number[] {
  return view.stretch(from, count).rows.map(({ row }) => row.seq);
}

test("the newest row stands first, whether it was there or came later", () => {
  const store = new Store();
  fill(store, 3);
  const view = new TableView(store.rows, all(store));
  store.listen(view);
  fill(store, 2);
  view.scan(() => false);
  expect(seqs(view)).toEqual([4, 3, 2, 1, 0]);
  expect(view.stretch(0, 0).total).toBe(5);
});

test("a row keeps its rank whatever comes before, after or goes", () => {
  const store = new Store({ rows: 100, bytes: 1e9 });
  fill(store, 50);
  const view = new TableView(store.rows, all(store));
  store.listen(view);
  fill(store, 10);
  const rankOf = (seq: number) => view.stretch(0, 1000).rows.find(({ row }) => row.seq === seq)?.rank;
  const before = rankOf(55);
  view.scan(() => false);
  fill(store, 80);
  expect(store.rows.firstSeq).toBeGreaterThan(0);
  expect(rankOf(store.rows.nextSeq - 1)).toBe((before ?? 0) + store.rows.nextSeq - 1 - 55);
});

test("eviction takes rows off the bottom only", () => {
  const store = new Store({ rows: 16, bytes: 1e9 });
  const view = new TableView(store.rows, all(store));
  store.listen(view);
  fill(store, 100);
  expect(view.stretch(0, 0).total).toBe(store.rows.size);
  expect(seqs(view, 0, 1000).at(-1)).toBe(store.rows.firstSeq);
});

test("a filter over old rows works in slices, newest first, while new rows come", () => {
  const store = new Store();
  fill(store, 1000, "needle");
  const view = new TableView(store.rows, searching(store, "needle"));
  store.listen(view);
  view.scan(() => true);
  expect(view.scanning).toBe(true);
  fill(store, 1, "needle");
  fill(store, 1, "straw");
  expect(seqs(view, 0, 3)).toEqual([1000, 999, 998]);
  view.scan(() => false);
  expect(view.stretch(0, 0).total).toBe(1001);
  expect(view.tallied().hidden).toBe(1);
});

test("a frozen table stays as it is and counts what comes", () => {
  const store = new Store();
  const view = new TableView(store.rows, all(store));
  store.listen(view);
  fill(store, 5);
  view.frozenAt = store.rows.nextSeq - 1;
  const before = view.stretch(0, 10);
  fill(store, 3);
  expect(view.stretch(0, 10)).toEqual(before);
  expect(view.waiting).toBe(3);
  expect(view.indexOf(4)).toBe(0);
  view.frozenAt = undefined;
  expect(view.indexOf(4)).toBe(3);
});

test("a search finds what JSON had to escape", () => {
  const store = new Store();
  put(store, event("said", { text: 'he said "no"' }));
  const view = new TableView(store.rows, searching(store, '"no"'));
  view.scan(() => false);
  expect(view.stretch(0, 0).total).toBe(1);
});

test("all words of a search must be there, in any case and order", () => {
  const store = new Store();
  put(store, event("x", { a: "Alpha", b: "beta" }));
  put(store, event("x", { a: "alpha" }));
  const view = new TableView(store.rows, searching(store, " BETA  alpha "));
  view.scan(() => false);
  expect(view.stretch(0, 0).total).toBe(1);
  expect(view.tallied().hidden).toBe(1);
});

// Owns which rows a viewer asked for. A filter is a value; a judge made of it reads columns and bytes, never an object
// for each row.
import { find, isAscii, needle } from "./bytes";
import { GAP, INTERNAL, PHASE, type Chunk } from "./chunk";
import { isFailure } from "./event";
import { compares, parseQuery, type Key, type Part, type Test } from "./query";
import { nodeName } from "./runs";
import type { Store } from "./store";
import { dollars } from "./sums";

/** Which run is shown: the newest (and what belongs to none), one, everything, or what belongs to none. */
export type Scope = { readonly kind: "auto" } | { readonly kind: "all" } | { readonly kind: "none" } | { readonly kind: "run"; readonly id: string };

export interface Filter {
  /** The query: words, `"a phrase"`, `key:value`, `key>value`, each also with `-` before it. */
  readonly text: string;
  /** Rows that the query does not pass are dimmed, not hidden. */
  readonly marks?: boolean;
  readonly hiddenTypes: readonly string[];
  readonly errorsOnly: boolean;
  readonly showInternal: boolean;
}

export const NO_FILTER: Filter = { text: "", hiddenTypes: [], errorsOnly: false, showInternal: false };

/**
 * Where a row stands: in the table as an event or as a gap, of another run, not asked for, hidden by several parts of the
 * filter, or (from `HIDDEN_BY` on) by one alone: its types, its wish for errors, or the nth part of its query.
 */
export const SHOWN = 0;
export const IN_GAP = 1;
export const OUTSIDE = 2;
export const UNASKED = 3;
export const HIDDEN = 4;
export const HIDDEN_BY = 5;
export const BY_TYPES = HIDDEN_BY;
export const BY_ERRORS = HIDDEN_BY + 1;
export const BY_PARTS = HIDDEN_BY + 2;

/** Set beside where a row stands if its event passes the query. */
export const MATCH = 0x80;

/** More parts than this are counted together. */
const COUNTED_PARTS = MATCH - BY_PARTS - 1;

export interface Judge {
  verdict(seq: number): number;
  readonly parts: readonly Part[];
  /** A verdict may change while a call runs. */
  readonly isDynamic: boolean;
}

type RowTest = (chunk: Chunk, index: number) => boolean;

/** The judge for a filter. `run` is the run shown, empty for all; runless rows are in scope unless one was picked. */
export function judge(store: Store, filter: Filter, scope: Scope, run: string): Judge {
  const { rows } = store;
  const { words } = rows;
  const hidden = new Set(filter.hiddenTypes);
  const parts = parseQuery(filter.text);
  const tests = parts.map((part) => testOf(store, part));
  const isInScope = (chunk: Chunk, index: number): boolean => {
    if (scope.kind === "all") return true;
    const number = chunk.counts.run[index] ?? 0;
    if (scope.kind === "none") return number === 0;
    return number === 0 ? scope.kind === "auto" || run === "" : words.text(number) === run;
  };
  const verdict = (seq: number): number => {
    const chunk = rows.chunkOf(seq);
    if (!chunk) return OUTSIDE;
    const index = seq - chunk.first;
    const flags = chunk.flags[index] ?? 0;
    // What is missing from the stream is missing from every view of it.
    if (flags & GAP) return IN_GAP;
    if (flags & INTERNAL && !filter.showInternal) return UNASKED;
    if (!isInScope(chunk, index)) return OUTSIDE;
    let by = SHOWN;
    const outcome = words.text(chunk.counts.outcome[index] ?? 0);
    if (hidden.size > 0 && hidden.has(words.text(chunk.counts.type[index] ?? 0))) by = BY_TYPES;
    if (filter.errorsOnly && !isFailure(outcome) && outcome !== "invalid") by = by === SHOWN ? BY_ERRORS : HIDDEN;
    let passes = true;
    for (let at = 0; at < tests.length && (passes || by !== HIDDEN); at += 1) {
      if (tests[at]?.(chunk, index) !== false) continue;
      passes = false;
      if (filter.marks) break;
      by = by === SHOWN && at < COUNTED_PARTS ? BY_PARTS + at : HIDDEN;
    }
    return passes ? by | MATCH : by;
  };
  return { verdict, parts, isDynamic: parts.some(({ test }) => test?.kind === "is" && test.key === "status") };
}

/** Nothing for a part that was not understood. */
function testOf(store: Store, part: Part): RowTest | undefined {
  if (!part.test) return undefined;
  const test = rowTest(store, part.test);
  return part.negated ? (chunk, index) => !test(chunk, index) : test;
}

function rowTest(store: Store, test: Test): RowTest {
  switch (test.kind) {
    case "text":
      return textTest(test.text);
    case "is":
      return isTest(store, test.key, test.values);
    case "number":
      return (chunk, index) => compares(numberOf(chunk, index, test.key), test.compare, test.value);
    case "field":
      return fieldTest(test);
  }
}

/** A word matches as it is typed, or as JSON writes it inside a string. */
function textTest(text: string): RowTest {
  const inString = JSON.stringify(text).slice(1, -1);
  const forms = inString === text ? [text] : [text, inString];
  if (!isAscii(text)) {
    const pattern = new RegExp(forms.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "iu");
    return (chunk, index) => pattern.test(chunk.text(index));
  }
  const needles = forms.map(needle);
  return (chunk, index) => {
    const bytes = chunk.plain(index);
    const end = chunk.counts.length[index] ?? 0;
    return needles.some((it) => find(it, bytes, 0, end) >= 0);
  };
}

function isTest(store: Store, key: Key, values: readonly string[]): RowTest {
  const { words } = store.rows;
  const word = (chunk: Chunk, index: number, column: "type" | "outcome" | "run" | "node" | "subject"): string => words.text(chunk.counts[column][index] ?? 0).toLowerCase();
  switch (key) {
    case "type":
      return (chunk, index) => values.some((value) => word(chunk, index, "type").includes(value));
    case "outcome":
      return (chunk, index) => values.includes(word(chunk, index, "outcome"));
    case "run":
      return (chunk, index) => values.some((value) => word(chunk, index, "run").startsWith(value));
    case "tool":
      return (chunk, index) => /^(tool_|search_)/.test(word(chunk, index, "type")) && values.some((value) => (word(chunk, index, "subject") || "search").includes(value));
    case "model":
      return (chunk, index) => word(chunk, index, "type").startsWith("llm_") && values.some((value) => word(chunk, index, "subject").includes(value));
    case "node":
      return (chunk, index) => {
        const node = words.text(chunk.counts.node[index] ?? 0);
        if (node === "") return false;
        const name = nodeName(store.runs.get(words.text(chunk.counts.run[index] ?? 0)), node).toLowerCase();
        // `3.2` is the node and all inside it.
        return values.some((value) => node.toLowerCase().startsWith(value) || name === value || name.startsWith(`${value}.`));
      };
    case "span":
      return (chunk, index) => values.some((value) => store.spans.bySlot(chunk.span[index] ?? -1)?.id.toLowerCase().startsWith(value));
    case "status":
      return statusTest(store, values);
  }
}

const FAILED = new Set(["error", "errors", "failed", "failure"]);

function statusTest(store: Store, values: readonly string[]): RowTest {
  const wantsFailure = values.some((value) => FAILED.has(value));
  const wantsOpen = values.includes("running") || values.includes("open") || values.includes("lost");
  const fields = values.map((value) => fieldTest({ kind: "field", name: "new_status", compare: "=", value }));
  return (chunk, index) => {
    const outcome = store.rows.words.text(chunk.counts.outcome[index] ?? 0);
    if (values.includes(outcome) || (wantsFailure && isFailure(outcome))) return true;
    const isStart = ((chunk.flags[index] ?? 0) & PHASE) === 0;
    if (wantsOpen && isStart && store.spans.bySlot(chunk.span[index] ?? -1)?.outcome === "") return true;
    return !isStart && store.rows.words.text(chunk.counts.type[index] ?? 0) === "node_status_change" && fields.some((test) => test(chunk, index));
  };
}

function numberOf(chunk: Chunk, index: number, key: "dur" | "tokens" | "cost" | "size"): number {
  switch (key) {
    case "dur":
      return chunk.duration[index] ?? Number.NaN;
    case "tokens":
      return chunk.counts.tokens[index] ?? 0;
    case "cost":
      return dollars(chunk.nanos[index] ?? 0);
    case "size":
      return chunk.counts.length[index] ?? 0;
  }
}

/** Finds `"name":` in the bytes and looks at the value behind it. */
function fieldTest({ name, compare, value }: Extract<Test, { kind: "field" }>): RowTest {
  const key = needle(`"${name.slice(name.lastIndexOf(".") + 1)}":`);
  const wanted = Number(value);
  return (chunk, index) => {
    const bytes = chunk.plain(index);
    const end = chunk.counts.length[index] ?? 0;
    for (let at = find(key, bytes, 0, end); at >= 0; at = find(key, bytes, at + 1, end)) {
      const said = valueAt(bytes, at + key.bytes.length, end);
      if (compare === ":" ? said.includes(value) : compare === "=" && Number.isNaN(wanted) ? said === value : compares(Number(said), compare, wanted)) return true;
    }
    return false;
  };
}

const decoder = new TextDecoder();

/** A string without its quotes, or what stands up to the next comma or bracket; the beginning of what is long. */
function valueAt(bytes: Uint8Array, from: number, end: number): string {
  let first = from;
  while (first < end && bytes[first] === 32) first += 1;
  const isString = bytes[first] === 34;
  let last = isString ? first + 1 : first;
  const most = Math.min(end, first + 2000);
  for (; last < most; last += 1) {
    const byte = bytes[last];
    if (isString ? byte === 34 && bytes[last - 1] !== 92 : byte === 44 || byte === 125 || byte === 93) break;
  }
  return decoder.decode(bytes.subarray(isString ? first + 1 : first, last)).toLowerCase();
}

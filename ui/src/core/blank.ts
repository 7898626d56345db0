// Owns the snapshot before the first one: nothing is known yet.
import type { Snapshot } from "./messages";

const nothing = Number.NaN;

export const BLANK: Snapshot = {
  connection: { phase: "connecting", bridge: "", attempt: 0 },
  clock: { offsetMs: 0, stoppedAt: 0 },
  header: {
    scope: { kind: "auto" }, run: "", name: "", status: "", startedAt: nothing, duration: nothing, events: 0, errors: 0,
    tokens: 0, tokensIn: 0, tokensOut: 0, cost: 0, costPerMinute: 0, tokensPerMinute: 0, spark: [], nodesSettled: 0, nodesKnown: 0, llmCalls: 0,
    toolCalls: 0, firstError: -1, latestError: -1, lastEventAt: nothing, rate: 0, received: 0, duplicates: 0, evicted: 0, invalid: 0,
  },
  table: { total: 0, topRank: -1, from: 0, rows: [], waiting: 0, gaps: 0, hidden: 0, outside: 0, scanning: false },
  tree: { total: 0, from: 0, rows: [], spans: 0, newest: -1, open: 0, lost: 0 },
  selection: { seq: -1, span: "", node: "", tableIndex: -1, treeIndex: -1, reveal: 0 },
  source: { kind: "bridge" },
  moment: { kind: "live", seq: -1, at: nothing, firstSeq: -1, firstAt: nothing, lastSeq: -1, lastAt: nothing, behind: 0, speed: 0 },
  counters: { received: 0, shown: 0, hidden: 0, outside: 0, dropped: 0, trimmed: 0, trimmedUnknown: 0, evicted: 0, duplicates: 0, invalid: 0 },
  query: { parts: [], hiddenByTypes: 0, hiddenByErrors: 0, matches: 0, matchIndex: -1, scanning: false },
  now: { paths: [], more: 0 },
};

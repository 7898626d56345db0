// Owns how long each tool and model took in a run, how often it failed and what it cost. It goes through columns when
// it is asked, and keeps only what was said by rows that are gone.
import { CLOSES, ERROR, OPENS, type Chunk } from "./chunk";
import { isFailure } from "./event";
import { Histogram } from "./histogram";
import type { StatisticView } from "./messages";
import { callType, kindOf } from "./names";
import type { Run } from "./runs";
import { isCounted, type Store } from "./store";
import { dollars } from "./sums";

interface Entry {
  readonly kind: StatisticView["kind"];
  readonly subject: string;
  readonly durations: Histogram;
  readonly firstTokens: Histogram;
  calls: number;
  failures: number;
  open: number;
  tokens: number;
  nanos: number;
}

/** By kind and subject. */
export type Statistics = Map<string, Entry>;

/** Most different subjects of a run; the rest is counted as one. */
const MOST = 200;
const REST = "(others)";

/** Counts one row. */
export function countRow(statistics: Statistics, store: Store, chunk: Chunk, index: number): void {
  const flags = chunk.flags[index] ?? 0;
  if ((flags & (OPENS | CLOSES | ERROR)) === 0 || !isCounted(chunk, index)) return;
  const { words } = store.rows;
  const entry = entryOf(statistics, words.text(chunk.counts.type[index] ?? 0), words.text(chunk.counts.subject[index] ?? 0));
  if (flags & OPENS) {
    entry.calls += 1;
    entry.open += 1;
  }
  if ((flags & CLOSES) === 0) return;
  entry.open -= 1;
  entry.durations.add(chunk.duration[index] ?? Number.NaN);
  entry.firstTokens.add(chunk.firstToken[index] ?? Number.NaN);
  entry.tokens += chunk.counts.tokens[index] ?? 0;
  entry.nanos += chunk.nanos[index] ?? 0;
  if (isFailure(words.text(chunk.counts.outcome[index] ?? 0))) entry.failures += 1;
}

/** Of a run up to a row: most time first. */
export function statisticsOf(store: Store, run: Run, limit: number): StatisticView[] {
  const all: Statistics = new Map();
  for (const entry of run.gone.values()) merge(all, entry);
  const number = store.rows.words.find(run.id);
  store.rows.walk(run.firstSeq, Math.min(limit, run.lastSeq) + 1, (chunk, first, end) => {
    for (let index = first; index < end; index += 1) if (chunk.counts.run[index] === number) countRow(all, store, chunk, index);
  });
  return [...all.values()].map(view).sort((a, b) => b.total - a.total);
}

function view({ kind, subject, durations, firstTokens, calls, failures, open, tokens, nanos }: Entry): StatisticView {
  return {
    kind, subject, calls, failures, open, tokens, cost: dollars(nanos), p50: durations.percentile(0.5), p95: durations.percentile(0.95),
    p99: durations.percentile(0.99), max: durations.max, total: durations.sum, firstToken: firstTokens.percentile(0.5),
  };
}

function entryOf(statistics: Statistics, type: string, subject: string): Entry {
  const kind = kindOf(type);
  const known = kind === "llm" || kind === "tool" || kind === "search" || kind === "step" ? kind : "other";
  const name = subject || (known === "search" ? "search" : callType(type));
  const counted = find(statistics, known, name);
  if (counted) return counted;
  const called = statistics.size < MOST ? name : REST;
  return find(statistics, known, called) ?? open(statistics, known, called);
}

function find(statistics: Statistics, kind: string, subject: string): Entry | undefined {
  return statistics.get(`${kind} ${subject}`);
}

function open(statistics: Statistics, kind: Entry["kind"], subject: string): Entry {
  const entry: Entry = { kind, subject, durations: new Histogram(), firstTokens: new Histogram(), calls: 0, failures: 0, open: 0, tokens: 0, nanos: 0 };
  statistics.set(`${kind} ${subject}`, entry);
  return entry;
}

function merge(all: Statistics, { kind, subject, durations, firstTokens, calls, failures, open: still, tokens, nanos }: Entry): void {
  const entry = find(all, kind, subject) ?? open(all, kind, subject);
  entry.durations.addAll(durations);
  entry.firstTokens.addAll(firstTokens);
  entry.calls += calls;
  entry.failures += failures;
  entry.open += still;
  entry.tokens += tokens;
  entry.nanos += nanos;
}

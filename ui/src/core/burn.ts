// Owns how fast a run spends: what came within the last minute, and the last stretches of time as a line. It reads
// columns backwards from a moment and stops where they are too old.
import { LLM } from "./chunk";
import type { Run } from "./runs";
import type { Store } from "./store";
import { dollars } from "./sums";

export interface Burn {
  readonly costPerMinute: number;
  readonly tokensPerMinute: number;
  readonly spark: readonly number[];
}

const MINUTE = 60_000;
const STRETCH_MS = 5000;
const STRETCHES = 24;

/** `run` undefined for all of them. A run younger than a minute is told by its age, but no less than five seconds. */
export function burnOf(store: Store, run: Run | undefined, limit: number, now: number): Burn {
  const { rows } = store;
  const number = run ? rows.words.find(run.id) : -1;
  const cost = new Array<number>(STRETCHES).fill(0);
  const tokens = new Array<number>(STRETCHES).fill(0);
  let [recentCost, recentTokens] = [0, 0];
  for (let seq = Math.min(limit, run?.lastSeq ?? limit, rows.nextSeq - 1); seq >= Math.max(rows.firstSeq, run?.firstSeq ?? 0); seq -= 1) {
    const chunk = rows.chunkOf(seq);
    if (!chunk) break;
    const index = seq - chunk.first;
    const age = now - (chunk.latest[index] ?? 0);
    if (age >= STRETCHES * STRETCH_MS) break;
    if (((chunk.flags[index] ?? 0) & LLM) === 0 || (run && chunk.counts.run[index] !== number)) continue;
    const [nanos, used] = [chunk.nanos[index] ?? 0, chunk.counts.tokens[index] ?? 0];
    const stretch = STRETCHES - 1 - Math.max(Math.floor(age / STRETCH_MS), 0);
    cost[stretch] = (cost[stretch] ?? 0) + nanos;
    tokens[stretch] = (tokens[stretch] ?? 0) + used;
    if (age < MINUTE) {
      recentCost += nanos;
      recentTokens += used;
    }
  }
  const age = Math.min(Math.max(now - (run?.startedAt ?? now - MINUTE), STRETCH_MS), MINUTE);
  const perMinute = Number.isFinite(age) ? MINUTE / age : 1;
  return {
    costPerMinute: dollars(recentCost) * perMinute,
    tokensPerMinute: recentTokens * perMinute,
    spark: cost.some((nanos) => nanos > 0) ? cost.map(dollars) : tokens,
  };
}

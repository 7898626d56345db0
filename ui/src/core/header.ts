// Owns what the head of the page says of the shown run, or of all of them, at a moment.
import { BLANK } from "./blank";
import type { Burn } from "./burn";
import type { Scope } from "./filter";
import type { Lens } from "./lens";
import type { HeaderView } from "./messages";
import { runName, type Run } from "./runs";
import { dollars } from "./sums";

type Common = Pick<HeaderView, "scope" | "run" | "rate" | "received" | "duplicates" | "evicted" | "invalid">;

export function headerView(lens: Lens, scope: Scope, shown: string, rate: number, burn: Burn): HeaderView {
  const { received, duplicates, evicted, errors, tokens, nanos, runless, invalid } = lens.store.intake;
  const common: Common = { scope, run: shown, rate, received, duplicates, evicted, invalid };
  const run = lens.store.runs.get(shown);
  if (run && run.firstSeq <= lens.limit) return { ...BLANK.header, ...common, ...ofRun(lens, run), ...burn };
  if (run) return { ...BLANK.header, ...common };
  if (scope.kind === "none") return { ...BLANK.header, ...common, events: runless };
  return { ...BLANK.header, ...common, ...burn, events: received, errors, tokens, cost: dollars(nanos), ...ofAll(lens) };
}

function ofRun(lens: Lens, run: Run): Partial<HeaderView> {
  const sums = lens.sumsOfRun(run);
  const status = lens.runStatus(run);
  const claim = run.claim.seq >= 0 && run.claim.seq <= lens.limit ? run.claim : { tokens: 0, nanos: 0 };
  const lastEventAt = lens.lastEventOf(run);
  const failures = run.errors.filter((seq) => seq <= lens.limit && seq >= lens.store.rows.firstSeq);
  return {
    name: runName(run, lens.limit), status, startedAt: run.startedAt, lastEventAt,
    duration: status === "running" ? Number.NaN : status === "lost" ? heardFor(run.startedAt, lastEventAt) : lens.stateOf(run).duration,
    events: sums.events, errors: sums.errors, tokens: sums.tokens || claim.tokens, tokensIn: sums.tokensIn, tokensOut: sums.tokensOut,
    cost: dollars(sums.nanos || claim.nanos), llmCalls: sums.llmCalls, toolCalls: sums.toolCalls,
    firstError: failures[0] ?? -1, latestError: failures.at(-1) ?? -1, ...progressOf(lens, run),
  };
}

/** How long a lost run was heard of. Where its start is all there is, that is no time at all, and none is told. */
function heardFor(startedAt: number, lastEventAt: number): number {
  return lastEventAt - startedAt < 1 ? Number.NaN : (lastEventAt - startedAt) / 1000;
}

function progressOf(lens: Lens, run: Run): { nodesSettled: number; nodesKnown: number } {
  let [nodesSettled, nodesKnown] = [0, 0];
  for (const node of run.nodes.all()) {
    if (node.firstSeq > lens.limit || lens.statusOfNode(node).status === "") continue;
    nodesKnown += 1;
    if (lens.isSettled(node)) nodesSettled += 1;
  }
  return { nodesSettled, nodesKnown };
}

function ofAll(lens: Lens): Pick<HeaderView, "llmCalls" | "toolCalls" | "tokensIn" | "tokensOut" | "lastEventAt"> {
  const total = { llmCalls: 0, toolCalls: 0, tokensIn: 0, tokensOut: 0, lastEventAt: Number.NaN };
  for (const run of lens.store.runs.all()) {
    const sums = lens.sumsOfRun(run);
    for (const key of ["llmCalls", "toolCalls", "tokensIn", "tokensOut"] as const) total[key] += sums[key];
    if (!(total.lastEventAt >= run.endedAt)) total.lastEventAt = run.endedAt;
  }
  return total;
}

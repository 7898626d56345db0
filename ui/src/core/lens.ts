// Owns the question of how things stood at the moment that is looked at: now, or in the past. Views ask it and never the
// store's running sums, so that one moment is shown by all of them. It changes nothing.
import type { LogClock } from "./clock";
import { isSettled, type PlanNode } from "./nodes";
import type { Past } from "./past";
import { graver, isLost, LOST_AFTER_MS, type Run } from "./runs";
import { longest, type Span } from "./spans";
import type { Store } from "./store";
import { plus, type NodeSums, type RunSums, type SpanSums } from "./sums";

export interface RunState {
  readonly openRoots: number;
  readonly outcome: string;
  readonly duration: number;
}

export class Lens {
  private readonly lostRuns = new Map<Run, boolean>();
  private readonly states = new Map<Run, RunState>();

  /** Looks at now where there is no past. `stillAt` is the last row that counts where the picture stands still. */
  constructor(readonly store: Store, private readonly clock: LogClock, readonly past: Past | undefined, private readonly stillAt?: number) {
    past?.catchUp();
  }

  /** The last row that counts. */
  get limit(): number {
    return this.past?.seq ?? this.stillAt ?? Number.POSITIVE_INFINITY;
  }

  get isPast(): boolean {
    return this.past !== undefined;
  }

  /** The time up to which what is open has lasted. */
  now(): number {
    return this.past ? this.at : this.clock.now();
  }

  /** The log's time at the moment in the past. */
  private get at(): number {
    const { rows } = this.store;
    const seq = Math.max(this.limit, rows.firstSeq);
    return rows.chunkOf(seq)?.latest[seq - (rows.chunkOf(seq)?.first ?? 0)] ?? Number.NaN;
  }

  hasBegun(span: Span): boolean {
    return span.firstSeq <= this.limit;
  }

  isFinished(span: Span): boolean {
    return span.finishSeq >= 0 && span.finishSeq <= this.limit;
  }

  /** The span it lay under, as far as was known. */
  parentOf(span: Span): Span | null {
    return span.parent && span.linkSeq <= this.limit ? span.parent : null;
  }

  hasChildren(span: Span): boolean {
    for (let child = span.firstChild; child; child = child.next) if (child.linkSeq <= this.limit) return true;
    return false;
  }

  /** Spans that lay under no span that was known, in order of arrival. */
  rootsOf(run: Run): Iterable<Span> {
    const late = this.lateFinders(run);
    if (late.size === 0) return run.roots;
    return [...run.roots, ...late].filter((root) => this.hasBegun(root)).sort((a, b) => a.firstSeq - b.firstSeq);
  }

  /** Those that have found their parent only since. */
  private lateFinders(run: Run): Set<Span> {
    const late = new Set<Span>();
    if (!this.past) return late;
    const { adoptions } = this.store.spans;
    for (let at = adoptions.length - 1; at >= 0; at -= 1) {
      const adoption = adoptions[at];
      if (!adoption || adoption.seq <= this.limit) break;
      const { child } = adoption;
      if (child.run === run && !child.gone && this.hasBegun(child)) late.add(child);
    }
    return late;
  }

  /** `running`, `lost` or the outcome. */
  statusOf(span: Span): string {
    if (this.isFinished(span)) return span.outcome;
    return this.isLost(span.run) ? "lost" : "running";
  }

  startOf(span: Span): number {
    if (!this.isPast || span.startSeq < 0 || span.startSeq <= this.limit) return span.startedAt;
    // Its finish came first, and was all that was known.
    return span.endedAt - (span.duration || 0) * 1000;
  }

  /** Times of a span that has finished. */
  endOf(span: Span): number {
    return this.isFinished(span) ? span.endedAt : Number.NaN;
  }

  durationOf(span: Span): number {
    return this.isFinished(span) ? span.duration : Number.NaN;
  }

  isOwnError(span: Span): boolean {
    return span.ownError && this.isFinished(span);
  }

  sumsOf(span: Span): SpanSums {
    return plus(span.sums, this.past?.ofSpan(span));
  }

  sumsOfRun(run: Run): RunSums {
    return plus(run.sums, this.past?.ofRun(run));
  }

  sumsOfNode(node: PlanNode): NodeSums {
    return plus(node.sums, this.past?.ofNode(node));
  }

  /** Whether what is open in a run will not finish: it was silent too long. */
  isLost(run: Run): boolean {
    if (!this.past) return isLost(run, this.clock);
    let lost = this.lostRuns.get(run);
    if (lost === undefined) {
      lost = this.at - this.signalOf(run) > LOST_AFTER_MS;
      this.lostRuns.set(run, lost);
    }
    return lost;
  }

  runStatus(run: Run): string {
    const { openRoots, outcome } = this.stateOf(run);
    if (openRoots > 0) return this.isLost(run) ? "lost" : "running";
    return outcome;
  }

  stateOf(run: Run): RunState {
    if (!this.past) return { openRoots: run.openRoots, outcome: run.rootOutcome, duration: durationOf(run, run.roots.size, run.rootDuration, run.rootEnd) };
    let state = this.states.get(run);
    if (!state) {
      state = this.findState(run);
      this.states.set(run, state);
    }
    return state;
  }

  /** When the run last said something before the moment; the newest row's time. */
  lastEventOf(run: Run): number {
    return this.past ? this.lastRowOf(run)?.at ?? Number.NaN : run.endedAt;
  }

  /** The status of a node and since when; empty where nothing told. */
  statusOfNode(node: PlanNode): { readonly status: string; readonly since: number } {
    const last = this.past ? node.changesAt(this.limit).at(-1) : node.changes.at(-1);
    return { status: last?.status ?? "", since: last?.at ?? Number.NaN };
  }

  isSettled(node: PlanNode): boolean {
    return isSettled(this.statusOfNode(node).status);
  }

  private findState(run: Run): RunState {
    let [openRoots, roots, outcome, duration, end] = [0, 0, run.goneOutcome, run.goneDuration, run.goneEnd];
    for (const root of this.rootsOf(run)) {
      if (!this.hasBegun(root)) continue;
      roots += 1;
      if (this.isFinished(root)) {
        outcome = graver(outcome, root.outcome);
        duration = longest([duration, root.duration]);
        end = longest([end, root.endedAt]);
      } else openRoots += 1;
    }
    return { openRoots, outcome, duration: durationOf(run, roots, duration, end) };
  }

  private signalOf(run: Run): number {
    const heard = run.alive.findLast(({ seq }) => seq <= this.limit)?.at ?? Number.NEGATIVE_INFINITY;
    return Math.max(heard, this.lastRowOf(run)?.at ?? Number.NEGATIVE_INFINITY);
  }

  /** The run's last row before the moment, looked for as far back as matters. */
  private lastRowOf(run: Run): { readonly seq: number; readonly at: number } | undefined {
    const { rows } = this.store;
    const number = rows.words.find(run.id);
    for (let seq = Math.min(this.limit, rows.nextSeq - 1); seq >= Math.max(rows.firstSeq, run.firstSeq); seq -= 1) {
      const chunk = rows.chunkOf(seq);
      if (chunk?.counts.run[seq - chunk.first] === number && Number.isFinite(chunk.at[seq - chunk.first])) return { seq, at: chunk.at[seq - chunk.first] ?? Number.NaN };
    }
    return undefined;
  }
}

/** One root tells how long its run took, to the microsecond; of several, the run's events tell. */
function durationOf(run: Run, roots: number, duration: number, end: number): number {
  return roots === 1 && run.goneOutcome === "" ? duration : longest([duration, (end - run.startedAt) / 1000]);
}

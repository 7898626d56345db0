// Owns the difference between the sums of now and those of a moment in the past. It takes away what came since, so that
// a moment needs no copy of the state, what was evicted before it still counts, and a step costs what is stepped over.
import { CLOSES, ERROR, LLM, OPENS, TOOL, type Chunk } from "./chunk";
import type { Run } from "./runs";
import type { Span } from "./spans";
import { isCounted, type Store } from "./store";
import { noNodeSums, noRunSums, noSpanSums, type NodeSums, type RunSums, type SpanSums } from "./sums";
import type { PlanNode } from "./nodes";

export class Past {
  private upTo: number;
  private readonly runs = new Map<Run, RunSums>();
  private readonly spans = new Map<Span, SpanSums>();
  private readonly nodes = new Map<PlanNode, NodeSums>();

  private lastRun: { readonly number: number; readonly run: Run | undefined; readonly sums: RunSums } | undefined;

  /** The moment right after row `seq`. */
  constructor(private readonly store: Store, private last: number) {
    this.upTo = last;
    this.catchUp();
  }

  get seq(): number {
    return this.last;
  }

  /** Goes to another moment, at the cost of the rows between. */
  moveTo(seq: number): void {
    this.catchUp();
    if (seq < this.last) this.count(seq + 1, this.last + 1, -1);
    else this.count(this.last + 1, seq + 1, 1);
    this.last = seq;
  }

  /** Takes away what came since the last time. */
  catchUp(): void {
    const { nextSeq } = this.store.rows;
    if (this.upTo === nextSeq - 1) return;
    this.count(this.upTo + 1, nextSeq, -1);
    this.upTo = nextSeq - 1;
  }

  ofRun(run: Run): RunSums | undefined {
    return this.runs.get(run);
  }

  ofSpan(span: Span): SpanSums | undefined {
    return this.spans.get(span);
  }

  ofNode(node: PlanNode): NodeSums | undefined {
    return this.nodes.get(node);
  }

  private count(from: number, end: number, sign: 1 | -1): void {
    this.lastRun = undefined;
    this.store.rows.walk(from, end, (chunk, first, last) => {
      for (let index = first; index < last; index += 1) this.countRow(chunk, index, sign);
    });
    for (let at = this.store.spans.adoptions.length - 1; at >= 0; at -= 1) {
      const adoption = this.store.spans.adoptions[at];
      if (!adoption || adoption.seq < from) break;
      const { below, errors, tokens, nanos } = adoption.sums;
      if (adoption.seq < end) this.climb(adoption.parent, adoption.seq, sign * below, sign * errors, sign * tokens, sign * nanos);
    }
  }

  private countRow(chunk: Chunk, index: number, sign: 1 | -1): void {
    if (!isCounted(chunk, index)) return;
    const { counts } = chunk;
    const { run, sums } = this.runOf(counts.run[index] ?? 0);
    if (!run) return;
    const seq = chunk.first + index;
    const flags = chunk.flags[index] ?? 0;
    const [tokens, nanos] = [sign * (counts.tokens[index] ?? 0), sign * (chunk.nanos[index] ?? 0)];
    const errors = flags & ERROR ? sign : 0;
    sums.events += sign;
    if ((flags & (OPENS | CLOSES | ERROR | LLM | TOOL)) === 0) return;
    sums.errors += errors;
    sums.tokens += tokens;
    sums.nanos += nanos;
    sums.tokensIn += sign * (counts.tokensIn[index] ?? 0);
    sums.tokensOut += sign * (counts.tokensOut[index] ?? 0);
    if (flags & LLM) sums.llmCalls += sign;
    if (flags & TOOL) sums.toolCalls += sign;
    if (flags & OPENS) sums.spans += sign;
    if (flags & OPENS) sums.openSpans += sign;
    if (flags & CLOSES) sums.openSpans -= sign;
    const span = this.store.spans.bySlot(chunk.span[index] ?? -1);
    if (span) {
      if (errors !== 0 || tokens !== 0 || nanos !== 0) this.climb(span, seq, 0, errors, tokens, nanos);
      if (flags & OPENS && span.parent && span.linkSeq === seq) this.climb(span.parent, seq, sign, 0, 0, 0);
    }
    if ((flags & (ERROR | LLM | TOOL)) === 0) return;
    const node = run.nodes.get(this.store.rows.words.text(counts.node[index] ?? 0));
    if (!node || node.firstSeq > seq) return;
    const done = entry(this.nodes, node, noNodeSums);
    done.tokens += tokens;
    done.nanos += nanos;
    done.errors += errors;
    if (flags & (LLM | TOOL)) done.calls += sign;
  }

  /** Rows of one run come one after another. */
  private runOf(number: number): { readonly number: number; readonly run: Run | undefined; readonly sums: RunSums } {
    if (this.lastRun?.number === number) return this.lastRun;
    const run = this.store.runs.get(this.store.rows.words.text(number));
    this.lastRun = { number, run, sums: run ? entry(this.runs, run, noRunSums) : noRunSums() };
    return this.lastRun;
  }

  /** Adds to a span and to all that were above it when row `seq` came. */
  private climb(span: Span, seq: number, below: number, errors: number, tokens: number, nanos: number): void {
    for (let at: Span | null = span; at; at = at.linkSeq <= seq ? at.parent : null) {
      const sums = entry(this.spans, at, noSpanSums);
      sums.below += below;
      sums.errors += errors;
      sums.tokens += tokens;
      sums.nanos += nanos;
    }
  }
}

function entry<Key, Sums>(map: Map<Key, Sums>, key: Key, blank: () => Sums): Sums {
  const known = map.get(key);
  if (known) return known;
  const made = blank();
  map.set(key, made);
  return made;
}

// Owns the spans and who is whose parent. Events may come in any order and parts may be missing: a child before its
// parent, a finish without its start.
import { CLOSES, ERROR, OPENS } from "./chunk";
import { isFailure, type Row } from "./event";
import { callAfter, graver, noteSame, type Run } from "./runs";
import type { SpanSums } from "./sums";
import { callKey, namesOf } from "./names";
import { FailedCalls } from "./retries";

/** One call. Brothers and sisters are a list that runs through them: a run may have a hundred thousand. */
export class Span {
  parentId = "";
  parent: Span | null = null;
  /** The row that put it under its parent. */
  linkSeq = -1;
  firstChild: Span | null = null;
  lastChild: Span | null = null;
  next: Span | null = null;
  previous: Span | null = null;
  label = "";
  /** What it is about, kept only where the row that tells is gone. */
  detail = "";
  startedAt = Number.NaN;
  endedAt = Number.NaN;
  /** Seconds, NaN while open. */
  duration = Number.NaN;
  /** Empty while open. */
  outcome = "";
  error = "";
  /** The failure began here: no child failed with it before. */
  ownError = false;
  startSeq = -1;
  finishSeq = -1;
  /** What was called with which arguments; equal for equal calls, 0 where they can't be compared. */
  callKey = 0;
  /** Not kept any more. */
  gone = false;
  // Sums over the span and everything below it stand here and not in an object of their own: every event climbs up.
  below = 0;
  errors = 0;
  tokens = 0;
  nanos = 0;

  constructor(readonly id: string, readonly run: Run, readonly slot: number, readonly firstSeq: number, readonly type: string, readonly node: string) {}

  /** Run and span id; a span id alone is not unique among foreign producers. */
  get key(): string {
    return `${this.run.id}/${this.id}`;
  }

  get sums(): SpanSums {
    return { below: this.below, errors: this.errors, tokens: this.tokens, nanos: this.nanos };
  }

  *children(): IterableIterator<Span> {
    for (let child = this.firstChild; child; child = child.next) yield child;
  }
}

/** Most spans whose rows are gone and that have not finished; more means a producer that died often. */
const MAX_SURVIVORS = 10_000;

const MAX_WORDS = 10_000;

/** Text of an error that is compared with others. */
const COMPARED = 4000;

/** Spans whose opening is remembered for who lays out a tree; who comes later goes through all of them. */
const REMEMBERED_OPENINGS = 4096;

/** All spans of all runs. */
export class Spans {
  private readonly slots: (Span | undefined)[] = [];
  private readonly freeSlots: number[] = [];
  // Sets keep the order of arrival and let go of any member at once.
  private readonly orphans = new Map<string, Set<Span>>();
  private readonly survivors = new Set<Span>();
  private readonly words = new Map<string, string>();
  private count = 0;
  /** Children that came before their parents, with what they then brought along. */
  readonly adoptions: { readonly seq: number; readonly child: Span; readonly parent: Span; readonly sums: SpanSums }[] = [];
  /** Grows with every change; a tree laid out at an older number is stale. */
  version = 0;
  /** Grows when spans get other places, and not merely another one a place behind its brothers. */
  shape = 0;
  /** Grows when a span without any below it is let go of. */
  removals = 0;
  private opened: Span[] = [];
  private openedBase = 0;
  private readonly failed = new FailedCalls();

  constructor(private readonly runOf: (id: string) => Run | undefined) {}

  get size(): number {
    return this.count;
  }

  /** One copy of a word that many spans have, instead of one for each. */
  private shared(word: string): string {
    const known = this.words.get(word);
    if (known !== undefined) return known;
    if (this.words.size >= MAX_WORDS) this.words.clear();
    this.words.set(word, word);
    return word;
  }

  get(run: string, span: string): Span | undefined {
    return this.runOf(run)?.spans.get(span);
  }

  byName(key: string): Span | undefined {
    // A run's id may hold a slash, a span's hardly ever does.
    const cut = key.lastIndexOf("/");
    return cut < 0 ? undefined : this.get(key.slice(0, cut), key.slice(cut + 1));
  }

  /** How many spans were ever opened. */
  get openings(): number {
    return this.openedBase + this.opened.length;
  }

  /** The spans that were opened since there were so many openings; nothing where they are not remembered any more. */
  openedSince(openings: number): readonly Span[] | undefined {
    return openings < this.openedBase ? undefined : this.opened.slice(openings - this.openedBase);
  }

  bySlot(slot: number): Span | undefined {
    return slot < 0 ? undefined : this.slots[slot];
  }

  /** Takes in a row that has a span; tells what the row did to it, as flags. */
  apply(row: Row, payload: Record<string, unknown>, run: Run): { span: Span; did: number } {
    this.version += 1;
    const known = run.spans.get(row.span);
    const span = known ?? this.open(row, run);
    let did = known ? 0 : OPENS;
    // Whichever half comes first tells what the call is: a finish carries all that its start said.
    if (!known) {
      describe(span, row, payload);
      span.label = this.shared(span.label);
      if (this.failed.foldInto(span)) this.shape += 1;
    }
    if (row.phase === "start") {
      if (span.startSeq >= 0) return { span, did };
      span.startSeq = row.seq;
      span.startedAt = row.at;
    } else if (span.finishSeq < 0) {
      did |= CLOSES;
      if (this.finish(span, row, payload)) did |= ERROR;
    }
    return { span, did };
  }

  /** Adds to a span and all above it. */
  add(span: Span | null | undefined, tokens: number, nanos: number, errors: number): void {
    for (let at = span; at; at = at.parent) {
      at.tokens += tokens;
      at.nanos += nanos;
      at.errors += errors;
    }
    this.version += 1;
  }

  /** A row is no longer kept: its span goes with the last of its rows once it has finished. */
  forget(span: Span, seq: number, isLost: (run: Run) => boolean, detail: () => string): void {
    const isLast = seq === Math.max(span.startSeq, span.finishSeq);
    if (span.finishSeq >= 0 ? isLast : isLost(span.run)) {
      this.remove(span);
    } else if (span.finishSeq < 0 && isLast) {
      span.detail = detail();
      this.survivors.add(span);
      const [oldest] = this.survivors;
      if (oldest && this.survivors.size > MAX_SURVIVORS) this.remove(oldest);
    }
  }

  private open(row: Row, run: Run): Span {
    const slot = this.freeSlots.pop() ?? this.slots.length;
    const span = new Span(row.span, run, slot, row.seq, this.shared(row.type), this.shared(row.node));
    span.parentId = row.parent;
    this.remember(span);
    this.slots[slot] = span;
    this.count += 1;
    run.spans.set(span.id, span);
    run.sums.spans += 1;
    run.sums.openSpans += 1;
    const parent = row.parent === "" || row.parent === row.span ? undefined : run.spans.get(row.parent);
    if (parent) {
      span.parentId = parent.id;
      attach(span, parent, row.seq);
      countBelow(parent, 1);
    } else {
      run.roots.add(span);
      run.openRoots += 1;
      if (row.parent !== "") put(this.orphans, orphanKey(run, row.parent), span);
    }
    if (span.node !== "" && span.node !== parent?.node) run.nodes.get(span.node)?.work(span);
    this.adopt(span, row.seq);
    return span;
  }

  private remember(span: Span): void {
    if (this.opened.length >= REMEMBERED_OPENINGS) {
      this.opened = this.opened.slice(REMEMBERED_OPENINGS / 2);
      this.openedBase += REMEMBERED_OPENINGS / 2;
    }
    this.opened.push(span);
  }

  /** Children that came before their parent move under it. */
  private adopt(parent: Span, seq: number): void {
    const { run } = parent;
    const key = orphanKey(run, parent.id);
    const waiting = this.orphans.get(key);
    if (!waiting) return;
    this.orphans.delete(key);
    for (const child of waiting) {
      if (isAbove(child, parent)) continue;
      run.roots.delete(child);
      this.shape += 1;
      if (child.outcome === "") run.openRoots -= 1;
      attach(child, parent, seq);
      if (isFailure(child.outcome)) this.failed.add(child);
      const sums = { ...child.sums, below: child.below + 1 };
      this.adoptions.push({ seq, child, parent, sums });
      countBelow(parent, sums.below);
      this.add(parent, sums.tokens, sums.nanos, sums.errors);
    }
    if (this.adoptions.length > 200_000) this.adoptions.splice(0, 100_000);
    run.rootOutcome = run.goneOutcome;
    run.rootDuration = run.goneDuration;
    run.rootEnd = run.goneEnd;
    for (const root of run.roots) if (root.outcome !== "") this.endRoot(root);
  }

  private endRoot(root: Span): void {
    const { run } = root;
    run.rootOutcome = graver(run.rootOutcome, root.outcome);
    run.rootDuration = longest([root.duration, run.rootDuration]);
    run.rootEnd = longest([root.endedAt, run.rootEnd]);
  }

  /** Says whether the failure, if it is one, began here. */
  private finish(span: Span, row: Row, payload: Record<string, unknown>): boolean {
    const { run } = span;
    span.finishSeq = row.seq;
    span.endedAt = row.at;
    span.duration = Number.isFinite(row.duration) ? row.duration : (row.at - span.startedAt) / 1000;
    if (!Number.isFinite(span.startedAt)) span.startedAt = row.at - (row.duration || 0) * 1000;
    // A foreign finish may say nothing of how it went; that it finished is known.
    span.outcome = row.outcome || "returned";
    span.error = row.error.slice(0, COMPARED);
    run.sums.openSpans -= 1;
    this.survivors.delete(span);
    if (!span.parent) {
      run.openRoots -= 1;
      this.endRoot(span);
    }
    if (!isFailure(span.outcome)) return false;
    this.failed.add(span);
    const said = `${row.error}\n${Array.isArray(payload["error_chain"]) ? payload["error_chain"].join("\n") : ""}`;
    span.ownError = true;
    for (let child = span.firstChild; child && span.ownError; child = child.next) {
      if (isFailure(child.outcome) && said.includes(child.error)) span.ownError = false;
    }
    if (span.ownError) this.add(span, 0, 0, 1);
    return span.ownError;
  }

  private remove(span: Span): void {
    if (span.gone) return;
    const { run, parent } = span;
    this.version += 1;
    if (span.firstChild || this.failed.haveFolded(parent ?? run)) this.shape += 1;
    else this.removals += 1;
    span.gone = true;
    this.survivors.delete(span);
    this.slots[span.slot] = undefined;
    this.freeSlots.push(span.slot);
    this.count -= 1;
    run.spans.delete(span.id);
    run.nodes.get(span.node)?.leave(span);
    this.orphans.delete(orphanKey(run, span.id));
    if (span.outcome === "") run.sums.openSpans -= 1;
    if (parent) detach(span, parent);
    else {
      run.roots.delete(span);
      drop(this.orphans, orphanKey(run, span.parentId), span);
      if (span.outcome === "") run.openRoots -= 1;
      else {
        run.goneOutcome = graver(run.goneOutcome, span.outcome);
        run.goneDuration = longest([span.duration, run.goneDuration]);
        run.goneEnd = longest([span.endedAt, run.goneEnd]);
      }
    }
    // Children move up to where their sums were counted already.
    for (let child = span.firstChild; child;) {
      const { next } = child;
      child.parent = null;
      if (parent) attach(child, parent, child.linkSeq);
      else {
        run.roots.add(child);
        if (child.outcome === "") run.openRoots += 1;
      }
      if (isFailure(child.outcome)) this.failed.add(child);
      child = next;
    }
    span.firstChild = null;
    span.lastChild = null;
  }
}

function countBelow(span: Span, count: number): void {
  for (let at: Span | null = span; at; at = at.parent) at.below += count;
}

function orphanKey(run: Run, parent: string): string {
  return `${run.id}/${parent}`;
}

function put(map: Map<string, Set<Span>>, key: string, span: Span): void {
  const known = map.get(key);
  if (known) known.add(span);
  else map.set(key, new Set([span]));
}

function drop(map: Map<string, Set<Span>>, key: string, span: Span): void {
  const known = map.get(key);
  known?.delete(span);
  if (known?.size === 0) map.delete(key);
}

function attach(child: Span, parent: Span, seq: number): void {
  child.parent = parent;
  child.linkSeq = seq;
  child.next = null;
  child.previous = parent.lastChild;
  if (parent.lastChild) parent.lastChild.next = child;
  else parent.firstChild = child;
  parent.lastChild = child;
}

function detach(child: Span, parent: Span): void {
  if (child.previous) child.previous.next = child.next;
  else parent.firstChild = child.next;
  if (child.next) child.next.previous = child.previous;
  else parent.lastChild = child.previous;
  child.parent = null;
  // Whoever still holds this one must not hold all that came after it.
  child.next = null;
  child.previous = null;
}

/** Guards against producers whose parents form a ring. */
function isAbove(candidate: Span, span: Span): boolean {
  for (let at: Span | null = span; at; at = at.parent) if (at === candidate) return true;
  return false;
}

/** The largest of some numbers; NaN where none is known. */
export function longest(seconds: readonly number[]): number {
  const known = seconds.filter(Number.isFinite);
  return known.length === 0 ? Number.NaN : Math.max(...known);
}

function describe(span: Span, row: Row, payload: Record<string, unknown>): void {
  span.label = namesOf(row, payload).label;
  const key = callKey(row, payload);
  if (key !== 0 && span.callKey === 0) {
    span.callKey = key;
    noteSame(span.run, key, row.seq);
  }
  if (!span.parent) callAfter(span.run, row, payload, span.parentId === "" ? 2 : 1);
}

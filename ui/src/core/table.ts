// Owns which rows the event table shows, newest first, and where each stands. Old rows are judged in slices so that a
// new filter over everything never holds up the intake; new rows are judged as they come.
import type { Row } from "./event";
import { HIDDEN, IN_GAP, MATCH, OUTSIDE, SHOWN, type Judge } from "./filter";
import type { Rows } from "./rows";
import type { RowListener } from "./store";
import { Verdicts } from "./verdicts";

/** A row and its rank. Ranks grow by one from row to row of the view and never change, so a drawn row can stay put. */
export interface Ranked {
  readonly rank: number;
  readonly row: Row;
  readonly matches: boolean;
}

/** A stretch of the table from its top. */
export interface Stretch {
  readonly total: number;
  readonly topRank: number;
  readonly rows: readonly Ranked[];
}

const CODES = MATCH;

export class TableView implements RowListener {
  // Two lists, so that both ends grow by `push`: rows that came since the view began, oldest first, ranks from 0;
  // and rows found backwards from there, newest first, ranks from -1 down.
  private newer: number[] = [];
  private newerHead = 0;
  private newerBase = 0;
  private older: number[] = [];
  private scanned: number;
  private verdicts: Verdicts;
  private counts = new Float64Array(CODES);
  private matched = 0;
  /** Rows after this one are not shown; follows the stream while undefined. */
  frozenAt: number | undefined;
  /** Grows with every change of what the table shows. */
  version = 0;

  constructor(private readonly rows: Rows, private judge: Judge) {
    this.scanned = rows.nextSeq;
    this.verdicts = new Verdicts(rows.firstSeq);
  }

  /** Starts over with another judge. */
  reset(judge: Judge): void {
    this.judge = judge;
    this.newer = [];
    this.newerHead = 0;
    this.newerBase = 0;
    this.older = [];
    this.scanned = this.rows.nextSeq;
    this.verdicts = new Verdicts(this.rows.firstSeq);
    this.counts = new Float64Array(CODES);
    this.matched = 0;
    this.version += 1;
  }

  /** Rows with that verdict, as of the moment the table is frozen at. */
  count(verdict: number): number {
    return this.tallied().counts[verdict] ?? 0;
  }

  /** All that is counted, at once. */
  tallied(): { readonly counts: Float64Array; readonly shown: number; readonly hidden: number; readonly gaps: number; readonly outside: number; readonly matched: number } {
    let [counts, matched] = [this.counts, this.matched];
    if (this.frozenAt !== undefined && this.frozenAt < this.rows.nextSeq - 1) {
      counts = counts.slice();
      for (let seq = Math.max(this.frozenAt + 1, this.scanned); seq < this.rows.nextSeq; seq += 1) {
        const verdict = this.verdicts.get(seq);
        const code = verdict & ~MATCH;
        counts[code] = (counts[code] ?? 0) - 1;
        if (isMatch(verdict)) matched -= 1;
      }
    }
    let hidden = 0;
    for (let code = HIDDEN; code < CODES; code += 1) hidden += counts[code] ?? 0;
    return { counts, shown: counts[SHOWN] ?? 0, hidden, gaps: counts[IN_GAP] ?? 0, outside: counts[OUTSIDE] ?? 0, matched };
  }

  get scanning(): boolean {
    return this.scanned > this.rows.firstSeq;
  }

  /** Judges old rows, newest first, until `enough` says stop. */
  scan(enough: () => boolean): void {
    while (this.scanning) {
      for (let i = 0; i < 256 && this.scanning; i += 1) {
        this.scanned -= 1;
        if (this.tally(this.scanned)) this.older.push(this.scanned);
      }
      this.version += 1;
      if (enough()) return;
    }
  }

  added(seq: number): void {
    this.version += 1;
    if (this.tally(seq)) this.newer.push(seq);
  }

  evicted(seq: number): void {
    if (seq < this.scanned) return;
    const verdict = this.verdicts.get(seq);
    const code = verdict & ~MATCH;
    this.counts[code] = (this.counts[code] ?? 0) - 1;
    if (isMatch(verdict)) this.matched -= 1;
    this.version += 1;
    if (!isListed(code)) return;
    if (this.older.length > 0) this.older.pop();
    else this.newerHead += 1;
    if (this.newerHead < 65_536) return;
    this.newer = this.newer.slice(this.newerHead);
    this.newerBase += this.newerHead;
    this.newerHead = 0;
  }

  /** `count` rows from index `from`, counted from the newest row that is shown. */
  stretch(from: number, count: number): Stretch {
    const skip = this.skipped();
    const size = this.size();
    const rows: Ranked[] = [];
    for (let index = skip + Math.max(from, 0); index < Math.min(size, skip + from + count); index += 1) {
      const seq = this.seqAt(index);
      const row = this.rows.get(seq);
      if (row) rows.push({ rank: this.topRank() - index, row, matches: (this.verdicts.get(seq) & MATCH) !== 0 });
    }
    return { total: size - skip, topRank: this.topRank() - skip, rows };
  }

  /** Rows that came while the table was frozen. */
  get waiting(): number {
    return this.skipped();
  }

  /** Index of a row in the table, or -1; where the row itself is not shown, -1. */
  indexOf(seq: number): number {
    const index = this.firstAtMost(seq);
    return index < this.size() && this.seqAt(index) === seq ? index - this.skipped() : -1;
  }

  /** Number of the row at an index, or -1. */
  at(index: number): number {
    const whole = index + this.skipped();
    return index >= 0 && whole < this.size() ? this.seqAt(whole) : -1;
  }

  /** Numbers of all rows in the table, oldest first. */
  seqs(): number[] {
    const all: number[] = [];
    for (let index = this.size() - 1; index >= this.skipped(); index -= 1) all.push(this.seqAt(index));
    return all;
  }

  /** Whether a row passes the query, shown or not. */
  passes(seq: number): boolean {
    return (this.judge.verdict(seq) & MATCH) !== 0;
  }

  /** How many rows that pass are newer than a row. */
  matchesAfter(seq: number): number {
    let count = 0;
    for (let at = Math.max(seq + 1, this.scanned); at <= this.lastSeq(); at += 1) if (isMatch(this.verdicts.get(at))) count += 1;
    return count;
  }

  /** The nearest row from `seq` on, older or newer, that has a line and passes the test; -1 where there is none. */
  nearest(seq: number, step: 1 | -1, test: (seq: number, matches: boolean) => boolean): number {
    for (let at = seq + step; at >= Math.max(this.scanned, this.rows.firstSeq) && at <= this.lastSeq(); at += step) {
      const verdict = this.verdicts.get(at);
      if ((verdict & ~MATCH) === SHOWN && test(at, isMatch(verdict))) return at;
    }
    return -1;
  }

  /** Number of the newest row that counts. */
  lastSeq(): number {
    return Math.min(this.frozenAt ?? Number.POSITIVE_INFINITY, this.rows.nextSeq - 1);
  }

  /** Counts a row; says whether it has a line. */
  private tally(seq: number): boolean {
    const verdict = this.judge.verdict(seq);
    const code = verdict & ~MATCH;
    this.verdicts.set(seq, verdict, this.rows.firstSeq);
    this.counts[code] = (this.counts[code] ?? 0) + 1;
    if (isMatch(verdict)) this.matched += 1;
    return isListed(code);
  }

  private topRank(): number {
    return this.newerBase + this.newer.length - 1;
  }

  private size(): number {
    return this.newer.length - this.newerHead + this.older.length;
  }

  private seqAt(index: number): number {
    const fresh = this.newer.length - this.newerHead;
    return (index < fresh ? this.newer[this.newer.length - 1 - index] : this.older[index - fresh]) ?? -1;
  }

  private skipped(): number {
    return this.frozenAt === undefined ? 0 : this.firstAtMost(this.frozenAt);
  }

  /** First index whose row came at `seq` or before. */
  private firstAtMost(seq: number): number {
    let low = 0;
    let high = this.size();
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.seqAt(middle) <= seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function isListed(code: number): boolean {
  return code === SHOWN || code === IN_GAP;
}

/** Has a line and passes the query. */
function isMatch(verdict: number): boolean {
  return verdict === (SHOWN | MATCH);
}


// Owns which rows the event table shows, newest first, and where each stands. Old rows are judged in slices so that a
// new filter over everything never holds up the intake; new rows are judged as they come.
import type { Row } from "./event";
import type { Verdict } from "./filter";
import type { Rows } from "./rows";
import type { RowListener } from "./store";

/** A row and its rank. Ranks grow by one from row to row of the view and never change, so a drawn row can stay put. */
export interface Ranked {
  readonly rank: number;
  readonly row: Row;
}

/** A stretch of the table from its top. */
export interface Stretch {
  readonly total: number;
  readonly topRank: number;
  readonly rows: readonly Ranked[];
}

export class TableView implements RowListener {
  // Two lists, so that both ends grow by `push`: rows that came since the view began, oldest first, ranks from 0;
  // and rows found backwards from there, newest first, ranks from -1 down.
  private newer: number[] = [];
  private newerHead = 0;
  private newerBase = 0;
  private older: number[] = [];
  private scanned: number;
  private counts: Record<Verdict, number> = noCounts();
  /** Rows after this one are not shown; follows the stream while undefined. */
  frozenAt: number | undefined;
  /** Grows with every change of what the table shows. */
  version = 0;

  constructor(private readonly rows: Rows, private verdict: (row: Row) => Verdict) {
    this.scanned = rows.nextSeq;
  }

  /** Starts over with another judge. */
  reset(verdict: (row: Row) => Verdict): void {
    this.verdict = verdict;
    this.newer = [];
    this.newerHead = 0;
    this.newerBase = 0;
    this.older = [];
    this.scanned = this.rows.nextSeq;
    this.counts = noCounts();
    this.version += 1;
  }

  /** Rows that have a line and are events. */
  get shown(): number {
    return this.counts.shown;
  }

  /** Rows in scope that the filter hides. */
  get hidden(): number {
    return this.counts.hidden;
  }

  /** Rows that belong to other runs. */
  get outside(): number {
    return this.counts.outside;
  }

  /** Lines that are no events. */
  get gaps(): number {
    return this.counts.gap;
  }

  get scanning(): boolean {
    return this.scanned > this.rows.firstSeq;
  }

  /** Judges old rows, newest first, until `enough` says stop. */
  scan(enough: () => boolean): void {
    while (this.scanning) {
      for (let i = 0; i < 256 && this.scanning; i += 1) {
        this.scanned -= 1;
        const row = this.rows.get(this.scanned);
        if (row && this.tally(row)) this.older.push(row.seq);
      }
      this.version += 1;
      if (enough()) return;
    }
  }

  added(row: Row): void {
    this.version += 1;
    if (this.tally(row)) this.newer.push(row.seq);
  }

  evicted(row: Row): void {
    if (row.seq < this.scanned) return;
    const verdict = this.verdict(row);
    this.counts[verdict] -= 1;
    this.version += 1;
    if (!isListed(verdict)) return;
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
      const row = this.rows.get(this.seqAt(index));
      if (row) rows.push({ rank: this.topRank() - index, row });
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

  /** The row at an index, as it stands. */
  at(index: number): Row | undefined {
    const whole = index + this.skipped();
    return index >= 0 && whole < this.size() ? this.rows.get(this.seqAt(whole)) : undefined;
  }

  /** Counts a row; says whether it has a line. */
  private tally(row: Row): boolean {
    const verdict = this.verdict(row);
    this.counts[verdict] += 1;
    return isListed(verdict);
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

function isListed(verdict: Verdict): boolean {
  return verdict === "shown" || verdict === "gap";
}

function noCounts(): Record<Verdict, number> {
  return { shown: 0, gap: 0, hidden: 0, outside: 0, internal: 0 };
}

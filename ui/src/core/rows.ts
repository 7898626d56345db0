// Owns the rows that are kept: found by number, the oldest dropped first. It decides when there are too many, never
// what else must forget them.
import type { Row } from "./event";

/** How much a page keeps; beyond either limit the oldest rows go. */
export interface Retention {
  readonly rows: number;
  /** Characters of event text, which is what takes the memory. */
  readonly characters: number;
}

/** Enough for a day of one agent; about 200 MB at the very most. */
export const DEFAULT_RETENTION: Retention = { rows: 200_000, characters: 128 * 1024 * 1024 };

const CHUNK = 4096;

/** Retained rows, addressed by their sequence number. */
export class Rows {
  private readonly chunks = new Map<number, (Row | undefined)[]>();
  private first = 0;
  private next = 0;
  private characters = 0;

  constructor(private readonly retention: Retention = DEFAULT_RETENTION) {}

  /** Number of the oldest row that is kept. */
  get firstSeq(): number {
    return this.first;
  }

  /** Number the next row will get. */
  get nextSeq(): number {
    return this.next;
  }

  get size(): number {
    return this.next - this.first;
  }

  get(seq: number): Row | undefined {
    if (seq < this.first || seq >= this.next) return undefined;
    return this.chunks.get(Math.floor(seq / CHUNK))?.[seq % CHUNK];
  }

  /** Adds a row whose `seq` is `nextSeq`. */
  push(row: Row): void {
    const index = Math.floor(row.seq / CHUNK);
    const chunk = this.chunks.get(index);
    if (chunk) chunk.push(row);
    else this.chunks.set(index, [row]);
    this.next = row.seq + 1;
    this.characters += row.text.length;
  }

  /** Takes out what is beyond the limits, some at a time so that it costs little per event. */
  evict(): Row[] {
    const slack = Math.min(1024, Math.ceil(this.retention.rows / 8));
    const over = this.size >= this.retention.rows + slack ? slack : 0;
    const evicted: Row[] = [];
    while (this.size > 1 && (evicted.length < over || this.characters > this.retention.characters)) {
      const row = this.shift();
      if (row) evicted.push(row);
    }
    return evicted;
  }

  private shift(): Row | undefined {
    const row = this.get(this.first);
    const index = Math.floor(this.first / CHUNK);
    const chunk = this.chunks.get(index);
    if (chunk) chunk[this.first % CHUNK] = undefined;
    this.first += 1;
    if (Math.floor(this.first / CHUNK) > index) this.chunks.delete(index);
    this.characters -= row?.text.length ?? 0;
    return row;
  }
}

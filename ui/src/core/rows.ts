// Owns the rows that are kept: found by number, the oldest dropped first, a chunk at a time. It decides when there are
// too many, never what else must forget them.
import { Chunk, GAP, INTERNAL, PHASE, PHASES } from "./chunk";
import { readEvent, type Phase, type ReadEvent, type Row } from "./event";
import { Words } from "./words";

/** How much a page keeps; beyond either limit the oldest rows go. */
export interface Retention {
  readonly rows: number;
  /** Bytes of event text as they are kept, which is what takes the memory. */
  readonly bytes: number;
}

/** Enough for a day of one agent; about 200 MB at the very most, where no text has anything in common with another. */
export const DEFAULT_RETENTION: Retention = { rows: 200_000, bytes: 160 * 1024 * 1024 };

const CHUNK_ROWS = 8192;
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Rows that were read again and may be asked for again: what is on screen, many times over. */
const REMEMBERED = 512;
const REMEMBERED_CHARACTERS = 4_000_000;

/** What is counted of a row, beside what it says. */
export interface Weight {
  readonly tokens: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly nanos: number;
  readonly firstToken: number;
}

/** Retained rows, addressed by their sequence number. */
export class Rows {
  readonly words = new Words();
  private chunks: Chunk[] = [];
  private next = 0;
  private fullBytes = 0;
  private latest = Number.NEGATIVE_INFINITY;
  private last: Chunk | undefined;
  /** Lines of this page's own making have no event to be read again from. */
  private readonly notes = new Map<number, Row>();
  private readonly remembered = new Map<number, ReadEvent>();
  private rememberedCharacters = 0;
  private readonly chunkRows: number;
  private readonly chunkBytes: number;

  constructor(private readonly retention: Retention = DEFAULT_RETENTION) {
    this.chunkRows = Math.max(1, Math.min(CHUNK_ROWS, Math.floor(retention.rows / 8)));
    this.chunkBytes = Math.max(1, Math.min(CHUNK_BYTES, Math.floor(retention.bytes / 8)));
  }

  /** Number of the oldest row that is kept. */
  get firstSeq(): number {
    return this.chunks[0]?.first ?? this.next;
  }

  /** Number the next row will get. */
  get nextSeq(): number {
    return this.next;
  }

  get size(): number {
    return this.next - this.firstSeq;
  }

  /** Memory of texts, in bytes. */
  get bytes(): number {
    return this.fullBytes + (this.chunks.at(-1)?.used ?? 0);
  }

  /** Adds a row whose `seq` is `nextSeq`; `hash` is its id's. */
  push(row: Row, weight: Weight, hash: number, cursor: string): void {
    const chunk = this.open(row.text.length + cursor.length);
    const index = chunk.rows;
    if (Number.isFinite(row.at) && row.at > this.latest) this.latest = row.at;
    chunk.at[index] = row.at;
    chunk.latest[index] = this.latest;
    chunk.duration[index] = row.duration;
    chunk.nanos[index] = weight.nanos;
    chunk.firstToken[index] = weight.firstToken;
    const { counts } = chunk;
    counts.type[index] = this.words.hold(row.type);
    counts.outcome[index] = this.words.hold(row.outcome);
    counts.run[index] = this.words.hold(row.run);
    counts.node[index] = this.words.hold(row.node);
    counts.subject[index] = this.words.hold(row.subject);
    counts.tokens[index] = weight.tokens;
    counts.tokensIn[index] = weight.tokensIn;
    counts.tokensOut[index] = weight.tokensOut;
    chunk.flags[index] = PHASES.indexOf(row.phase) | (row.kind === "gap" ? GAP : 0) | (row.internal ? INTERNAL : 0);
    chunk.write(index, row.text, cursor);
    chunk.place(index, hash);
    chunk.rows += 1;
    this.next += 1;
  }

  /** Adds a line that no event stands behind. */
  note(row: Row, hash: number): void {
    this.notes.set(row.seq, row);
    this.push(row, { tokens: 0, tokensIn: 0, tokensOut: 0, nanos: 0, firstToken: Number.NaN }, hash, "");
  }

  /** The row as it was read, its summary included. */
  get(seq: number): Row | undefined {
    return this.readAgain(seq)?.row;
  }

  /** The row with its payload, read again. */
  readAgain(seq: number): ReadEvent | undefined {
    const chunk = this.chunkOf(seq);
    if (!chunk) return undefined;
    const note = this.notes.get(seq);
    if (note) return { row: note, payload: {} };
    const known = this.remembered.get(seq);
    if (known) return known;
    const read = this.read(chunk, seq);
    this.rememberedCharacters += read.row.text.length;
    if (this.remembered.size >= REMEMBERED || this.rememberedCharacters > REMEMBERED_CHARACTERS) {
      this.remembered.clear();
      this.rememberedCharacters = read.row.text.length;
    }
    this.remembered.set(seq, read);
    return read;
  }

  /** Goes through the chunks of a stretch of rows: `visit` gets a chunk and a range of indices in it. */
  walk(from: number, end: number, visit: (chunk: Chunk, first: number, end: number) => void): void {
    for (const chunk of this.chunks) {
      if (chunk.first + chunk.rows <= from) continue;
      if (chunk.first >= end) return;
      visit(chunk, Math.max(from - chunk.first, 0), Math.min(end - chunk.first, chunk.rows));
    }
  }

  /** The chunk that holds a row. */
  chunkOf(seq: number): Chunk | undefined {
    if (seq < this.firstSeq || seq >= this.next) return undefined;
    const { last } = this;
    if (last && seq >= last.first && seq < last.first + last.rows) return last;
    let low = 0;
    let high = this.chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.chunks[middle]?.first ?? 0) <= seq) low = middle;
      else high = middle - 1;
    }
    this.last = this.chunks[low];
    return this.last;
  }

  at(seq: number): number {
    const chunk = this.chunkOf(seq);
    return chunk?.at[seq - chunk.first] ?? Number.NaN;
  }

  typeOf(seq: number): string {
    const chunk = this.chunkOf(seq);
    return chunk ? this.words.text(chunk.counts.type[seq - chunk.first] ?? 0) : "";
  }

  outcomeOf(seq: number): string {
    const chunk = this.chunkOf(seq);
    return chunk ? this.words.text(chunk.counts.outcome[seq - chunk.first] ?? 0) : "";
  }

  phaseOf(seq: number): Phase {
    return PHASES[this.flagsOf(seq) & PHASE] ?? "point";
  }

  flagsOf(seq: number): number {
    const chunk = this.chunkOf(seq);
    return chunk?.flags[seq - chunk.first] ?? 0;
  }

  /** Adds to what is known of a row. */
  mark(seq: number, flags: number, span: number): void {
    const chunk = this.chunkOf(seq);
    if (!chunk) return;
    chunk.flags[seq - chunk.first] = (chunk.flags[seq - chunk.first] ?? 0) | flags;
    chunk.span[seq - chunk.first] = span;
  }

  textOf(seq: number): string {
    const chunk = this.chunkOf(seq);
    return chunk ? chunk.text(seq - chunk.first) : "";
  }

  cursorOf(seq: number): string {
    const chunk = this.chunkOf(seq);
    return chunk ? chunk.cursor(seq - chunk.first) : "";
  }

  /** The last row that had come when the log's time was `at`, or the one before the oldest. */
  seqAt(at: number): number {
    let found = this.firstSeq - 1;
    for (const chunk of this.chunks) {
      if (chunk.rows === 0 || (chunk.latest[0] ?? 0) > at) break;
      let [low, high] = [0, chunk.rows - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((chunk.latest[middle] ?? 0) <= at) low = middle;
        else high = middle - 1;
      }
      found = chunk.first + low;
    }
    return found;
  }

  /** Whether a row with that hash passes the test. */
  some(hash: number, test: (seq: number) => boolean): boolean {
    for (let at = this.chunks.length - 1; at >= 0; at -= 1) {
      const chunk = this.chunks[at];
      if (chunk?.some(hash, (index) => test(chunk.first + index))) return true;
    }
    return false;
  }

  /** Lets go of the oldest chunks beyond the limits; `forget` is told of each row while it can still be read. */
  evict(forget: (seq: number) => void): void {
    while (this.chunks.length > 1 && (this.size >= this.retention.rows + this.chunkRows || this.bytes > this.retention.bytes)) {
      const chunk = this.chunks[0];
      if (!chunk) return;
      for (let index = 0; index < chunk.rows; index += 1) forget(chunk.first + index);
      for (let index = 0; index < chunk.rows; index += 1) this.release(chunk, index);
      this.chunks = this.chunks.slice(1);
      this.fullBytes -= chunk.used;
    }
  }

  private release(chunk: Chunk, index: number): void {
    const { type, outcome, run, node, subject } = chunk.counts;
    for (const column of [type, outcome, run, node, subject]) this.words.letGo(column[index] ?? 0);
    this.notes.delete(chunk.first + index);
    this.remembered.delete(chunk.first + index);
  }

  private open(characters: number): Chunk {
    const current = this.chunks.at(-1);
    if (current?.hasRoom(characters)) return current;
    this.fullBytes += current?.used ?? 0;
    current?.close();
    const chunk = new Chunk(this.next, this.chunkRows, this.chunkBytes);
    this.chunks.push(chunk);
    return chunk;
  }

  private read(chunk: Chunk, seq: number): ReadEvent {
    const index = seq - chunk.first;
    const text = chunk.text(index);
    return readEvent(JSON.parse(text) as Record<string, unknown>, text, seq, chunk.cursor(index));
  }
}

// Owns a stretch of rows in columns: numbers in typed arrays, texts as packed UTF-8 bytes one behind the other. That is a
// fraction of the memory that an object for each row takes, and nothing for the garbage collector to walk through.
import { Packer, SLACK, unpack } from "./packed";

/** Bits of `flags`. The two lowest are the phase. */
export const PHASES = ["start", "finish", "point"] as const;
export const PHASE = 3;
export const GAP = 4;
export const INTERNAL = 8;
/** The first row of its span, and the one that ended it. */
export const OPENS = 16;
export const CLOSES = 32;
/** A failure that began here: it counts for the run and for all spans around it. */
export const ERROR = 64;
/** A finished call of a model; of a tool or a search. */
export const LLM = 128;
export const TOOL = 256;

/** Columns of whole numbers. */
const COUNTS = ["type", "outcome", "run", "node", "subject", "tokens", "tokensIn", "tokensOut", "hash", "offset", "length"] as const;
type Count = (typeof COUNTS)[number];

/** No character takes more. */
const MOST_BYTES = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Chunk {
  /** How many rows there are. */
  rows = 0;
  readonly at: Float64Array;
  readonly duration: Float64Array;
  /** Billionths of a dollar, so that sums are exact in any order. */
  readonly nanos: Float64Array;
  /** Seconds to the first token, NaN where nothing tells. */
  readonly firstToken: Float32Array;
  /** The latest time up to a row; it never falls, so a time can be looked up. */
  readonly latest: Float64Array;
  readonly counts: Record<Count, Uint32Array>;
  /** Slot of the span, of the parent's where the row has none of its own, or -1. */
  readonly span: Int32Array;
  readonly flags: Uint16Array;
  readonly cursorLength: Uint8Array;
  /** As large as a chunk may become from the start: memory that nobody wrote to costs nothing, copies would. */
  bytes: Uint8Array<ArrayBuffer>;
  used = 0;
  /** Rows by hash of their ids: 1 + index, at the first free place from the hash on. */
  private readonly places: Uint16Array;
  /** What can be pointed at, as long as rows come. */
  private packer: Packer | undefined = new Packer();

  constructor(readonly first: number, readonly capacity: number, mostBytes: number) {
    this.bytes = new Uint8Array(mostBytes);
    this.at = new Float64Array(capacity);
    this.duration = new Float64Array(capacity);
    this.nanos = new Float64Array(capacity);
    this.firstToken = new Float32Array(capacity);
    this.latest = new Float64Array(capacity);
    this.counts = Object.fromEntries(COUNTS.map((name) => [name, new Uint32Array(capacity)])) as Record<Count, Uint32Array>;
    this.span = new Int32Array(capacity).fill(-1);
    this.flags = new Uint16Array(capacity);
    this.cursorLength = new Uint8Array(capacity);
    this.places = new Uint16Array(powerOfTwo(capacity * 2));
  }

  /** Whether a row with so many characters finds room. One that no chunk is large enough for has a chunk of its own. */
  hasRoom(characters: number): boolean {
    if (this.rows === 0) return true;
    return this.rows < this.capacity && this.used + characters * MOST_BYTES + SLACK <= this.bytes.length;
  }

  /** Adds a text and a cursor for the row at `index`. */
  write(index: number, text: string, cursor: string): void {
    const needed = (text.length + cursor.length) * MOST_BYTES + SLACK;
    if (index === 0 && needed > this.bytes.length) this.bytes = new Uint8Array(needed);
    this.packer ??= new Packer();
    const said = encoder.encodeInto(cursor.length > 60 ? "" : cursor, this.bytes.subarray(this.used)).written;
    this.counts.offset[index] = this.used;
    this.cursorLength[index] = said;
    this.used = this.packer.pack(text, this.bytes, this.used + said);
    this.counts.length[index] = this.packer.length;
  }

  /** No row comes any more: what only new ones need is let go. */
  close(): void {
    this.packer = undefined;
    this.bytes = this.bytes.slice(0, this.used);
  }

  /** The bytes of a text, from 0 to its `length`; good until the next text is asked for. */
  plain(index: number): Uint8Array {
    return unpack(this.bytes, (this.counts.offset[index] ?? 0) + (this.cursorLength[index] ?? 0), this.counts.length[index] ?? 0);
  }

  text(index: number): string {
    return decoder.decode(this.plain(index).subarray(0, this.counts.length[index] ?? 0));
  }

  cursor(index: number): string {
    const from = this.counts.offset[index] ?? 0;
    return decoder.decode(this.bytes.subarray(from, from + (this.cursorLength[index] ?? 0)));
  }

  /** Makes a row findable by its hash. */
  place(index: number, hash: number): void {
    this.counts.hash[index] = hash;
    const mask = this.places.length - 1;
    let at = hash & mask;
    while (this.places[at] !== 0) at = (at + 1) & mask;
    this.places[at] = index + 1;
  }

  /** Whether a row of that hash passes the test. */
  some(hash: number, test: (index: number) => boolean): boolean {
    const mask = this.places.length - 1;
    for (let at = hash & mask; this.places[at] !== 0; at = (at + 1) & mask) {
      const index = (this.places[at] ?? 0) - 1;
      if (this.counts.hash[index] === hash && test(index)) return true;
    }
    return false;
  }
}

function powerOfTwo(least: number): number {
  let size = 2;
  while (size < least) size *= 2;
  return size;
}

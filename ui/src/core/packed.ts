// Owns how a text is kept small: what stands already among the bytes kept before it is pointed at instead of written
// again. Events of a type have the same keys, and a finish says again all that its start said. A pointer always leads to
// bytes that were written out, never to another pointer, so that any text is read without those before it.

/** A shorter repetition is cheaper written out. */
const LEAST = 12;

const HASH_BITS = 15;
const FIRST = 0x9e3779b1;
const SECOND = 0x85ebca6b;

/** Room for what stands beside the bytes themselves, whatever the text. */
export const SLACK = 16;

/** Texts up to this leave their room behind for the next one. */
const USUAL_BYTES = 1024 * 1024;

const encoder = new TextEncoder();

/** The text in hand, as plain bytes: made for one at a time, so that reading them makes no garbage. */
let plain = new Uint8Array(64 * 1024);
let view = new DataView(plain.buffer);

function makeRoom(bytes: number): void {
  if (plain.length >= bytes && (plain.length <= USUAL_BYTES || bytes > USUAL_BYTES)) return;
  plain = new Uint8Array(Math.max(bytes, 64 * 1024));
  view = new DataView(plain.buffer);
}

/** Writes texts into the bytes of one chunk, and knows what stands there. */
export class Packer {
  /** Where bytes with a certain beginning stand, plus one; the newest of them. */
  private readonly places = new Int32Array(1 << HASH_BITS);
  /** How many bytes the last text has as it is. */
  length = 0;

  /** Packs a text into `into` from `at` on; returns where it ends. */
  pack(text: string, into: Uint8Array, at: number): number {
    makeRoom(text.length * 3);
    const length = encoder.encodeInto(text, plain).written;
    this.length = length;
    const known = at;
    let to = at;
    let unsaid = 0;
    let from = 0;
    while (from <= length - LEAST) {
      const hash = hashAt(from);
      const place = (this.places[hash] ?? 0) - 1;
      const same = place < 0 ? 0 : alike(into, place, known, from, length);
      if (same < LEAST) {
        from += 1;
        continue;
      }
      // The bytes before it may be alike as well: not every place is known.
      let back = 0;
      while (from - back > unsaid && place - back > 0 && plain[from - back - 1] === into[place - back - 1]) back += 1;
      to = this.writeOut(unsaid, from - back, length, into, to);
      to = writeNumber(into, to, same + back);
      to = writeNumber(into, to, place - back);
      from += same;
      unsaid = from;
    }
    return unsaid < length ? this.writeOut(unsaid, length, length, into, to) : to;
  }

  /** Writes bytes as they are, and remembers where they stand. */
  private writeOut(from: number, end: number, length: number, into: Uint8Array, at: number): number {
    const to = writeNumber(into, at, end - from);
    into.set(plain.subarray(from, end), to);
    const last = Math.min(end, length - LEAST + 1);
    for (let i = from; i < last; i += 1) this.places[hashAt(i)] = to + i - from + 1;
    return to + end - from;
  }
}

/** Reads a text of so many bytes that was packed at a place. The bytes are good until the next text is packed or read. */
export function unpack(bytes: Uint8Array, at: number, length: number): Uint8Array {
  makeRoom(length);
  const out = plain;
  let from = at;
  let done = 0;
  while (done < length) {
    for (let pointed = 0; pointed < 2 && done < length; pointed += 1) {
      let [count, shift, byte] = [0, 0, 0x80];
      for (; byte & 0x80; shift += 7) {
        byte = bytes[from] ?? 0;
        from += 1;
        count |= (byte & 0x7f) << shift;
      }
      if (pointed === 0) {
        for (let i = 0; i < count; i += 1) out[done + i] = bytes[from + i] ?? 0;
        from += count;
      } else {
        let place = 0;
        byte = 0x80;
        for (shift = 0; byte & 0x80; shift += 7) {
          byte = bytes[from] ?? 0;
          from += 1;
          place |= (byte & 0x7f) << shift;
        }
        for (let i = 0; i < count; i += 1) out[done + i] = bytes[place + i] ?? 0;
      }
      done += count;
    }
  }
  return out;
}

/** How many bytes of the text in hand from `from` on stand at `place`, before `known`. */
function alike(into: Uint8Array, place: number, known: number, from: number, length: number): number {
  const most = Math.min(length - from, known - place);
  let same = 0;
  while (same < most && plain[from + same] === into[place + same]) same += 1;
  return same;
}

function hashAt(at: number): number {
  return (Math.imul(view.getInt32(at, true), FIRST) ^ Math.imul(view.getInt32(at + 4, true), SECOND)) >>> (32 - HASH_BITS);
}

/** Seven bits a byte, the lowest first. */
function writeNumber(into: Uint8Array, at: number, value: number): number {
  let rest = value;
  let to = at;
  while (rest > 0x7f) {
    into[to] = (rest & 0x7f) | 0x80;
    to += 1;
    rest >>>= 7;
  }
  into[to] = rest;
  return to + 1;
}

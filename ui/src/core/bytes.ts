// Owns looking for a word in UTF-8 bytes without making text of them: two hundred thousand events are more than a
// hundred megabytes, and a search goes through all of it.

/** A word to look for; ASCII letters in any case. */
export interface Needle {
  readonly bytes: Uint8Array;
  /** How far to move on after a window that ends in a byte. */
  readonly skips: Uint8Array;
}

/** Bytes with ASCII capitals as small letters. */
const FOLD = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

const encoder = new TextEncoder();

/** Prepares a word. One whose letters are not all ASCII can't be found in other case this way. */
export function needle(word: string): Needle {
  const bytes = encoder.encode(word).slice(0, 200).map((byte) => FOLD[byte] ?? byte);
  const skips = new Uint8Array(256).fill(bytes.length);
  for (let at = 0; at < bytes.length - 1; at += 1) {
    const byte = bytes[at] ?? 0;
    skips[byte] = bytes.length - 1 - at;
    if (byte >= 97 && byte <= 122) skips[byte - 32] = bytes.length - 1 - at;
  }
  return { bytes, skips };
}

/** Where the word stands first between two places, or -1. */
export function find({ bytes, skips }: Needle, hay: Uint8Array, from: number, end: number): number {
  const last = bytes.length - 1;
  if (last < 0) return from;
  const tail = bytes[last];
  for (let at = from + last; at < end;) {
    const byte = hay[at] ?? 0;
    if (FOLD[byte] === tail) {
      let back = 1;
      while (back <= last && FOLD[hay[at - back] ?? 0] === bytes[last - back]) back += 1;
      if (back > last) return at - last;
    }
    at += skips[byte] ?? 1;
  }
  return -1;
}

/** Whether a word needs more than ASCII to be told from its other case. */
export function isAscii(word: string): boolean {
  for (let at = 0; at < word.length; at += 1) if (word.charCodeAt(at) > 127) return false;
  return true;
}

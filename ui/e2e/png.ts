// Owns making a screenshot small: 256 colours are enough for a page of text, and take a third of the bytes. Reads what
// Chromium writes: 8 bits a channel, RGB or RGBA, not interlaced.
import { deflateSync, inflateSync, crc32 } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 256;

/** The same picture with a palette. */
export function withPalette(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const palette = chosen(pixels);
  const nearest = new Map<number, number>();
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const colour = pixels[y * width + x] ?? 0;
      let index = nearest.get(colour);
      if (index === undefined) nearest.set(colour, (index = closest(palette, colour)));
      rows[y * (width + 1) + 1 + x] = index;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("PLTE", table), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

/** The most frequent colours, alike ones counted as one. */
function chosen(pixels: Uint32Array): number[] {
  for (let bits = 0; ; bits += 1) {
    const counts = new Map<number, { colour: number; count: number }>();
    for (const colour of pixels) {
      const mask = (255 << bits) & 255;
      const key = colour & ((mask << 16) | (mask << 8) | mask);
      const seen = counts.get(key);
      if (seen) seen.count += 1;
      else counts.set(key, { colour, count: 1 });
    }
    const sorted = [...counts.values()].sort((a, b) => b.count - a.count);
    if (sorted.length <= COLOURS * 8 || bits === 5) return spread(sorted.map(({ colour }) => colour));
  }
}

/** Colours of few pixels, such as a mark's, come before the hundredth shade of grey. */
function spread(sorted: readonly number[]): number[] {
  const taken: number[] = [];
  const left: number[] = [];
  for (const colour of sorted) (taken.every((other) => distance(colour, other) > 160) ? taken : left).push(colour);
  return [...taken, ...left].slice(0, COLOURS);
}

function distance(a: number, b: number): number {
  const [red, green, blue] = [(a >> 16) - (b >> 16), ((a >> 8) & 255) - ((b >> 8) & 255), (a & 255) - (b & 255)];
  return red * red + green * green + blue * blue;
}

function closest(palette: readonly number[], colour: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, other] of palette.entries()) {
    const off = distance(other, colour);
    if (off < least) [least, best] = [off, i];
  }
  return best;
}

function decode(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error("not a PNG");
  const [width, height, depth, sort, interlaced] = [png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25], png[28]];
  const channels = sort === 6 ? 4 : 3;
  if (depth !== 8 || (sort !== 2 && sort !== 6) || interlaced !== 0) throw new Error(`a PNG of another sort: depth ${depth}, colour type ${sort}`);
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const bytes = unfiltered(inflateSync(Buffer.concat(data)), width * channels, height, channels);
  const pixels = new Uint32Array(width * height);
  for (let i = 0; i < pixels.length; i += 1) pixels[i] = ((bytes[i * channels] ?? 0) << 16) | ((bytes[i * channels + 1] ?? 0) << 8) | (bytes[i * channels + 2] ?? 0);
  return { width, height, pixels };
}

/** Undoes the filter of each row (PNG specification, section 9). */
function unfiltered(raw: Buffer, stride: number, height: number, step: number): Uint8Array {
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const left = x >= step ? (out[y * stride + x - step] ?? 0) : 0;
      const up = y > 0 ? (out[(y - 1) * stride + x] ?? 0) : 0;
      const corner = y > 0 && x >= step ? (out[(y - 1) * stride + x - step] ?? 0) : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      out[y * stride + x] = (raw[y * (stride + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

import { expect, test } from "vitest";
import { Packer, SLACK, unpack } from "./packed";

const decoder = new TextDecoder();

/** Packs texts one behind the other; gives how to read each, and how many bytes all take. */
function packAll(texts: readonly string[]): { readonly read: (index: number) => string; readonly used: number } {
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + text.length * 3 + SLACK, 0));
  const packer = new Packer();
  const places: { at: number; length: number }[] = [];
  let used = 0;
  for (const text of texts) {
    const at = used;
    used = packer.pack(text, bytes, at);
    places.push({ at, length: packer.length });
  }
  const read = (index: number): string => {
    const { at, length } = places[index] ?? { at: 0, length: 0 };
    return decoder.decode(unpack(bytes, at, length).subarray(0, length));
  };
  return { read, used };
}

test("any text is read as it was, in any order", () => {
  const texts = ["", "a", "exactly 12 b", "exactly 12 b", "", "ü".repeat(40), `ü${"ü".repeat(40)}`, "🙂🙂🙂🙂🙂🙂", "x".repeat(200_000), "x".repeat(2_000_000), "x".repeat(300)];
  let state = 1;
  for (let i = 0; i < 2000; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    texts.push(`{"type":"call_${state % 3}","payload":{"n":${state},"text":"${"the same words again ".repeat(state % 5)}${String(state).repeat(state % 9)}"}}`);
  }
  const { read } = packAll(texts);
  for (let i = texts.length - 1; i >= 0; i -= 1) expect(read(i)).toBe(texts[i]);
});

test("what was said before takes hardly any room", () => {
  const said = Array.from({ length: 40 }, (_, i) => Math.imul(i + 1, 2654435761).toString(36)).join(" ");
  const once = packAll([`{"type":"started","payload":{"prompt":"${said}"}}`]).used;
  const twice = packAll([`{"type":"started","payload":{"prompt":"${said}"}}`, `{"type":"finished","payload":{"prompt":"${said}","outcome":"ok"}}`]).used;
  expect(twice - once).toBeLessThan(60);
});

test("a text that has nothing in common with another fits into the room that is asked for", () => {
  const odd = Array.from({ length: 50 }, (_, i) => String.fromCharCode(...Array.from({ length: i }, (_it, at) => 0x4e00 + Math.imul(at + i * 97, 40503) % 20_000)));
  const { read, used } = packAll(odd);
  expect(used).toBeLessThanOrEqual(odd.reduce((sum, text) => sum + text.length * 3 + SLACK, 0));
  odd.forEach((text, index) => expect(read(index)).toBe(text));
});

// The plain consumer of the guide, as plain.py, for Node: XREAD, JSON.parse, and nothing of ours.
//
// usage: node plain.mjs PORT STREAM COUNT
import assert from "node:assert";
import { createHash } from "node:crypto";
import { connect } from "node:net";

const [port, stream, count] = process.argv.slice(2);
const socket = connect(Number(port), "127.0.0.1");
const chunks = socket[Symbol.asyncIterator]();
let input = Buffer.alloc(0);
setTimeout(() => assert.fail("waited in vain"), 60_000).unref();

/** The bytes up to where `endOf` finds their end, as soon as they have come; it says -1 as long as they have not. */
async function take(endOf) {
  let end = endOf(input);
  while (end < 0) {
    const { value, done } = await chunks.next();
    assert(!done, "the connection is closed");
    input = Buffer.concat([input, value]);
    end = endOf(input);
  }
  const bytes = input.subarray(0, end);
  input = input.subarray(end);
  return bytes;
}

async function reply() {
  const line = (await take((bytes) => bytes.indexOf("\n") + 1 || -1)).toString().trimEnd();
  const [kind, rest] = [line[0], line.slice(1)];
  if (kind === "-") throw new Error(rest);
  if (kind === "*") {
    const items = [];
    for (let n = 0; n < Number(rest); n += 1) items.push(await reply());
    return items;
  }
  if (kind !== "$" || rest === "-1") return rest;
  const length = Number(rest) + 2;
  return (await take((bytes) => (bytes.length < length ? -1 : length))).subarray(0, -2).toString();
}

let last = "0";
for (let seen = 0; seen < Number(count); ) {
  const words = ["XREAD", "BLOCK", "10000", "STREAMS", stream, last];
  socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`);
  for (const [, entries] of await reply()) {
    for (const [id, [name, text]] of entries) {
      last = id;
      assert.equal(name, "json");
      const event = JSON.parse(text);
      assert.deepEqual(Object.keys(event), ["id", "ts", "type", "payload"]);
      seen += 1;
      const said = event.payload.text;
      console.log(event.type, said === undefined ? "-" : createHash("sha256").update(said).digest("hex"));
    }
  }
}
console.log("checked by hand");
socket.destroy();

import { expect, test } from "vitest";
import { event, line } from "./fixtures";
import { readFrames } from "./protocol";

test("a message holds as many frames as it has lines", () => {
  const message = `${line(event("a"), "1-0@1")}\n${line(event("b"), "2-0@2")}\n`;
  expect([...readFrames(message)].map((frame) => (frame.kind === "event" ? [frame.cursor, frame.event.type] : frame.kind))).toEqual([
    ["1-0@1", "a"],
    ["2-0@2", "b"],
  ]);
});

test("an event's text is the producer's own, digit by digit", () => {
  const stored = '{"id":"x","ts":"t","type":"big","payload":{"n":18446744073709551615,"f":1.0}}';
  const [frame] = readFrames(`{"cursor":"1-0","event":${stored}}`);
  expect(frame).toMatchObject({ kind: "event", text: stored });
});

test("escaped characters are written out, so that a search finds them", () => {
  const [frame] = readFrames('{"cursor":"1-0","event":{"type":"t","payload":{"city":"Z\\u00fcrich"}}}');
  expect(frame).toMatchObject({ kind: "event", text: '{"type":"t","payload":{"city":"Zürich"}}' });
});

test("every control of the contract is read", () => {
  const frames = [...readFrames(
    [
      '{"control":"hello","protocol":1,"stream":"agent_events","log":"redis","cursor":"1795-4@812"}',
      '{"control":"gap","after":"1-0@1","first":"9-0@9","lost":7,"why":"trimmed"}',
      '{"control":"gap","after":"1-0","first":null,"lost":null,"why":"trimmed"}',
      '{"control":"reset","cursor":"0-0@0","why":"deleted"}',
      '{"control":"heartbeat","head":"9-0@9","cursor":"9-0@9","time":"2026-11-22T13:51:28Z","log":"unreachable","error":"refused"}',
      '{"control":"bye","code":1012,"retry_ms":500,"why":"restart"}',
    ].join("\n"),
  )];
  expect(frames).toEqual([
    { kind: "hello", protocol: 1, stream: "agent_events", log: "redis", cursor: "1795-4@812" },
    { kind: "gap", after: "1-0@1", first: "9-0@9", lost: 7, why: "trimmed" },
    { kind: "gap", after: "1-0", first: "", lost: null, why: "trimmed" },
    { kind: "reset", cursor: "0-0@0", why: "deleted" },
    { kind: "heartbeat", head: "9-0@9", cursor: "9-0@9", time: Date.UTC(2026, 10, 22, 13, 51, 28), reachable: false, error: "refused" },
    { kind: "bye", code: 1012, retryMs: 500, why: "restart" },
  ]);
});

test("a line that is not of the protocol is told, a control of tomorrow is passed over", () => {
  expect([...readFrames("not json")].map(({ kind }) => kind)).toEqual(["unreadable"]);
  expect([...readFrames("[1]")].map(({ kind }) => kind)).toEqual(["unreadable"]);
  expect([...readFrames('{"control":"weather"}\n\n')]).toEqual([]);
});

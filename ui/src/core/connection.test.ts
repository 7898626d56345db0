import { beforeEach, expect, test } from "vitest";
import { backoff, Connection, SILENCE_MS, type ConnectionState, type Socket } from "./connection";
import { event, line } from "./fixtures";

interface FakeSocket extends Socket {
  url: string;
  sent: string[];
  closedByUs: boolean;
}

let sockets: FakeSocket[];
let states: ConnectionState[];
let timers: { at: number; task: () => void }[];
let now: number;

beforeEach(() => {
  sockets = [];
  states = [];
  timers = [];
  now = 0;
});

function connect(candidates: readonly string[]): Connection {
  const connection = new Connection(
    candidates,
    {
      open(url) {
        const socket: FakeSocket = { url, sent: [], closedByUs: false, send: (text) => socket.sent.push(text), onmessage: null, onclose: null, close: () => (socket.closedByUs = true) };
        sockets.push(socket);
        return socket;
      },
      after(ms, task) {
        const timer = { at: now + ms, task };
        timers.push(timer);
        return () => {
          timers = timers.filter((other) => other !== timer);
        };
      },
      now: () => now,
      random: () => 0.5,
    },
    { frame: () => undefined, state: (state) => states.push(state) },
  );
  connection.connect();
  return connection;
}

/** Lets time pass until `ms` from now. */
function pass(ms: number): void {
  const end = now + ms;
  for (;;) {
    const next = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
    if (!next) break;
    timers = timers.filter((other) => other !== next);
    now = next.at;
    next.task();
  }
  now = end;
}

const last = () => sockets.at(-1) as FakeSocket;
const say = (...lines: string[]) => last().onmessage?.({ data: lines.join("\n") });
const HELLO = '{"control":"hello","protocol":1,"stream":"agent_events","log":"redis","cursor":"5-0@5"}';
const CAUGHT_UP = '{"control":"heartbeat","head":"5-0@5","time":"2026-01-01T00:00:00Z","log":"ok"}';

test("the first connection asks for everything, the next for what came after the last event", () => {
  connect(["ws://h:1"]);
  expect(last().url).toBe("ws://h:1/events?framed=1&credit=4194304&after=0");
  say(HELLO, line(event("a"), "7-1@8"));
  last().onclose?.({ code: 1006, reason: "" });
  pass(10_000);
  expect(last().url).toBe("ws://h:1/events?framed=1&credit=4194304&after=7-1%408");
});

test("before any event it resumes from the greeting's cursor, after a reset from the one it gave", () => {
  connect(["ws://h:1"]);
  say(HELLO);
  last().onclose?.({ code: 1006, reason: "" });
  pass(10_000);
  expect(last().url).toContain("after=5-0%405");
  say(HELLO, '{"control":"reset","cursor":"0-0@0","why":"deleted"}');
  last().onclose?.({ code: 1006, reason: "" });
  pass(10_000);
  expect(last().url).toContain("after=0-0%400");
});

test("it is live once the bridge says that the replay has caught up", () => {
  connect(["ws://h:1"]);
  say(HELLO);
  expect(states.at(-1)?.phase).toBe("replaying");
  say(CAUGHT_UP);
  expect(states.at(-1)).toMatchObject({ phase: "live", stream: "agent_events", log: "redis" });
});

test("a log that does not answer is told apart from a bridge that does not", () => {
  connect(["ws://h:1"]);
  say(HELLO, '{"control":"heartbeat","head":"","time":"","log":"unreachable","error":"refused"}');
  expect(states.at(-1)).toEqual({ phase: "log-unreachable", bridge: "ws://h:1", error: "refused" });
  say(CAUGHT_UP);
  expect(states.at(-1)?.phase).toBe("live");
});

test("waits grow from half a second to ten, at random below the ceiling", () => {
  expect([1, 2, 3, 4, 5, 6, 60].map((attempt) => backoff(attempt, 1))).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  expect([1, 2, 60].map((attempt) => backoff(attempt, 0))).toEqual([500, 500, 500]);
});

test("attempts are counted until a heartbeat shows that it works again", () => {
  connect(["ws://h:1"]);
  say(HELLO);
  for (const attempt of [1, 2, 3]) {
    last().onclose?.({ code: 1006, reason: "" });
    expect(states.at(-1)).toMatchObject({ phase: "waiting", attempt, why: attempt === 1 ? "closed the connection" : "does not answer" });
    pass(10_000);
  }
  say(HELLO, CAUGHT_UP);
  last().onclose?.({ code: 1006, reason: "" });
  expect(states.at(-1)).toMatchObject({ phase: "waiting", attempt: 1 });
});

test("a farewell is told to the viewer, and its wait is kept", () => {
  connect(["ws://h:1"]);
  say(HELLO, '{"control":"bye","code":1012,"retry_ms":3000,"why":"the bridge is stopping"}');
  last().onclose?.({ code: 1012, reason: "" });
  expect(states.at(-1)).toMatchObject({ phase: "waiting", retryAt: 3000, why: "is going away" });
});

test("where the page's own origin has no bridge, the next address is tried at once", () => {
  connect(["ws://h:8000", "ws://h:9999"]);
  last().onclose?.({ code: 1006, reason: "" });
  expect(last().url).toContain("ws://h:9999/");
  say(HELLO);
  last().onclose?.({ code: 1006, reason: "" });
  pass(10_000);
  expect(last().url).toContain("ws://h:9999/");
});

test("a bridge that refuses the page is not asked again", () => {
  for (const [code, word] of [[4403, "origin"]] as const) {
    connect(["ws://h:1"]);
    last().onclose?.({ code, reason: "" });
    expect(states.at(-1)).toMatchObject({ phase: "stopped", why: expect.stringContaining(word) });
    const opened = sockets.length;
    pass(100_000);
    expect(sockets).toHaveLength(opened);
  }
});

test("a connection that falls silent is given up", () => {
  connect(["ws://h:1"]);
  say(HELLO, CAUGHT_UP);
  const silent = last();
  pass(SILENCE_MS - 1);
  expect(silent.closedByUs).toBe(false);
  pass(1);
  expect(silent.closedByUs).toBe(true);
  expect(states.at(-1)).toMatchObject({ phase: "waiting", why: "has been silent for 25 s" });
});

test("a viewer who does not want to wait gets an attempt at once", () => {
  const connection = connect(["ws://h:1"]);
  last().onclose?.({ code: 4429, reason: "" });
  expect(states.at(-1)).toMatchObject({ phase: "waiting", retryAt: 5000 });
  connection.retry();
  expect(sockets).toHaveLength(2);
  connection.retry();
  expect(sockets).toHaveLength(2);
});

test("a bridge that asks for a token is not asked again until the viewer has shown one", () => {
  const connection = connect(["ws://h:1", "ws://h:2"]);
  last().onclose?.({ code: 4401, reason: "" });
  expect(states.at(-1)).toEqual({ phase: "locked", bridge: "ws://h:1" });
  pass(60_000);
  expect(sockets).toHaveLength(1);
  connection.retry();
  expect(sockets).toHaveLength(2);
  expect(last().url).toContain("ws://h:1/");
});

test("what was read is acknowledged, so that no more is on its way than a page can hold", () => {
  connect(["ws://a"]);
  expect(last().url).toContain("credit=4194304");
  const say = (text: string) => last().onmessage?.({ data: text });
  say(line(event("a"), "1-0@1"));
  expect(last().sent).toEqual([]);
  say(line(event("b", { text: "x".repeat(300_000) }), "2-0@2"));
  expect(last().sent).toEqual(['{"op":"ack","cursor":"2-0@2"}']);
  say(line(event("c", { text: "x".repeat(200_000) }), "3-0@3"));
  say(line(event("d", { text: "x".repeat(100_000) }), "4-0@4"));
  expect(last().sent).toHaveLength(2);
});

test("a heartbeat in the middle of a long replay is not taken for its end", () => {
  connect(["ws://a"]);
  const beat = (cursor: string, head: string) => last().onmessage?.({ data: JSON.stringify({ control: "heartbeat", head, cursor, time: "2026-11-22T13:00:00Z", log: "ok" }) });
  last().onmessage?.({ data: '{"control":"hello","protocol":1,"stream":"s","log":"redis","cursor":"0"}' });
  beat("1795000000000-0@5", "1795000090000-0@90000");
  expect(states.at(-1)?.phase).toBe("replaying");
  beat("1795000090000-0@90000", "1795000090000-0@90000");
  expect(states.at(-1)?.phase).toBe("live");
  beat("1795000090000-0@90000", "1795000099000-0@99000");
  expect(states.at(-1)?.phase).toBe("live");
});

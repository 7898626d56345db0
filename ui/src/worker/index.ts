// Owns the thread on which events are read and kept: one connection, one session. It posts a snapshot only when the
// page has drawn the last one, so a slow page gets fewer of them and never a queue.
import { Connection, type Socket } from "../core/connection";
import type { Reply, Request } from "../core/messages";
import { Session } from "../core/session";

/** How long one slice of background work may hold up the intake. */
const SLICE_MS = 8;

/** While history comes in, the page is told now and then: nobody reads it as it flies by. */
const REPLAY_REFRESH_MS = 150;

/** Silence and rates change without events. */
const REFRESH_MS = 1000;

const session = new Session(() => Date.now());
let connection: Connection | undefined;
let pageIsReady = false;
let changed = true;
let working = false;
let flushing = false;
let replaying = false;
let lastShown = Number.NEGATIVE_INFINITY;
let restUntil: ReturnType<typeof setTimeout> | undefined;

self.onmessage = ({ data }: MessageEvent<Request>) => {
  switch (data.kind) {
    case "start":
      start(data.addresses.candidates, data.addresses.error);
      break;
    case "painted":
      pageIsReady = true;
      flush();
      return;
    case "retry":
      connection?.retry();
      break;
    case "fetch-json":
      post({ kind: "json", seq: data.seq, text: session.jsonOf(data.seq) });
      return;
    default:
      session.request(data);
  }
  touch();
};

self.addEventListener("online", () => connection?.retry());
setInterval(touch, REFRESH_MS);

function start(candidates: readonly string[], error: string): void {
  if (error !== "") {
    session.connected({ phase: "stopped", bridge: "", why: error });
    return;
  }
  const world = { open: openSocket, after: startTimer, now: () => Date.now(), random: () => Math.random() };
  connection = new Connection(candidates, world, {
    frame(frame) {
      session.frame(frame);
      touch();
    },
    state(state) {
      replaying = state.phase === "replaying";
      session.connected(state);
      touch();
    },
  });
  connection.connect();
}

/** Something changed. One flush serves all frames of a message. */
function touch(): void {
  changed = true;
  if (flushing) return;
  flushing = true;
  queueMicrotask(() => {
    flushing = false;
    flush();
  });
}

function flush(): void {
  work();
  if (!changed || !pageIsReady) return;
  const rest = replaying ? lastShown + REPLAY_REFRESH_MS - performance.now() : 0;
  if (rest > 0) {
    restUntil ??= setTimeout(() => {
      restUntil = undefined;
      flush();
    }, rest);
    return;
  }
  lastShown = performance.now();
  changed = false;
  pageIsReady = false;
  post({ kind: "snapshot", snapshot: session.snapshot() });
}

/** Goes on with a slow search between messages. */
function work(): void {
  if (working) return;
  const deadline = performance.now() + SLICE_MS;
  if (!session.work(() => performance.now() > deadline)) return;
  working = true;
  setTimeout(() => {
    working = false;
    touch();
  });
}

function post(reply: Reply): void {
  self.postMessage(reply);
}

function startTimer(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
}

function openSocket(url: string): Socket {
  try {
    return new WebSocket(url) as unknown as Socket;
  } catch (error) {
    // An address the browser refuses outright fails like one that does not answer.
    const refused: Socket = { onmessage: null, onclose: null, close: () => undefined };
    setTimeout(() => refused.onclose?.({ code: 0, reason: String(error) }));
    return refused;
  }
}

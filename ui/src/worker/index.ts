// Owns the thread on which events are read and kept: one connection and its session, and while a recording is looked at
// a session of its own. It posts a snapshot only when the page has drawn the last one, so a slow page gets fewer of them
// and never a queue.
import { Connection, type ConnectionState, type Socket } from "../core/connection";
import type { Reply, Request } from "../core/messages";
import { AT_WORK_MS } from "../core/pace";
import { Recording } from "../core/recording";
import { Session } from "../core/session";

/** How long one slice of background work may hold up the intake. */
const SLICE_MS = 8;

/** While history comes in, the page is told now and then: nobody reads it as it flies by. */
const REPLAY_REFRESH_MS = 150;

/** So often what came by itself is shown: nobody reads faster, and drawing takes time from the viewer's hands. */
const WATCHED_MS = 100;

/** Silence and rates change without events. */
const REFRESH_MS = 1000;

/** A past that plays moves this often. */
const PLAY_EVERY_MS = 33;

const live = new Session(() => Date.now());
/** The one that is on screen. */
let session = live;
let recording: Recording | undefined;
/** What the page asked of its views holds for whichever session is shown. */
const choices = new Map<string, Request>();
let playing: ReturnType<typeof setTimeout> | undefined;
let connection: Connection | undefined;
let connected: ConnectionState | undefined;
let pageIsReady = false;
let changed = true;
/** The viewer did something and waits to see it. */
let asked = true;
/** When the viewer last chose something. */
let chosen = Number.NEGATIVE_INFINITY;
let heard = 0;
let working = false;
let flushing = false;
let replaying = false;
let lastShown = Number.NEGATIVE_INFINITY;
let restUntil: ReturnType<typeof setTimeout> | undefined;

self.onmessage = ({ data }: MessageEvent<Request>) => {
  if (data.kind !== "painted") heard += 1;
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
    case "load":
      load(data.file, data.name, data.demo ?? false);
      break;
    case "close":
      recording?.close();
      recording = undefined;
      show(live);
      break;
    case "export":
      post({ kind: "file", ...session.export(data.what, data.format) });
      return;
    default:
      remember(data);
      session.request(data);
  }
  asked = true;
  if (data.kind === "select") chosen = performance.now();
  touch();
};

function remember(request: Request): void {
  if (request.kind === "filter" || request.kind === "show" || request.kind === "timeline") choices.set(request.kind, request);
  if (request.kind === "window" || request.kind === "freeze") choices.set(`${request.kind} ${request.pane}`, request);
}

function load(file: Blob, name: string, demo: boolean): void {
  const read = new Session(() => Date.now());
  recording?.close();
  recording = new Recording(file, name, demo, (frame) => read.frame(frame), (view) => {
    read.source = view;
    touch();
  });
  read.source = recording.view;
  show(read);
  void recording.read();
}

/** Puts another session on screen. */
function show(next: Session): void {
  session = next;
  if (connected) session.connected(connected);
  for (const request of choices.values()) session.request(request);
}

self.addEventListener("online", () => connection?.retry());
setInterval(touch, REFRESH_MS);

function start(candidates: readonly string[], error: string): void {
  if (error !== "") {
    live.connected({ phase: "stopped", bridge: "", why: error });
    return;
  }
  const world = { open: openSocket, after: startTimer, now: () => Date.now(), random: () => Math.random() };
  connection = new Connection(candidates, world, {
    frame(frame) {
      live.frame(frame);
      if (session === live) touch();
    },
    state(state) {
      replaying = state.phase === "replaying";
      live.connected(state);
      if (session !== live) session.connected(state);
      connected = state;
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
  const rest = lastShown + restAfter() - performance.now();
  if (rest > 0) {
    restUntil ??= setTimeout(() => {
      restUntil = undefined;
      flush();
    }, rest);
    return;
  }
  lastShown = performance.now();
  changed = false;
  asked = false;
  pageIsReady = false;
  post({ kind: "snapshot", snapshot: session.snapshot(), heard });
  if (session.isPlaying) playing ??= setTimeout(playOn, PLAY_EVERY_MS);
}

/** How long a picture stands before the next. While the viewer is at work, what they ask for is enough to draw. */
function restAfter(): number {
  if (asked || session.isPlaying) return 0;
  if (replaying) return REPLAY_REFRESH_MS;
  return performance.now() - chosen < AT_WORK_MS ? AT_WORK_MS : WATCHED_MS;
}

function playOn(): void {
  playing = undefined;
  touch();
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
    const refused: Socket = { onmessage: null, onclose: null, send: () => undefined, close: () => undefined };
    setTimeout(() => refused.onclose?.({ code: 0, reason: String(error) }));
    return refused;
  }
}

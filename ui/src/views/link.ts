// Owns the thread beside the page: starts it, sends requests, and takes one snapshot per animation frame at most.
import { afterFrame } from "../components/frame";
import { afterDrawing } from "../components/measure";
import type { Reply, Request, Snapshot } from "../core/messages";
import workerUrl from "../worker/index.ts?worker&url";

interface TrustedScripts {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): URL };
}

const LONGEST_REST_MS = 250;

let worker: Worker | undefined;
let sent = 0;
/** What the page drew by itself is not on screen yet. */
let isFraming = false;
/** The snapshot that waits for that. */
let next: (() => void) | undefined;
let resting: ReturnType<typeof setTimeout> | undefined;
const waitingForJson = new Map<number, (text: string) => void>();

/** Starts the worker; `show` is called with each snapshot, and with the number of the last request before it. */
export function startWorker(show: (snapshot: Snapshot, heard: number) => void): void {
  worker = new Worker(trusted(workerUrl), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    if (data.kind === "json") {
      waitingForJson.get(data.seq)?.(data.text);
      waitingForJson.delete(data.seq);
      return;
    }
    if (data.kind === "file") {
      save(data.name, data.blob);
      return;
    }
    next = () => take(() => show(data.snapshot, data.heard));
    if (!isFraming) takeNext();
  };
  askOn();
}

/** What the page has drawn by itself comes on screen before a snapshot is drawn; a quick answer would hold it up. */
export function frameFirst(): void {
  if (isFraming) return;
  isFraming = true;
  afterFrame(() => {
    isFraming = false;
    takeNext();
  });
}

function takeNext(): void {
  next?.();
  next = undefined;
}

/**
 * Draws in a task of its own, before the frame that puts it on screen: together they would hold up a key for longer. The
 * worker sends no other snapshot before that frame is over.
 */
function take(show: () => void): void {
  const began = performance.now();
  let drawn = began;
  show();
  afterDrawing(() => () => {
    drawn = performance.now();
  });
  requestAnimationFrame((frame) => {
    const framed = Math.max(frame, drawn);
    setTimeout(() => restThenAsk(drawn - began + performance.now() - framed));
  });
}

/** Drawing takes at most half of the page's time, so that a flood of events leaves room for the viewer's hands. */
function restThenAsk(took: number): void {
  resting = setTimeout(askOn, Math.min(took, LONGEST_REST_MS));
}

function askOn(): void {
  clearTimeout(resting);
  resting = undefined;
  worker?.postMessage({ kind: "painted" } satisfies Request);
}

/** Whoever asks for something wants to see it: that ends the rest. Gives the request's number. */
export function send(request: Request): number {
  sent += 1;
  worker?.postMessage(request);
  if (resting !== undefined) askOn();
  return sent;
}

/** The whole JSON of a row, which may be megabytes and is therefore not part of a snapshot. */
export function fetchJson(seq: number): Promise<string> {
  return new Promise((resolve) => {
    waitingForJson.set(seq, resolve);
    send({ kind: "fetch-json", seq });
  });
}

/** Hands a file to the browser's downloads. */
function save(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads the file after this; an address that is gone at once would give an empty one.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Under Trusted Types a worker starts only from an address a policy vouches for; this one knows a single address. */
function trusted(url: string): URL {
  const types = (globalThis as { trustedTypes?: TrustedScripts }).trustedTypes;
  if (!types) return new URL(url, document.baseURI);
  const policy = types.createPolicy("event-ui-worker", {
    createScriptURL(asked) {
      if (asked !== url) throw new TypeError(`not the event worker: ${asked}`);
      return asked;
    },
  });
  return policy.createScriptURL(url);
}

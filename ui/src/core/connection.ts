// Owns the one connection to a bridge: opening, resuming after the last cursor, waiting between attempts, giving up
// when the bridge says so. It passes frames on in order and keeps no event.
import { eventsUrl } from "./address";
import { readFrames, type Frame } from "./protocol";

/** What of a WebSocket is used. */
export interface Socket {
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((closed: { code: number; reason: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

/** The world outside, replaced in tests. */
export interface Surroundings {
  open(url: string): Socket;
  /** Calls back once after some ms; returns how to cancel it. */
  after(ms: number, task: () => void): () => void;
  now(): number;
  /** Uniform in 0..1. */
  random(): number;
}

/** What the page says about its connection. */
export type ConnectionState =
  | { readonly phase: "connecting"; readonly bridge: string; readonly attempt: number }
  | { readonly phase: "replaying" | "live"; readonly bridge: string; readonly stream: string; readonly log: string }
  | { readonly phase: "log-unreachable"; readonly bridge: string; readonly error: string }
  | { readonly phase: "waiting"; readonly bridge: string; readonly attempt: number; readonly retryAt: number; readonly why: string }
  /** The bridge asks for a token. */
  | { readonly phase: "locked"; readonly bridge: string }
  | { readonly phase: "stopped"; readonly bridge: string; readonly why: string };

export interface ConnectionEvents {
  frame(frame: Frame): void;
  state(state: ConnectionState): void;
}

const SHORTEST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** Two heartbeats and a half: a connection that silent is dead, whatever the socket says. */
export const SILENCE_MS = 25_000;

/**
 * What may be on its way before this page says how far it has come. A browser takes in whatever is sent; without a bound,
 * a long replay would pile up in the memory of a page that reads slower than the bridge writes.
 */
const CREDIT_BYTES = 4 * 1024 * 1024;
/** Read so much, in characters, before saying so: a part of the credit even where each takes three bytes. */
const ACKNOWLEDGE_AFTER = 256 * 1024;

/** Our own code for giving up a silent connection; the bridge's begin at 1000. */
const SILENT = -1;

/** The bridge's code for a page that has not shown its token. */
const LOCKED = 4401;

const STOPPING: Record<number, string> = {
  4403: "The bridge refused this page's origin. Start it with --allow-origin and the address of this page.",
};

/** Wait before an attempt: random between the shortest wait and a ceiling that doubles. */
export function backoff(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** attempt);
  return Math.round(SHORTEST_WAIT_MS + random * (ceiling - SHORTEST_WAIT_MS));
}

export class Connection {
  private socket: Socket | undefined;
  private cancelTimer: (() => void) | undefined;
  private cursor = "0";
  private candidate = 0;
  private attempt = 0;
  private greeted = false;
  /** A bridge answered once: from then on that address is meant, not the next. */
  private settled = false;
  private stream = "";
  private log = "";
  private caughtUp = false;
  private unacknowledged = 0;
  private bye: Extract<Frame, { kind: "bye" }> | undefined;

  constructor(
    private readonly candidates: readonly string[],
    private readonly world: Surroundings,
    private readonly events: ConnectionEvents,
  ) {}

  /** Opens a socket now, whatever was being waited for. */
  connect(): void {
    this.leave();
    this.greeted = false;
    this.caughtUp = false;
    this.unacknowledged = 0;
    this.bye = undefined;
    this.events.state({ phase: "connecting", bridge: this.bridge, attempt: this.attempt });
    const socket = this.world.open(eventsUrl(this.bridge, this.cursor, CREDIT_BYTES));
    this.socket = socket;
    this.watchSilence();
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = ({ code, reason }) => this.closed(code, reason);
  }

  /** Tries at once if it is waiting: the network came back, or the viewer asked. */
  retry(): void {
    if (!this.socket) this.connect();
  }

  get bridge(): string {
    return this.candidates[this.candidate] ?? "";
  }

  private receive(data: unknown): void {
    if (typeof data !== "string") return;
    this.watchSilence();
    for (const frame of readFrames(data)) {
      this.follow(frame);
      this.events.frame(frame);
    }
    this.acknowledge(data.length);
  }

  /** Says how far this page has come, now and then: what it was sent is read and kept by now. */
  private acknowledge(characters: number): void {
    this.unacknowledged += characters;
    if (this.unacknowledged < ACKNOWLEDGE_AFTER || !this.socket) return;
    this.unacknowledged = 0;
    this.socket.send(JSON.stringify({ op: "ack", cursor: this.cursor }));
  }

  private follow(frame: Frame): void {
    switch (frame.kind) {
      case "hello":
        this.greeted = true;
        this.settled = true;
        this.stream = frame.stream;
        this.log = frame.log;
        if (frame.cursor !== "") this.cursor = frame.cursor;
        this.announce("replaying");
        return;
      case "event":
        if (frame.cursor !== "") this.cursor = frame.cursor;
        return;
      case "reset":
        this.cursor = frame.cursor || "0";
        return;
      case "heartbeat":
        this.attempt = 0;
        if (frame.cursor !== "") this.cursor = frame.cursor;
        this.caughtUp ||= frame.reachable && isNear(frame.cursor, frame.head);
        if (!frame.reachable) this.events.state({ phase: "log-unreachable", bridge: this.bridge, error: frame.error });
        else this.announce(this.caughtUp ? "live" : "replaying");
        return;
      case "bye":
        this.bye = frame;
        return;
    }
  }

  private announce(phase: "replaying" | "live"): void {
    this.events.state({ phase, bridge: this.bridge, stream: this.stream, log: this.log });
  }

  private closed(code: number, reason: string): void {
    const hadGreeting = this.greeted;
    this.leave();
    if (code === LOCKED) {
      this.settled = true;
      this.events.state({ phase: "locked", bridge: this.bridge });
      return;
    }
    const stop = STOPPING[code] ?? STOPPING[this.bye?.code ?? 0];
    if (stop) {
      this.events.state({ phase: "stopped", bridge: this.bridge, why: stop });
      return;
    }
    if (!this.settled && this.candidate + 1 < this.candidates.length) {
      this.candidate += 1;
      this.connect();
      return;
    }
    const tried = this.bridge;
    if (!this.settled) this.candidate = 0;
    this.attempt += 1;
    const wait = Math.max(backoff(this.attempt, this.world.random()), this.bye?.retryMs ?? 0, code === 4429 ? 5000 : 0);
    this.events.state({
      phase: "waiting",
      bridge: tried,
      attempt: this.attempt,
      retryAt: this.world.now() + wait,
      why: whyClosed(code, reason, hadGreeting, this.bye !== undefined),
    });
    this.cancelTimer = this.world.after(wait, () => this.connect());
  }

  private watchSilence(): void {
    this.cancelTimer?.();
    this.cancelTimer = this.world.after(SILENCE_MS, () => this.closed(SILENT, ""));
  }

  private leave(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (!this.socket) return;
    // A late close of an old socket must not end the new one.
    this.socket.onclose = null;
    this.socket.onmessage = null;
    this.socket.close();
    this.socket = undefined;
  }
}

/** Entries of the log this much younger are on their way: whoever is so far has caught up. */
const NEAR_MS = 1000;

/** A heartbeat may come in the middle of a long replay. Where it does not tell how far that is, it counts as its end. */
function isNear(cursor: string, head: string): boolean {
  const behind = Number.parseInt(head, 10) - Number.parseInt(cursor, 10);
  return !(behind > NEAR_MS);
}

/** What the bridge did, to be read after "The bridge at …". */
function whyClosed(code: number, reason: string, hadGreeting: boolean, saidGoodbye: boolean): string {
  if (saidGoodbye || code === 1001 || code === 1012) return "is going away";
  if (code === 4408) return "found this page too slow and lets it resume";
  if (code === 4429) return "has as many viewers as it allows";
  if (code === SILENT) return `has been silent for ${SILENCE_MS / 1000} s`;
  if (reason !== "") return `closed the connection: ${reason}`;
  return hadGreeting ? "closed the connection" : "does not answer";
}

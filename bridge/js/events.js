// Follows the events of a bridge: connects, resumes after a lost connection where it was, and says what is missing.
// Owns the cursor; keeps no event. It depends on nothing but a WebSocket, as browsers and Node.js 22 have it.
//
//   import { connect } from "http://127.0.0.1:9999/events.js";
//   const connection = connect("http://127.0.0.1:9999", { tail: 100, onEvent: (event) => console.log(event.type) });

const SHORTEST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 20_000;
/** Two heartbeats and a half: a connection that silent is dead, whatever the socket says. */
const SILENCE_MS = 25_000;
/** How much the bridge may send before we say how far we are: a browser takes in whatever comes. */
const CREDIT_BYTES = 4 * 1024 * 1024;
/** Close codes after which coming back is no use, until somebody has done something. */
const STOPPING = new Set([1002, 1007, 1009, 4401, 4403]);

/**
 * Connects to a bridge and stays connected until `close()`.
 *
 * @param {string | URL} url where the bridge is: `http://127.0.0.1:9999`, or `/` for where the page came from
 * @param {import("./events.js").Options} [options]
 * @returns {import("./events.js").Connection}
 */
export function connect(url, options = {}) {
  return new Connection(url, options);
}

/**
 * How long to wait before an attempt: anything up to a bound that doubles, so that clients that lost their bridge at
 * once do not come back at once.
 *
 * @param {number} attempt from 1
 * @param {number} random from 0 to 1
 */
export function backoff(attempt, random = Math.random()) {
  return Math.round(random * Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** attempt));
}

class Connection {
  #address;
  #options;
  #WebSocket;
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {{ socket: WebSocket, text: string }[]} */
  #waiting = [];
  #isTaking = false;
  #cursor = "";
  /** The cursor is more than a guess: something was read from the log. */
  #isLocated = false;
  #state = "connecting";
  /** What was said of the log in the beginning. */
  #greeting;
  #attempt = 0;
  #hasGreeted = false;
  #heardAt = 0;
  /** What was taken and not acknowledged, in characters. */
  #taken = 0;
  /** @type {{ code: number, retry_ms: number } | undefined} */
  #bye;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #watch;
  #online = () => this.#state === "waiting" && this.#open();

  constructor(url, options) {
    this.#address = address(url, options);
    this.#options = options;
    this.#WebSocket = options.WebSocket ?? globalThis.WebSocket;
    if (!this.#WebSocket) throw new Error("there is no WebSocket here: use Node.js 22 or newer, or give one as `WebSocket`");
    globalThis.addEventListener?.("online", this.#online);
    this.#open();
  }

  /** From where to resume, now or after a restart of the page: give it as `after`. Empty before the first answer. */
  get cursor() {
    return this.#cursor;
  }

  get state() {
    return this.#state;
  }

  close() {
    globalThis.removeEventListener?.("online", this.#online);
    this.#leave();
    this.#say({ state: "closed", why: "closed by this client" });
  }

  #open() {
    this.#leave();
    this.#hasGreeted = false;
    this.#bye = undefined;
    this.#taken = 0;
    this.#say({ state: "connecting", attempt: this.#attempt });
    const socket = new this.#WebSocket(this.#target("ws"));
    this.#socket = socket;
    this.#heardAt = Date.now();
    socket.onmessage = ({ data }) => this.#receive(socket, data);
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    this.#watch = setInterval(() => {
      if (Date.now() - this.#heardAt > SILENCE_MS) this.#closed(0, `nothing was heard for ${SILENCE_MS / 1000} s`);
    }, SILENCE_MS / 10);
  }

  /** The address of the stream, from where we are now. */
  #target(scheme) {
    const target = new URL(this.#address);
    target.protocol = target.protocol.replace(/^(ws|http)/, scheme);
    // The newest so many are asked for again; any other beginning is told well enough by a guess.
    if (this.#isLocated || (this.#cursor !== "" && this.#options.tail === undefined)) {
      for (const start of ["tail", "since"]) target.searchParams.delete(start);
      target.searchParams.set("after", this.#cursor);
    }
    return target;
  }

  #receive(socket, data) {
    this.#heardAt = Date.now();
    if (typeof data !== "string") return;
    this.#waiting.push({ socket, text: data });
    if (!this.#isTaking) void this.#take();
  }

  /** One message after another, and no event before the handler is done with the one before. */
  async #take() {
    this.#isTaking = true;
    for (let message = this.#waiting.shift(); message; message = this.#waiting.shift()) {
      for (const line of message.text.split("\n")) {
        // What a lost connection had brought comes again, since the cursor never reached it.
        if (message.socket !== this.#socket) break;
        if (line === "") continue;
        const done = this.#follow(line);
        if (done) await done;
      }
      if (message.socket === this.#socket) this.#acknowledge(message.text.length);
    }
    this.#isTaking = false;
  }

  /** Returns what there is to wait for. */
  #follow(text) {
    let line;
    try {
      line = JSON.parse(text);
    } catch {
      return;
    }
    if (line.event !== undefined) {
      this.#attempt = 0;
      this.#moveTo(line.cursor);
      return this.#call(this.#options.onEvent, line.event, line.cursor);
    }
    const { control, ...rest } = line;
    switch (control) {
      case "hello":
        this.#hasGreeted = true;
        // Before the log was read it says where that would be by the clock, and forgets what else was asked for.
        if (!this.#isLocated) this.#cursor = rest.cursor;
        this.#greeting = { state: "replaying", stream: rest.stream, log: rest.log };
        this.#say(this.#greeting);
        return;
      case "gap":
        return this.#call(this.#options.onGap, { kind: "gap", ...rest });
      case "reset":
        this.#moveTo(rest.cursor);
        return this.#call(this.#options.onGap, { kind: "reset", lost: null, ...rest });
      case "heartbeat":
        if (rest.log === "unreachable") return void this.#say({ state: "unreachable", why: rest.error ?? "" });
        this.#moveTo(rest.cursor);
        this.#attempt = 0;
        // It comes in a long replay as well, far from the end.
        if (id(rest.cursor) === id(rest.head)) {
          if (this.#state !== "live") this.#say({ state: "live" });
        } else if (this.#state === "unreachable" && this.#greeting) this.#say(this.#greeting);
        return;
      case "bye":
        this.#bye = rest;
    }
  }

  #moveTo(cursor) {
    this.#cursor = cursor;
    this.#isLocated = true;
  }

  #acknowledge(characters) {
    this.#taken += characters;
    if (this.#taken < CREDIT_BYTES / 16 || this.#socket?.readyState !== 1) return;
    this.#taken = 0;
    this.#socket.send(JSON.stringify({ op: "ack", cursor: this.#cursor }));
  }

  async #closed(code, reason) {
    const { code: stopped = code, retry_ms: least = 0 } = this.#bye ?? {};
    const hadGreeting = this.#hasGreeted;
    this.#leave();
    if (STOPPING.has(stopped)) return this.#stop(reason || `close code ${stopped}`);
    this.#attempt += 1;
    const wait = Math.max(backoff(this.#attempt), least);
    const why = this.#bye ? "the bridge is going away" : reason || (hadGreeting ? "the connection was lost" : "the bridge does not answer");
    this.#say({ state: "waiting", attempt: this.#attempt, retryInMs: wait, why });
    this.#timer = setTimeout(() => this.#open(), wait);
    // A browser tells nothing of a handshake that was refused; the same request over HTTP says why.
    const refusal = hadGreeting ? undefined : await refusalOf(this.#target("http"));
    if (refusal && this.#state === "waiting") {
      this.#leave();
      this.#stop(refusal);
    }
  }

  #stop(why) {
    globalThis.removeEventListener?.("online", this.#online);
    this.#say({ state: "closed", why });
  }

  #leave() {
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    // A late word of an old socket must not disturb the new one.
    socket.onmessage = null;
    socket.onclose = null;
    socket.onerror = () => {};
    socket.close();
  }

  #say(state) {
    this.#state = state.state;
    void this.#call(this.#options.onState, state);
  }

  /** A handler that fails is told of, and costs no event. */
  #call(handler, ...values) {
    try {
      const done = handler?.(...values);
      if (typeof done?.then === "function") return Promise.resolve(done).catch(report);
    } catch (error) {
      report(error);
    }
    return undefined;
  }
}

/** What two cursors have in common that are the same place. */
function id(cursor) {
  return cursor.split("@", 1)[0];
}

function report(error) {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}

function address(url, options) {
  const target = new URL(url, globalThis.location?.href ?? import.meta.url);
  if (!/^(http|ws)s?:$/.test(target.protocol)) throw new Error(`expected an address such as http://127.0.0.1:9999, got ${url}`);
  if (!target.pathname.endsWith("/events")) target.pathname = `${target.pathname.replace(/\/$/, "")}/events`;
  target.hash = "";
  target.search = "";
  const asked = target.searchParams;
  asked.set("framed", "1");
  asked.set("credit", String(CREDIT_BYTES));
  for (const start of ["after", "tail", "since"]) {
    if (options[start] !== undefined) asked.set(start, String(options[start]));
  }
  for (const name of ["type", "run", "node", "outcome"]) {
    for (const value of [options[name] ?? []].flat()) asked.append(name, value);
  }
  return target.href;
}

/** What the bridge has against a request; nothing where it has nothing, or does not answer. */
async function refusalOf(target) {
  try {
    const answer = await fetch(target, { credentials: "include" });
    // 426: all is well, but for being no WebSocket. Full, busy and unwell bridges get better by themselves.
    if (![400, 401, 403, 404].includes(answer.status)) return undefined;
    const { error, remedy } = await answer.json();
    return `${error}; ${remedy}`;
  } catch {
    return undefined;
  }
}

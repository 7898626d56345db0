/** One event as it stands in the log. Producers in other languages may leave anything out. */
export interface AgentEvent {
  readonly id?: string;
  readonly ts?: string;
  readonly type?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** Events that nobody can give any more. */
export interface Gap {
  /** `gap`: entries were trimmed. `reset`: the log was deleted or restored, and is read from its start. */
  readonly kind: "gap" | "reset";
  /** How many, where the log can tell. */
  readonly lost: number | null;
  readonly why: string;
  /** Of a gap: the last entry before it, and the first one behind it. */
  readonly after?: string;
  readonly first?: string | null;
  /** Of a reset: from where it is read now. */
  readonly cursor?: string;
}

/** How the connection stands. */
export type State =
  | { readonly state: "connecting"; readonly attempt: number }
  | { readonly state: "replaying"; readonly stream: string; readonly log: string }
  | { readonly state: "live" }
  /** The bridge is there, its log is not. */
  | { readonly state: "unreachable"; readonly why: string }
  | { readonly state: "waiting"; readonly attempt: number; readonly retryInMs: number; readonly why: string }
  /** For good: closed by you, or refused for a reason that does not go away by itself. */
  | { readonly state: "closed"; readonly why: string };

type Words = string | readonly string[];

export interface Options {
  /** Where to begin; one of the three. Without any, with what comes from now on. */
  readonly after?: string;
  /** With the newest so many. */
  readonly tail?: number;
  /** With what was added at this unix time in milliseconds, or later. */
  readonly since?: number;
  /** Only events of these types, runs, nodes, outcomes. */
  readonly type?: Words;
  readonly run?: Words;
  readonly node?: Words;
  readonly outcome?: Words;
  /** Is given each event once, in order. Returns a promise? The next event waits for it, and in the end the bridge does. */
  readonly onEvent?: (event: AgentEvent, cursor: string) => void | PromiseLike<void>;
  readonly onGap?: (gap: Gap) => void | PromiseLike<void>;
  readonly onState?: (state: State) => void;
  /** For where there is none, or to send headers: a class with the interface of the browsers' one. */
  readonly WebSocket?: new (url: string | URL) => WebSocket;
}

export interface Connection {
  /** From where to resume: give it as `after`. Empty before the bridge has answered for the first time. */
  readonly cursor: string;
  readonly state: State["state"];
  close(): void;
}

/** Connects to a bridge and stays connected until `close()`. */
export function connect(url: string | URL, options?: Options): Connection;

/** How long to wait before an attempt, in milliseconds: full jitter below a bound that doubles. */
export function backoff(attempt: number, random?: number): number;
